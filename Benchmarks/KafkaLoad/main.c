// A load for a broker: connections that send one request again and again, some of them under way at a time, and read every answer whole.
//
//     kafka-load PORT REQUEST-FILE CONNECTIONS UNDER-WAY REQUESTS SECONDS [POSITION STEP END]
//
// The request's size stands in front of it. With POSITION, the eight bytes there are an offset: it grows by STEP with each request of a
// connection and begins again at 0 before END. Stops after REQUESTS in all or after SECONDS.
//
// Prints: requests, seconds, the load's own CPU seconds, bytes received, and the last answer's first bytes in hexadecimal digits.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { capacity = 16 << 20, kept = 64 };

struct connection {
    int descriptor;
    int64_t offset;
    size_t have;  // of the answer at hand
    size_t needed;
    unsigned char head[kept];
};

static char request[capacity];
static char scratch[1 << 20];
static size_t request_count;
static long position = -1;
static int64_t step, end;
static unsigned long long asked, answered, received, requests;
static unsigned char last[kept];

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void ask(struct connection *c) {
    if (asked >= requests) return;
    asked++;
    if (position >= 0) {
        uint64_t offset = htobe64((uint64_t)c->offset);
        memcpy(request + position, &offset, 8);
        c->offset += step;
        if (c->offset + step > end) c->offset = 0;
    }
    for (size_t sent = 0; sent < request_count;) {
        ssize_t count = send(c->descriptor, request + sent, request_count - sent, MSG_NOSIGNAL);
        if (count <= 0) fail("send");
        sent += (size_t)count;
    }
}

// Takes what has arrived: the head of an answer is kept, the rest is let go where it is.
static void take(struct connection *c) {
    ssize_t got;
    if (c->have < 4) {
        got = recv(c->descriptor, c->head + c->have, 4 - c->have, MSG_DONTWAIT);
    } else if (c->have < kept && c->have < c->needed) {
        size_t wanted = (c->needed < kept ? c->needed : kept) - c->have;
        got = recv(c->descriptor, c->head + c->have, wanted, MSG_DONTWAIT);
    } else {
        size_t wanted = c->needed - c->have;
        got = recv(c->descriptor, scratch, wanted < sizeof scratch ? wanted : sizeof scratch, MSG_DONTWAIT | MSG_TRUNC);
    }
    if (got == 0) {
        fprintf(stderr, "the server closed the connection\n");
        exit(1);
    }
    if (got < 0) return;
    c->have += (size_t)got;
    received += (unsigned long long)got;
    if (c->have == 4) {
        uint32_t size;
        memcpy(&size, c->head, 4);
        c->needed = 4 + (size_t)ntohl(size);
    }
    if (c->have >= 4 && c->have == c->needed) {
        memcpy(last, c->head, kept);
        c->have = 0;
        c->needed = 0;
        answered++;
        ask(c);
    }
}

int main(int argc, char **argv) {
    if (argc != 7 && argc != 10) return 2;
    FILE *file = fopen(argv[2], "rb");
    if (!file) fail(argv[2]);
    request_count = fread(request, 1, capacity, file);
    fclose(file);
    int count = atoi(argv[3]), under_way = atoi(argv[4]);
    requests = strtoull(argv[5], NULL, 10);
    double limit = atof(argv[6]);
    if (argc == 10) {
        position = atol(argv[7]);
        step = atoll(argv[8]);
        end = atoll(argv[9]);
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct connection *connections = calloc((size_t)count, sizeof *connections);
    int poll = epoll_create1(EPOLL_CLOEXEC), on = 1;
    for (int i = 0; i < count; i++) {
        struct connection *c = &connections[i];
        c->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(c->descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
        setsockopt(c->descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poll, EPOLL_CTL_ADD, c->descriptor, &event);
    }
    double began = seconds();
    for (int turn = 0; turn < under_way; turn++) {
        for (int i = 0; i < count; i++) ask(&connections[i]);
    }
    struct epoll_event events[256];
    while (answered < requests && seconds() - began < limit) {
        int ready = epoll_wait(poll, events, 256, 1000);
        for (int i = 0; i < ready; i++) take(events[i].data.ptr);
    }
    double took = seconds() - began;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double own = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("%llu %f %f %llu ", answered, took, own, received);
    for (int i = 0; i < kept; i++) printf("%02x", last[i]);
    printf("\n");
}
