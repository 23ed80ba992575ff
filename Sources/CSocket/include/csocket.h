#pragma once
#include <sys/socket.h>

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC, which Swift's Glibc module does not export.
int nestbox_accept(int listener, struct sockaddr *address, socklen_t *length);
