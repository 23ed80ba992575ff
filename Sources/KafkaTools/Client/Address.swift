#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a broker listens: a host by name or number, and a port.
struct Address: Hashable, Sendable, CustomStringConvertible {
    let host: String
    let port: UInt16

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port` or `[v6]:port`, also after `PROTOCOL://`; nil when it is neither.
    init?(_ text: String) {
        var rest = Substring(text.trimmed)
        if let scheme = rest.firstRange(ofText: "://") { rest = rest[scheme.upperBound...] }
        guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]) else {
            return nil
        }
        var host = rest[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Reads bootstrap servers: several with commas between. Throws what Kafka's clients throw for a text that is none.
    static func list(_ text: String) throws(ToolError) -> [Address] {
        var addresses: [Address] = []
        for part in text.split(separator: ",").map(\.trimmed) where !part.isEmpty {
            guard let address = Address(part) else {
                throw .configuration("Invalid url in bootstrap.servers: \(part)")
            }
            addresses.append(address)
        }
        guard !addresses.isEmpty else { throw .configuration("No bootstrap urls given in bootstrap.servers") }
        return addresses
    }

    /// The socket addresses behind the name, version 4 before 6 as Java has them; empty when there are none.
    func resolve() -> [SocketAddress] {
        // A resolver's libraries take longer to load than the whole call: this name needs none (RFC 6761).
        if host == "localhost" { return [.loopback4(port), .loopback6(port)] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var found: [SocketAddress] = []
        var next = first
        while let entry = next {
            if let address = SocketAddress(entry.pointee) { found.append(address) }
            next = entry.pointee.ai_next
        }
        return found.filter { $0.family == AF_INET } + found.filter { $0.family != AF_INET }
    }
}

/// An address that a socket connects to.
struct SocketAddress: Sendable {
    let family: Int32
    /// The bytes of its sockaddr.
    let bytes: [UInt8]

    private init(family: Int32, bytes: [UInt8]) {
        self.family = family
        self.bytes = bytes
    }

    init?(_ info: addrinfo) {
        guard let address = info.ai_addr, info.ai_family == AF_INET || info.ai_family == AF_INET6 else { return nil }
        self.init(
            family: info.ai_family,
            bytes: [UInt8](UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))))
    }

    static func loopback4(_ port: UInt16) -> SocketAddress {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return SocketAddress(family: AF_INET, bytes: withUnsafeBytes(of: address) { [UInt8]($0) })
    }

    static func loopback6(_ port: UInt16) -> SocketAddress {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_addr = in6addr_loopback
        return SocketAddress(family: AF_INET6, bytes: withUnsafeBytes(of: address) { [UInt8]($0) })
    }

    /// The number, without the port.
    var host: String {
        bytes.withUnsafeBytes { all in
            var text = [CChar](repeating: 0, count: 64)
            let start = all.bindMemory(to: sockaddr.self).baseAddress
            getnameinfo(start, socklen_t(all.count), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}

extension StringProtocol {
    /// Where `text` stands first.
    func firstRange(ofText text: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
