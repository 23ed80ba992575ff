import CSocket

/// The address of one end of a TCP connection: IPv4 or IPv6, with a port.
public struct SocketAddress: Sendable, CustomStringConvertible {
    var raw: nestbox_address

    init(raw: nestbox_address) { self.raw = raw }

    /// Reads a numeric host (`127.0.0.1`, `::1`, `[::1]`, or `localhost` for 127.0.0.1); nil for anything else.
    public init?(host: String, port: UInt16) {
        var text = host == "localhost" ? "127.0.0.1" : host
        if text.hasPrefix("[") && text.hasSuffix("]") { text = String(text.dropFirst().dropLast()) }
        var raw = nestbox_address()
        guard nestbox_address_parse(text, port, &raw) == 0 else { return nil }
        self.raw = raw
    }

    /// Reads `host:port`, where an IPv6 host stands in brackets; nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = String(text[..<colon])
        if host.contains(":") && !host.hasPrefix("[") { return nil }
        self.init(host: host, port: port)
    }

    /// 127.0.0.1 with this port; port 0 asks for a free one.
    public static func loopback(port: UInt16 = 0) -> SocketAddress { SocketAddress(host: "127.0.0.1", port: port)! }

    /// ::1 with this port; port 0 asks for a free one.
    public static func loopbackIPv6(port: UInt16 = 0) -> SocketAddress { SocketAddress(host: "::1", port: port)! }

    /// Asks the system's resolver for a name; blocks, so never on a busy loop.
    public static func resolve(host: String, port: UInt16) throws(ResolveError) -> [SocketAddress] {
        if let address = SocketAddress(host: host, port: port) { return [address] }
        var found = [nestbox_address](repeating: nestbox_address(), count: 16)
        let count = nestbox_resolve(host, port, &found, 16)
        if count < 0 { throw ResolveError(host: host, reason: String(cString: nestbox_resolve_error(count))) }
        return found[..<Int(count)].map(SocketAddress.init(raw:))
    }

    /// The port.
    public var port: UInt16 {
        get { raw.port }
        set { raw.port = newValue }
    }

    /// Whether this is an IPv6 address.
    public var isIPv6: Bool { raw.family == 6 }

    /// The address as its 4 or 16 bytes in network order.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: (raw.high, raw.low)) { Array($0.prefix(isIPv6 ? 16 : 4)) }
    }

    /// Whether it is 127.0.0.0/8, ::1, or the first written as IPv6.
    public var isLoopback: Bool {
        let bytes = bytes
        if bytes.count == 4 { return bytes[0] == 127 }
        if bytes.dropLast().allSatisfy({ $0 == 0 }) { return bytes[15] == 1 }
        return bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255 && bytes[12] == 127
    }

    /// Whether it stands for all addresses of the machine: 0.0.0.0 or ::.
    public var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    /// The numeric host without port and brackets.
    public var host: String {
        var raw = raw
        guard raw.family != 0 else { return "unknown" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            nestbox_address_format(&raw, text.baseAddress!, 64) == 0 ? String(cString: text.baseAddress!) : "unknown"
        }
    }

    /// `127.0.0.1:8000` or `[::1]:8000`.
    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension SocketAddress: Hashable {
    /// Equal when family, address, scope and port are.
    public static func == (a: SocketAddress, b: SocketAddress) -> Bool {
        a.raw.family == b.raw.family && a.raw.high == b.raw.high && a.raw.low == b.raw.low && a.raw.port == b.raw.port
            && a.raw.scope == b.raw.scope
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(raw.family)
        hasher.combine(raw.high)
        hasher.combine(raw.low)
        hasher.combine(raw.port)
        hasher.combine(raw.scope)
    }
}

/// A host name that the system's resolver could not turn into an address.
public struct ResolveError: Error, Sendable, CustomStringConvertible {
    /// The name that was asked for.
    public let host: String
    /// The resolver's words.
    public let reason: String

    /// One sentence.
    public var description: String { "the host \(host) has no address: \(reason)" }
}
