// A load: N connections, each with one request under way, for a number of requests in all. Every answer is read whole, and its status must
// be 200. `#####` in the request file stands for a number of five digits, drawn anew for each request from 0 to KEYS - 1.
//
//     load PORT REQUEST-FILE CONNECTIONS REQUESTS KEYS
//
// Prints: requests, seconds, the load's own CPU seconds, bytes of the last answer.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { capacity = 256 << 10 };

struct connection {
    int descriptor;
    size_t count;
    size_t needed;  // of the answer, once its head is there
    char bytes[capacity];
};

static char request[1 << 20];
static size_t request_count;
static char *places[16];
static int place_count;
static uint64_t seed = 88172645463325252u;
static uint64_t keys;

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static void ask(struct connection *c) {
    if (place_count) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        uint64_t key = seed % keys;
        for (int digit = 4; digit >= 0; digit--, key /= 10) {
            for (int place = 0; place < place_count; place++) places[place][digit] = (char)('0' + key % 10);
        }
    }
    c->count = 0;
    c->needed = 0;
    if (send(c->descriptor, request, request_count, MSG_NOSIGNAL) != (ssize_t)request_count) fail("send");
}

static size_t needed(const char *bytes, size_t count) {
    const char *end = memmem(bytes, count, "\r\n\r\n", 4);
    if (!end) return 0;
    if (memcmp(bytes, "HTTP/1.1 200 ", 13) != 0) {
        fprintf(stderr, "load: answered with\n%.*s\n", (int)count, bytes);
        exit(1);
    }
    for (const char *line = bytes; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end + 2 - line));
        if (strncasecmp(line, "content-length:", 15) == 0) return (size_t)(end - bytes) + 4 + (size_t)atol(line + 15);
        line = next + 1;
    }
    fprintf(stderr, "load: an answer without Content-Length\n");
    exit(1);
}

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    FILE *file = fopen(argv[2], "rb");
    if (!file) fail(argv[2]);
    request_count = fread(request, 1, sizeof request - 1, file);
    fclose(file);
    for (char *place = request; place_count < 16 && (place = strstr(place, "#####")); place += 5) places[place_count++] = place;
    int connections = atoi(argv[3]);
    long total = atol(argv[4]), asked = 0, answered = 0;
    keys = (uint64_t)atol(argv[5]);
    if (keys == 0) keys = 1;

    int poll = epoll_create1(0), on = 1;
    struct connection *all = calloc((size_t)connections, sizeof *all);
    for (int i = 0; i < connections; i++) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        all[i].descriptor = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(all[i].descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
        setsockopt(all[i].descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(poll, EPOLL_CTL_ADD, all[i].descriptor, &event);
    }
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < connections && asked < total; i++, asked++) ask(&all[i]);
    size_t last = 0;
    struct epoll_event events[256];
    while (answered < total) {
        int ready = epoll_wait(poll, events, 256, 20000);
        if (ready == 0) {
            fprintf(stderr, "load: no answer for 20 seconds\n");
            return 1;
        }
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            ssize_t got = recv(c->descriptor, c->bytes + c->count, capacity - c->count, MSG_DONTWAIT);
            if (got < 0 && errno == EAGAIN) continue;
            if (got <= 0) fail("recv");
            c->count += (size_t)got;
            if (c->needed == 0) c->needed = needed(c->bytes, c->count);
            if (c->needed == 0 || c->count < c->needed) continue;
            last = c->needed;
            answered++;
            if (asked < total) {
                asked++;
                ask(c);
            }
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("%ld %.6f %.6f %zu\n", answered, seconds, cpu, last);
    return 0;
}
