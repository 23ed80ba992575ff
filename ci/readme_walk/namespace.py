"""A network namespace for the walk, so that the README's fixed ports are its own."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

PORTS = (8000, 9092, 8080, 8081)
MARK = "README_WALK_NAMESPACE"


def enter_or_skip():
    """Goes on in a network namespace of its own; without one on this machine's ports, if they are free; else ends with a message."""
    if os.environ.pop(MARK, None):
        return bring_up_loopback()
    for unshare in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if shutil.which("unshare") and subprocess.run([*unshare, "true"], capture_output=True).returncode == 0:
            os.environ[MARK] = "1"
            os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])
    busy = [port for port in PORTS if not is_free(port)]
    if busy:
        print(f"readme-walk: skipped. It needs a network namespace of its own, which this user may not make, or the ports "
              f"{', '.join(map(str, PORTS))}, of which {', '.join(map(str, busy))} cannot be had; run it as root, or stop what "
              "listens there.")
        sys.exit(0)


def bring_up_loopback():
    """What `ip link set lo up` does, without iproute2."""
    get_flags, set_flags, up = 0x8913, 0x8914, 0x1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, get_flags, request))[1]
        fcntl.ioctl(control, set_flags, struct.pack("16sH14x", b"lo", flags | up))


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
