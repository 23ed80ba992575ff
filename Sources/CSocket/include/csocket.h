#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// An IPv4 or IPv6 address with a port. The address is kept as its sixteen bytes in network order (IPv4: the first four).
typedef struct {
    uint64_t high;
    uint64_t low;
    uint32_t scope;
    uint16_t port;
    uint8_t family;  // 4 or 6; 0 when unknown
} nestbox_address;

/// Reads a numeric address without brackets. Returns 0, or -1 when it is not one.
int nestbox_address_parse(const char *text, uint16_t port, nestbox_address *address);
/// Writes the numeric address, without port or brackets.
int nestbox_address_format(const nestbox_address *address, char *text, size_t capacity);
/// Asks the system's resolver. Returns the number of addresses written, or -getaddrinfo's error code.
int nestbox_resolve(const char *host, uint16_t port, nestbox_address *addresses, int capacity);
/// getaddrinfo's words for its error code.
const char *nestbox_resolve_error(int code);

/// A non-blocking, close-on-exec stream socket for the family 4 or 6, or -1 with errno.
int nestbox_socket(int family);
/// SO_REUSEADDR, IPV6_V6ONLY, bind and listen. Returns NULL, or the name of the call that failed with errno set.
const char *nestbox_listen(int socket, const nestbox_address *address, int backlog);
int nestbox_connect(int socket, const nestbox_address *address);
/// The error that a non-blocking connect ended with, or 0.
int nestbox_connect_result(int socket);
/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC, which Swift's Glibc module does not export.
int nestbox_accept(int listener, nestbox_address *peer);
void nestbox_local_address(int socket, nestbox_address *address);
void nestbox_set_no_delay(int socket);

ssize_t nestbox_recv(int socket, void *bytes, size_t count);
/// send without SIGPIPE; `more` says that more follows at once.
ssize_t nestbox_send(int socket, const void *bytes, size_t count, int more);
/// Sends a stretch of a file without a copy through this process; 0 where the file has ended. ENOSYS where there is no such call.
ssize_t nestbox_send_file(int socket, int file, int64_t offset, size_t count);
void nestbox_shutdown_write(int socket);

/// Raises the soft limit of open descriptors to the hard one and ignores SIGPIPE, once a process.
void nestbox_prepare_process(void);
/// The soft limit of open descriptors as it was before `nestbox_prepare_process`.
uint64_t nestbox_original_descriptor_limit(void);

/// Gives memory that was freed back to the system, where the C library has a call for it.
void nestbox_trim_heap(void);

/// What `nestbox_trampoline` does before it becomes the program.
enum {
    NESTBOX_CHILD_OWN_GROUP = 1,
    NESTBOX_CHILD_DIES_WITH_PARENT = 2,
};
/// The first argument of a process that is to be a trampoline.
const char *nestbox_trampoline_mark(void);
/// When the arguments say so (mark, `PARENT:FLAGS:STATUS:LIMIT`, program, its arguments from the zeroth on), makes the arrangements
/// of a child process and becomes the program; never returns then. Else does nothing.
void nestbox_trampoline(int argc, char **argv);
/// A pipe whose ends are close-on-exec and whose read end does not block. Returns 0, or -1 with errno.
int nestbox_pipe(int ends[2]);
