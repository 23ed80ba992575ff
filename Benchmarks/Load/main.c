// A load: N connections, each with one request under way, for a number of requests in all or until SIGTERM. Every answer is read whole, and
// its status must be 200. Five or more `#` in the request file stand for a number of as many digits, another one for each request:
//
//     KEYS         drawn from 0 to KEYS - 1
//     +KEYS        counting up from 0 to KEYS - 1 and again
//     new:START    that no request had before: the START-th number of a sequence that looks random and has each number of 64 bits
//                  once, and those after it
//
//     load PORT REQUEST-FILE CONNECTIONS REQUESTS KEYS
//
// Between answers it does not sleep but looks again and again, for up to a millisecond: to wake a process on another core costs the sender
// microseconds, in a virtual machine most of all, and a server would be charged for it the more the slower it is.
//
// Prints: requests, seconds, the seconds in which the load was at work and did not look in vain, bytes of the last answer, and the milliseconds within which the median and 99% of the
// answers came, and the longest.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { capacity = 256 << 10 };
static const double patience = 1e-3;  // seconds for which it looks before it sleeps

struct connection {
    int descriptor;
    size_t count;
    size_t needed;  // of the answer, once its head is there
    double asked;   // when, in seconds
    char bytes[capacity];
};

static char request[1 << 20];
static size_t request_count;
static struct {
    char *start;
    size_t digits;
} places[64];
static int place_count;
static uint64_t seed = 88172645463325252u;
static uint64_t keys;
static uint64_t next_key;
static enum { drawn, counted, fresh } order;
static volatile sig_atomic_t is_stopped;

static void stop(int number) {
    (void)number;
    is_stopped = 1;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int ascending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static void fail(const char *call) {
    perror(call);
    exit(1);
}

// splitmix64's last step, which maps the numbers of 64 bits onto each other.
static uint64_t mixed(uint64_t number) {
    number *= 0x9E3779B97F4A7C15u;
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9u;
    number = (number ^ number >> 27) * 0x94D049BB133111EBu;
    return number ^ number >> 31;
}

static uint64_t key_of_next(void) {
    if (order == counted) return next_key++ % keys;
    if (order == fresh) return mixed(next_key++);
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % keys;
}

static void number(uint64_t key) {
    for (int place = 0; place < place_count; place++) {
        uint64_t rest = key;
        for (size_t digit = places[place].digits; digit-- > 0; rest /= 10) places[place].start[digit] = (char)('0' + rest % 10);
    }
}

static void find_places(void) {
    for (char *at = request; place_count < 64 && (at = strstr(at, "#####"));) {
        places[place_count].start = at;
        places[place_count].digits = strspn(at, "#");
        at += places[place_count++].digits;
    }
}

static void ask(struct connection *c) {
    if (place_count) number(key_of_next());
    c->count = 0;
    c->needed = 0;
    c->asked = now();
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

static double idle;  // seconds

// The connections that have something; waits for them.
static int ready_ones(int poll, struct epoll_event *events, int count) {
    int ready = epoll_wait(poll, events, count, 0);
    if (ready != 0) return ready;
    double start = now(), at = start;
    while (ready == 0 && at - start < patience) {
        ready = epoll_wait(poll, events, count, 0);
        at = now();
    }
    if (ready == 0) {
        ready = epoll_wait(poll, events, count, 20000);
        at = now();
    }
    idle += at - start;
    return ready;
}

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    FILE *file = fopen(argv[2], "rb");
    if (!file) fail(argv[2]);
    request_count = fread(request, 1, sizeof request - 1, file);
    fclose(file);
    find_places();
    int connections = atoi(argv[3]);
    long total = atol(argv[4]), asked = 0, answered = 0;
    order = strncmp(argv[5], "new:", 4) == 0 ? fresh : argv[5][0] == '+' ? counted : drawn;
    if (order == fresh) next_key = strtoull(argv[5] + 4, NULL, 10);
    if (order != fresh) keys = (uint64_t)atol(argv[5] + (order == counted));
    signal(SIGTERM, stop);
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
    float *latencies = calloc((size_t)(total + 1), sizeof *latencies);
    double start = now();
    for (int i = 0; i < connections && asked < total; i++, asked++) ask(&all[i]);
    size_t last = 0;
    struct epoll_event events[256];
    while (answered < total && !(is_stopped && answered == asked)) {
        int ready = ready_ones(poll, events, 256);
        if (ready < 0 && errno == EINTR) continue;
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
            latencies[answered++] = (float)(now() - c->asked);
            if (asked < total && !is_stopped) {
                asked++;
                ask(c);
            }
        }
    }
    double seconds = now() - start;
    qsort(latencies, (size_t)answered, sizeof *latencies, ascending);
    printf("%ld %.6f %.6f %zu", answered, seconds, seconds - idle, last);
    double shares[] = {0.5, 0.99, 1};
    for (int i = 0; i < 3; i++) {
        long place = (long)((double)answered * shares[i]);
        if (place >= answered) place = answered - 1;
        printf(" %.3f", place < 0 ? 0 : (double)latencies[place] * 1e3);
    }
    printf("\n");
    return 0;
}
