#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

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
