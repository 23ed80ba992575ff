#define _GNU_SOURCE
#include "csocket.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

const char *nestbox_trampoline_mark(void) { return "--become-child-process"; }

void nestbox_trampoline(int argc, char **argv) {
    long parent;
    int flags, status;
    unsigned long long limit;
    if (argc < 5 || strcmp(argv[1], nestbox_trampoline_mark()) != 0) return;
    if (sscanf(argv[2], "%ld:%d:%d:%llu", &parent, &flags, &status, &limit) != 4) _exit(125);
    fcntl(status, F_SETFD, FD_CLOEXEC);
#ifdef __linux__
    if (flags & NESTBOX_CHILD_DIES_WITH_PARENT) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        // The parent may have died before the call: then no signal comes.
        if (getppid() != (pid_t)parent) _exit(125);
    }
#endif
    if (flags & NESTBOX_CHILD_OWN_GROUP) setpgid(0, 0);
    struct rlimit descriptors;
    if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && limit <= descriptors.rlim_max) {
        descriptors.rlim_cur = (rlim_t)limit;
        setrlimit(RLIMIT_NOFILE, &descriptors);
    }
    execvp(argv[3], argv + 4);
    int code = errno;
    ssize_t written = write(status, &code, sizeof code);
    _exit(written < 0 ? 125 : code == ENOENT ? 127 : 126);
}

int nestbox_pipe(int ends[2]) {
#ifdef __linux__
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
#else
    if (pipe(ends) != 0) return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#endif
    fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
    return 0;
}
