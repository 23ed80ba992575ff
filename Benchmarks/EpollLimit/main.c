// The limit: an HTTP server on bare epoll. It really finds the end of the head, the Content-Length and the X-Amz-Target of every
// request, waits for the whole body, and answers each with the bytes of the file that it is given.
//
//     epoll-limit PORT RESPONSE-FILE        (port 0: a free one; prints the port)
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { capacity = 64 << 10 };

struct connection {
    int descriptor;
    size_t count;
    char bytes[capacity];
};

static char *response;
static size_t response_count;

static void fail(const char *call) {
    perror(call);
    exit(1);
}

// The length of the request at the beginning of the bytes, 0 when it is not whole, -1 when it is none of ours.
static long whole(const char *bytes, size_t count) {
    const char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t length = 0;
    int target = 0;
    const char *line = memchr(bytes, '\n', (size_t)(end - bytes) + 2);
    if (!line) return -1;
    for (line++; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end + 2 - line));
        if (!next) return -1;
        const char *colon = memchr(line, ':', (size_t)(next - line));
        if (!colon) return -1;
        size_t name = (size_t)(colon - line);
        if (name == 14 && strncasecmp(line, "content-length", 14) == 0) {
            const char *digit = colon + 1;
            while (*digit == ' ') digit++;
            for (length = 0; *digit >= '0' && *digit <= '9'; digit++) length = length * 10 + (size_t)(*digit - '0');
            if (length > capacity) return -1;
        } else if (name == 12 && strncasecmp(line, "x-amz-target", 12) == 0) {
            target = 1;
        }
        line = next + 1;
    }
    if (!target) return -1;
    size_t needed = (size_t)(end - bytes) + 4 + length;
    return count < needed ? 0 : (long)needed;
}

static int answer(struct connection *c) {
    for (;;) {
        long length = whole(c->bytes, c->count);
        if (length < 0) return -1;
        if (length == 0) return 0;
        if (send(c->descriptor, response, response_count, MSG_NOSIGNAL) != (ssize_t)response_count) return -1;
        c->count -= (size_t)length;
        memmove(c->bytes, c->bytes + length, c->count);
    }
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    FILE *file = fopen(argv[2], "rb");
    if (!file) fail(argv[2]);
    response = malloc(1 << 20);
    response_count = fread(response, 1, 1 << 20, file);
    fclose(file);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, size) != 0) fail("bind");
    if (listen(listener, 1024) != 0) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    struct epoll_event events[1024];
    for (;;) {
        int ready = epoll_wait(poll, events, 1024, -1);
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (accepted < 0) continue;
                setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                c = malloc(sizeof *c);
                c->descriptor = accepted;
                c->count = 0;
                event.events = EPOLLIN;
                event.data.ptr = c;
                epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &event);
                continue;
            }
            ssize_t got = recv(c->descriptor, c->bytes + c->count, capacity - c->count, 0);
            if (got > 0) c->count += (size_t)got;
            if ((got < 0 && errno != EAGAIN) || got == 0 || answer(c) < 0) {
                close(c->descriptor);
                free(c);
            }
        }
    }
}
