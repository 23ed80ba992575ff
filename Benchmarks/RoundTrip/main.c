// Round trips, one after the other, and how long they take.
//
//     round-trip PORT COUNT echo REQUEST-FILE
//         the request goes to an echo, and comes back
//     round-trip PORT COUNT kafka PRODUCE-FILE FETCH-FILE POSITION
//         a Fetch of one connection waits at a broker, the Produce of one record comes on another, and the record goes to the first; the eight
//         bytes at POSITION of the Fetch are the offset, from 0 on
//
// Frames have their size in front. Between two round trips there is a pause of a millisecond, so that the Fetch waits. Prints the microseconds
// within which half and 99% of the round trips came, and the longest.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { capacity = 1 << 20, warm_up = 200 };

struct frame {
    char bytes[capacity];
    size_t count;
};

static struct frame request, fetch, answer;

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static void load(struct frame *frame, const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    frame->count = fread(frame->bytes, 1, capacity, file);
    fclose(file);
}

static int connection(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

static void ask(int to, const struct frame *frame) {
    if (send(to, frame->bytes, frame->count, MSG_NOSIGNAL) != (ssize_t)frame->count) fail("send");
}

static void exactly(int from, char *to, size_t count) {
    while (count > 0) {
        ssize_t got = recv(from, to, count, 0);
        if (got <= 0) fail("recv");
        to += got;
        count -= (size_t)got;
    }
}

static void receive(int from) {
    uint32_t size;
    exactly(from, (char *)&size, 4);
    answer.count = ntohl(size);
    if (answer.count > capacity) exit(1);
    exactly(from, answer.bytes, answer.count);
}

static double microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
    int is_echo = argc == 5 && strcmp(argv[3], "echo") == 0, is_kafka = argc == 7 && strcmp(argv[3], "kafka") == 0;
    if (!is_echo && !is_kafka) return 2;
    int count = atoi(argv[2]), writer = connection(atoi(argv[1])), reader = connection(atoi(argv[1]));
    load(&request, argv[4]);
    if (is_kafka) load(&fetch, argv[5]);
    double *times = calloc((size_t)count, sizeof *times);
    for (int number = -warm_up; number < count; number++) {
        if (is_kafka) {
            uint64_t offset = htobe64((uint64_t)(number + warm_up));
            memcpy(fetch.bytes + atol(argv[6]), &offset, 8);
            ask(reader, &fetch);
        }
        usleep(1000);
        double began = microseconds();
        ask(writer, &request);
        receive(is_kafka ? reader : writer);
        double took = microseconds() - began;
        if (number >= 0) times[number] = took;
        if (is_kafka) receive(writer);
    }
    qsort(times, (size_t)count, sizeof *times, ascending);
    printf("%.1f %.1f %.1f\n", times[count / 2], times[count * 99 / 100], times[count - 1]);
}
