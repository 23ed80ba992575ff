#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Neighbourhood {
    /// The neighbourhood of this machine as it is now: networks come and go while a container runs.
    static func current() -> Neighbourhood {
        Neighbourhood(
            subnets: Subnet.ofInterfaces(),
            gateways: gateways(ofRoutes: text(of: "/proc/net/route"))
                + gateways(ofIPv6Routes: text(of: "/proc/net/ipv6_route")))
    }

    /// The gateways in the text of /proc/net/route: the third field of each line after the first, as the machine's own 32-bit number.
    static func gateways(ofRoutes table: String) -> [[UInt8]] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            guard fields.count > 2, let gateway = UInt32(fields[2], radix: 16), gateway != 0 else { return nil }
            return withUnsafeBytes(of: gateway) { [UInt8]($0) }
        }
    }

    /// The gateways in the text of /proc/net/ipv6_route: the fifth field, 32 digits in network order.
    static func gateways(ofIPv6Routes table: String) -> [[UInt8]] {
        table.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 4, fields[4].utf8.count == 32 else { return nil }
            var digits = fields[4]
            var bytes: [UInt8] = []
            while let byte = UInt8(digits.prefix(2), radix: 16), !digits.isEmpty {
                bytes.append(byte)
                digits = digits.dropFirst(2)
            }
            return bytes.count == 16 && bytes.contains { $0 != 0 } ? bytes : nil
        }
    }

    /// The text of a file of the kernel; empty where there is none.
    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 << 10)
        // A machine with more routes than this is no container.
        while text.count < 1 << 20 {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            text += piece[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Subnet {
    /// The subnets of this machine's interfaces, as they are now.
    static func ofInterfaces() -> [Subnet] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var subnets: [Subnet] = []
        var next = first
        while let interface = next {
            next = interface.pointee.ifa_next
            if let address = bytes(interface.pointee.ifa_addr), let mask = bytes(interface.pointee.ifa_netmask),
                address.count == mask.count
            {
                subnets.append(Subnet(address: address, mask: mask))
            }
        }
        return subnets
    }

    /// The 4 or 16 bytes of an address; nil for other families.
    private static func bytes(_ address: UnsafeMutablePointer<sockaddr>?) -> [UInt8]? {
        guard let address else { return nil }
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { [UInt8]($0) }
        case AF_INET6:
            return withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { [UInt8]($0) }
        default: return nil
        }
    }
}
