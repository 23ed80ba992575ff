import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the stack listens, from what `--host` says.
struct HostAddress: Equatable, Sendable {
    /// The addresses, without ports. The first must work; the others only if the machine has them.
    let addresses: [SocketAddress]
    /// The host in the URLs that people and children are given.
    let name: String

    /// `localhost` is 127.0.0.1 and ::1; `::` is every address of the machine, of both families; any other address is
    /// itself; a name is what the system's resolver says.
    init(_ host: String) throws(Failure) {
        if host == Self.everywhereName {
            self = .everywhere
            return
        }
        if host == "localhost" {
            addresses = [.loopback(), .loopbackIPv6()]
            name = "localhost"
            return
        }
        let found: [SocketAddress]
        do { found = try SocketAddress.resolve(host: host, port: 0) } catch {
            throw Failure(.configuration, "\(error.description); give --host an address of this machine")
        }
        guard let first = found.first else {
            throw Failure(.configuration, "the host \(host) has no address; give --host an address of this machine")
        }
        addresses = [first]
        if first.isUnspecified || first == .loopback() {
            name = "localhost"
        } else {
            name = first.isIPv6 ? "[\(first.host)]" : first.host
        }
    }

    /// How `--host` says all addresses of the machine.
    static let everywhereName = "::"

    /// All addresses of the machine.
    static let everywhere = HostAddress(
        addresses: ["0.0.0.0", "::"].compactMap { SocketAddress(host: $0, port: 0) }, name: "localhost")

    private init(addresses: [SocketAddress], name: String) {
        self.addresses = addresses
        self.name = name
    }

    /// Listens on every address with one port, and returns it. A port of nil asks for a free one; a race for it that is
    /// lost is tried again.
    /// - Parameters:
    ///   - what: who wants the port, for the message
    ///   - mend: what to do when it is taken, for the message
    func listen(
        port: UInt16?, for what: String, mend: String, _ listen: (SocketAddress) throws -> SocketAddress
    ) throws(Failure) -> UInt16 {
        if let port { return try self.listen(on: port, for: what, mend: mend, listen) }
        for _ in 0..<20 {
            let port = try freePort()
            do throws(Failure) {
                return try self.listen(on: port, for: what, mend: mend, listen)
            } catch {
                guard error.kind == .portBusy else { throw error }
            }
        }
        throw Failure(.portBusy, "no free port was found for \(what); \(mend)")
    }

    private func listen(
        on port: UInt16, for what: String, mend: String, _ listen: (SocketAddress) throws -> SocketAddress
    ) throws(Failure) -> UInt16 {
        for (index, address) in addresses.enumerated() {
            var address = address
            address.port = port
            do {
                _ = try listen(address)
            } catch let error as SystemError {
                switch error.code {
                case EADDRINUSE:
                    throw PortHolder.failure(
                        port: port, wantedBy: what, holder: PortHolder.find(port: port), mend: mend)
                case EACCES:
                    throw Failure(.configuration, "port \(port) for \(what) is for the superuser; \(mend)")
                case EADDRNOTAVAIL where index == 0:
                    throw Failure(
                        .configuration, "\(address.host) is not an address of this machine; give --host one that is")
                case EADDRNOTAVAIL, EAFNOSUPPORT:
                    // A machine without IPv6 has no ::1, and needs none.
                    continue
                default:
                    throw Failure(.other, "cannot listen on \(address) for \(what): \(error)")
                }
            } catch {
                throw Failure(.other, "cannot listen on \(address) for \(what): \(error)")
            }
        }
        return port
    }

    /// A port that is free on every address now.
    func freePort() throws(Failure) -> UInt16 {
        for _ in 0..<100 {
            guard let port = Self.bound(addresses[0]) else { break }
            var others = addresses.dropFirst()
            for index in others.indices { others[index].port = port }
            if others.allSatisfy({ Self.bound($0) != nil || errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT }) {
                return port
            }
        }
        throw Failure(
            .other, "this machine has no free port on \(addresses[0].host); end some programs or wait a minute")
    }

    /// Whether nobody listens on a port, on whatever address.
    static func isFree(port: UInt16) -> Bool {
        for host in ["0.0.0.0", "::"] {
            guard let address = SocketAddress(host: host, port: port) else { continue }
            if bound(address) == nil, errno == EADDRINUSE { return false }
        }
        return true
    }

    /// Whether a port is free now or gets free within so many milliseconds, for which the thread sleeps.
    static func isFree(port: UInt16, within millis: Int) -> Bool {
        let pause = 10
        for _ in 0..<millis / pause {
            if isFree(port: port) { return true }
            usleep(UInt32(pause * 1_000))
        }
        return isFree(port: port)
    }

    /// The port that a socket gets when it listens on an address, nil (with errno) when it cannot; the socket is closed
    /// again. As servers do, with SO_REUSEADDR: only a socket that listens is in the way.
    private static func bound(_ address: SocketAddress) -> UInt16? {
        withSocket(address) { descriptor, name, length -> UInt16? in
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            if address.isIPv6 {
                setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<Int32>.size))
            }
            var length = length
            guard bind(descriptor, name, length) == 0, systemListen(descriptor, 1) == 0,
                getsockname(descriptor, name, &length) == 0
            else { return nil }
            return name.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
        } ?? nil
    }

    /// Calls `body` with a new TCP socket and an address in the system's form, and closes the socket; nil (with errno)
    /// when there is no socket. errno is then what `body` left.
    static func withSocket<Result>(
        _ address: SocketAddress, _ body: (Int32, UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
    ) -> Result? {
        let descriptor = socket(address.isIPv6 ? AF_INET6 : AF_INET, streamType, 0)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var storage = sockaddr_storage()
        let length = fill(&storage, address)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(descriptor, $0, length) }
        }
        let code = errno
        close(descriptor)
        errno = code
        return result
    }

    /// Writes an address in the system's form. The port has the same place in IPv4 and IPv6.
    private static func fill(_ storage: inout sockaddr_storage, _ address: SocketAddress) -> socklen_t {
        let bytes = address.bytes
        return withUnsafeMutableBytes(of: &storage) { raw in
            if address.isIPv6 {
                var name = sockaddr_in6()
                name.sin6_family = sa_family_t(AF_INET6)
                name.sin6_port = address.port.bigEndian
                withUnsafeMutableBytes(of: &name.sin6_addr) { $0.copyBytes(from: bytes) }
                withUnsafeBytes(of: name) { raw.copyMemory(from: $0) }
                return socklen_t(MemoryLayout<sockaddr_in6>.size)
            }
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = address.port.bigEndian
            withUnsafeMutableBytes(of: &name.sin_addr) { $0.copyBytes(from: bytes) }
            withUnsafeBytes(of: name) { raw.copyMemory(from: $0) }
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        }
    }
}

#if canImport(Glibc)
    private let streamType = Int32(SOCK_STREAM.rawValue)
#else
    private let streamType = SOCK_STREAM
#endif

// The system's listen, whose name the method above hides.
private func systemListen(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
