// The limit of a broker on one connection: a bare blocking loop, from the socket to a file or from a file to the socket. Requests and
// answers are frames with their size in front, as Kafka has them, and are not looked into.
//
//     kafka-limit produce FILE ANSWER           writes every request to FILE and answers with the bytes of ANSWER
//     kafka-limit fetch FILE ANSWER LENGTH      answers every request with ANSWER and LENGTH bytes of FILE, on and on through it
//
// Prints its port, and serves one connection after the other.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

enum { capacity = 16 << 20 };

static char bytes[capacity];
static char answer[1 << 16];
static size_t answer_count;

static void fail(const char *call) {
    perror(call);
    exit(1);
}

static void send_all(int to, const char *from, size_t count, int flags) {
    while (count > 0) {
        ssize_t sent = send(to, from, count, MSG_NOSIGNAL | flags);
        if (sent <= 0) fail("send");
        from += sent;
        count -= (size_t)sent;
    }
}

static void write_all(int file, const char *from, size_t count) {
    while (count > 0) {
        ssize_t written = write(file, from, count);
        if (written <= 0) fail("write");
        from += written;
        count -= (size_t)written;
    }
}

static void serve(int client, int file, off_t length, off_t size) {
    static off_t position;
    size_t count = 0;
    for (;;) {
        ssize_t got = recv(client, bytes + count, capacity - count, 0);
        if (got <= 0) return;
        count += (size_t)got;
        size_t start = 0;
        for (;;) {
            uint32_t frame;
            if (count - start < 4) break;
            memcpy(&frame, bytes + start, 4);
            size_t whole = 4 + (size_t)ntohl(frame);
            if (whole > capacity) exit(1);
            if (count - start < whole) break;
            if (length == 0) {
                write_all(file, bytes + start, whole);
                send_all(client, answer, answer_count, 0);
            } else {
                send_all(client, answer, answer_count, MSG_MORE);
                if (position + length > size) position = 0;
                for (off_t end = position + length; position < end;) {
                    if (sendfile(client, file, &position, (size_t)(end - position)) <= 0) fail("sendfile");
                }
            }
            start += whole;
        }
        count -= start;
        if (start > 0) memmove(bytes, bytes + start, count);
    }
}

int main(int argc, char **argv) {
    int is_produce = argc == 4 && strcmp(argv[1], "produce") == 0;
    int is_fetch = argc == 5 && strcmp(argv[1], "fetch") == 0;
    if (!is_produce && !is_fetch) return 2;
    int file = open(argv[2], is_produce ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0600);
    if (file < 0) fail(argv[2]);
    off_t length = is_fetch ? atoll(argv[4]) : 0, size = lseek(file, 0, SEEK_END);
    lseek(file, 0, SEEK_SET);
    FILE *stored = fopen(argv[3], "rb");
    if (!stored) fail(argv[3]);
    answer_count = fread(answer, 1, sizeof answer, stored);
    fclose(stored);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t address_size = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, address_size) != 0) fail("bind");
    if (listen(listener, 16) != 0) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &address_size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) fail("accept");
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        serve(client, file, length, size);
        close(client);
    }
}
