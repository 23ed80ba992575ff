#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SIGINT and SIGTERM as something to wait for: the end of a tool that reads until it is stopped.
///
/// The handler does the one thing that it may: it writes a byte into a pipe, which every wait looks at beside its socket.
final class Interrupt: Sendable {
    /// Readable once a signal has come.
    let descriptor: Int32

    /// Catches the signals from now on. The second one ends the process as it would have without this.
    init() {
        var ends: [Int32] = [-1, -1]
        _ = pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        descriptor = ends[0]
        writingEnd = ends[1]
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                write(writingEnd, &byte, 1)
                signal(number, SIG_DFL)
            }
        }
        // A reader of the output that goes away is seen by the write that fails.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Whether a signal has come.
    var hasCome: Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0
    }

    /// Takes note of the signal that has come, so that what is left to do is not interrupted by it; returns the exit code that a shell
    /// expects of a process which it ended, or nil when none has come.
    func acknowledge() -> Int32? {
        guard hasCome else { return nil }
        var number: UInt8 = 0
        return read(descriptor, &number, 1) == 1 ? 128 + Int32(number) : nil
    }
}

/// Where the handler writes: set before it is installed, and a plain number, so that the handler may read it.
private nonisolated(unsafe) var writingEnd: Int32 = -1
