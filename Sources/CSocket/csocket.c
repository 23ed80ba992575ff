#define _GNU_SOURCE
#include "csocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
} socket_address;

static socklen_t to_socket_address(const nestbox_address *from, socket_address *to) {
    memset(to, 0, sizeof *to);
    if (from->family == 4) {
        to->v4.sin_family = AF_INET;
        to->v4.sin_port = htons(from->port);
        memcpy(&to->v4.sin_addr, &from->high, 4);
        return sizeof to->v4;
    }
    to->v6.sin6_family = AF_INET6;
    to->v6.sin6_port = htons(from->port);
    memcpy(&to->v6.sin6_addr, &from->high, 8);
    memcpy((char *)&to->v6.sin6_addr + 8, &from->low, 8);
    to->v6.sin6_scope_id = from->scope;
    return sizeof to->v6;
}

static void from_socket_address(const socket_address *from, nestbox_address *to) {
    memset(to, 0, sizeof *to);
    if (from->any.sa_family == AF_INET) {
        to->family = 4;
        to->port = ntohs(from->v4.sin_port);
        memcpy(&to->high, &from->v4.sin_addr, 4);
    } else if (from->any.sa_family == AF_INET6) {
        to->family = 6;
        to->port = ntohs(from->v6.sin6_port);
        memcpy(&to->high, &from->v6.sin6_addr, 8);
        memcpy(&to->low, (const char *)&from->v6.sin6_addr + 8, 8);
        to->scope = from->v6.sin6_scope_id;
    }
}

int nestbox_address_parse(const char *text, uint16_t port, nestbox_address *address) {
    struct in_addr v4;
    struct in6_addr v6;
    memset(address, 0, sizeof *address);
    address->port = port;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        address->family = 4;
        memcpy(&address->high, &v4, 4);
        return 0;
    }
    if (inet_pton(AF_INET6, text, &v6) == 1) {
        address->family = 6;
        memcpy(&address->high, &v6, 8);
        memcpy(&address->low, (const char *)&v6 + 8, 8);
        return 0;
    }
    return -1;
}

int nestbox_address_format(const nestbox_address *address, char *text, size_t capacity) {
    socket_address socket;
    to_socket_address(address, &socket);
    const void *bytes = address->family == 4 ? (const void *)&socket.v4.sin_addr : (const void *)&socket.v6.sin6_addr;
    return inet_ntop(socket.any.sa_family, bytes, text, (socklen_t)capacity) ? 0 : -1;
}

int nestbox_resolve(const char *host, uint16_t port, nestbox_address *addresses, int capacity) {
    struct addrinfo hints, *list = NULL;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    int code = getaddrinfo(host, NULL, &hints, &list);
    if (code != 0) return code < 0 ? code : -code;
    int count = 0;
    for (struct addrinfo *each = list; each && count < capacity; each = each->ai_next) {
        socket_address socket;
        if (each->ai_addrlen > sizeof socket) continue;
        memset(&socket, 0, sizeof socket);
        memcpy(&socket, each->ai_addr, each->ai_addrlen);
        from_socket_address(&socket, &addresses[count]);
        if (addresses[count].family == 0) continue;
        addresses[count++].port = port;
    }
    freeaddrinfo(list);
    return count;
}

const char *nestbox_resolve_error(int code) {
#ifdef __linux__
    return gai_strerror(code);
#else
    return gai_strerror(-code);
#endif
}

static int make_private(int descriptor) {
    if (descriptor >= 0) {
        fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
        int on = 1;
        setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
    }
    return descriptor;
}

int nestbox_socket(int family) {
    int domain = family == 4 ? AF_INET : AF_INET6;
#ifdef __linux__
    return socket(domain, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
#else
    return make_private(socket(domain, SOCK_STREAM, 0));
#endif
}

const char *nestbox_listen(int descriptor, const nestbox_address *address, int backlog) {
    int on = 1;
    if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return "setsockopt";
    if (address->family == 6 && setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) {
        return "setsockopt";
    }
    socket_address to;
    socklen_t length = to_socket_address(address, &to);
    if (bind(descriptor, &to.any, length) != 0) return "bind";
    if (listen(descriptor, backlog) != 0) return "listen";
    return NULL;
}

int nestbox_connect(int descriptor, const nestbox_address *address) {
    socket_address to;
    socklen_t length = to_socket_address(address, &to);
    return connect(descriptor, &to.any, length);
}

int nestbox_connect_result(int descriptor) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
    return error;
}

int nestbox_accept(int listener, nestbox_address *peer) {
    socket_address from;
    socklen_t length = sizeof from;
    from.any.sa_family = AF_UNSPEC;
#ifdef __linux__
    int descriptor = accept4(listener, &from.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
#else
    int descriptor = make_private(accept(listener, &from.any, &length));
#endif
    if (descriptor >= 0) from_socket_address(&from, peer);
    return descriptor;
}

void nestbox_local_address(int descriptor, nestbox_address *address) {
    socket_address from;
    socklen_t length = sizeof from;
    from.any.sa_family = AF_UNSPEC;
    if (getsockname(descriptor, &from.any, &length) != 0) from.any.sa_family = AF_UNSPEC;
    from_socket_address(&from, address);
}

void nestbox_set_no_delay(int descriptor) {
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

ssize_t nestbox_recv(int descriptor, void *bytes, size_t count) {
    ssize_t result;
    do result = recv(descriptor, bytes, count, 0);
    while (result < 0 && errno == EINTR);
    return result;
}

ssize_t nestbox_send(int descriptor, const void *bytes, size_t count, int more) {
    int flags = 0;
#ifdef MSG_NOSIGNAL
    flags |= MSG_NOSIGNAL;
#endif
#ifdef MSG_MORE
    if (more) flags |= MSG_MORE;
#endif
    ssize_t result;
    do result = send(descriptor, bytes, count, flags);
    while (result < 0 && errno == EINTR);
    return result;
}

ssize_t nestbox_send_file(int descriptor, int file, int64_t offset, size_t count) {
#ifdef __linux__
    off_t position = (off_t)offset;
    ssize_t result;
    do result = sendfile(descriptor, file, &position, count);
    while (result < 0 && errno == EINTR);
    return result;
#else
    errno = ENOSYS;
    return -1;
#endif
}

void nestbox_shutdown_write(int descriptor) { shutdown(descriptor, SHUT_WR); }

static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static rlim_t original_limit;

static void prepare_process(void) {
    struct rlimit limit;
    signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    original_limit = limit.rlim_cur;
    // More than any developer's machine needs; a bound, because some systems have an unlimited hard limit.
    rlim_t wanted = limit.rlim_max < 262144 ? limit.rlim_max : 262144;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = wanted;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void nestbox_prepare_process(void) { pthread_once(&prepared, prepare_process); }

uint64_t nestbox_original_descriptor_limit(void) {
    nestbox_prepare_process();
    return (uint64_t)original_limit;
}

void nestbox_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
