import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A blocking socket that says whatever a test wants, used from the test's own thread.
final class RawClient {
    struct Failure: Error { let call: String }

    private let descriptor: Int32

    init(port: UInt16) throws {
        #if canImport(Glibc)
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var time = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var to = sockaddr_in()
        to.sin_family = sa_family_t(AF_INET)
        to.sin_port = port.bigEndian
        to.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &to) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(call: "connect") }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                #if canImport(Glibc)
                    Glibc.send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
                #else
                    Darwin.send(descriptor, $0.baseAddress! + done, $0.count - done, 0)
                #endif
            }
            if count <= 0 { return }
            done += count
        }
    }

    /// Breaks the connection: the other side gets a reset instead of an end.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        // Closes the socket and leaves the number something else to stand for.
        let nothing = open("/dev/null", O_RDONLY)
        dup2(nothing, descriptor)
        close(nothing)
    }

    /// Ends this side; answers can still come.
    func endOutput() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// `count` bytes, or fewer when the other side closes. Ten seconds without any are a failure.
    func receive(_ count: Int) -> [UInt8] {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65536)
        while all.count < count {
            let got = recv(descriptor, &piece, min(piece.count, count - all.count), 0)
            if got < 0 && errno == EAGAIN { Issue.record("nothing came for ten seconds, after \(all.count) bytes") }
            if got <= 0 { break }
            all += piece[..<got]
        }
        return all
    }

    /// The next answer's correlation id and what follows it; nil when the connection is closed instead.
    func answer() -> (correlationID: Int32, body: [UInt8])? {
        let head = receive(4)
        guard head.count == 4 else { return nil }
        let frame = receive(Int(integer(head)))
        guard frame.count >= 4 else { return nil }
        return (integer(Array(frame[..<4])), Array(frame[4...]))
    }

    private func integer(_ bytes: [UInt8]) -> Int32 { bytes.reduce(0) { $0 << 8 | Int32($1) } }
}

/// A request frame with a header of version 1 and the client id "c"; `size` lies about the size.
func frame(_ key: Int16, _ version: Int16, _ correlationID: Int32 = 7, body: [UInt8] = [], size: Int32? = nil)
    -> [UInt8]
{
    let rest = big(key) + big(version) + big(correlationID) + [0, 1, 0x63] + body
    return big(size ?? Int32(rest.count)) + rest
}

/// An integer's bytes, most significant first.
func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) } }

/// A string with its length in two bytes.
func text(_ string: String) -> [UInt8] { big(Int16(string.utf8.count)) + string.utf8 }

/// The bytes of a process's memory that are resident now.
func residentBytes() -> Int {
    #if canImport(Glibc)
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, 128, file) != nil else { return 0 }
        let words = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    #else
        return 0
    #endif
}
