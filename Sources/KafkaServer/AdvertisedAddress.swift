import Reactor

/// Where a client is told to find the broker.
///
/// Brokers for development are reached by several names at once: from the same machine, from containers, through a published port. One
/// advertised name is wrong for somebody, so each client is told one that it can reach.
struct AdvertisedAddress: Equatable {
    let host: String
    let port: UInt16

    /// - A loopback peer gets an advertised address of loopback, which may be that of a proxy; otherwise, or where that is meant for the
    ///   other side of a published port, `localhost` and the port that it connected to.
    /// - An advertised name of the network is what everyone else gets.
    /// - An advertised `localhost` is of use only on the other side of a published port: a peer that shares a network with this machine gets
    ///   the address that it connected to, and all others get what is advertised.
    /// - Without anything advertised a peer gets the address that it connected to.
    /// - Parameter isBehindPublishedPorts: whether this is a container, in which an advertised `localhost` means another machine's
    /// - Parameter neighbourhood: asked only when it matters, because it is read from the system
    init(
        peer: SocketAddress, local: SocketAddress, advertised: (host: String, port: UInt16)?,
        isBehindPublishedPorts: Bool, neighbourhood: @autoclosure () -> Neighbourhood
    ) {
        if peer.isLoopback {
            if let advertised, Self.isLoopback(advertised.host), !isBehindPublishedPorts {
                (host, port) = advertised
            } else {
                (host, port) = ("localhost", local.port)
            }
            return
        }
        guard let advertised, !Self.isLoopback(advertised.host) || !neighbourhood().has(peer, of: local) else {
            (host, port) = (local.host, local.port)
            return
        }
        (host, port) = advertised
    }

    private static func isLoopback(_ host: String) -> Bool {
        SocketAddress(host: host, port: 0)?.isLoopback ?? (host.lowercased() == "localhost")
    }
}

/// The networks of this machine, as far as they say who can reach it directly.
struct Neighbourhood: Equatable {
    /// The subnets of its interfaces.
    var subnets: [Subnet]
    /// The addresses of its gateways. Who comes from there comes through one: containers see their published ports so.
    var gateways: [[UInt8]]

    /// Whether a peer that connected to `local` can do so again. A peer with this machine's own address may be a published port, too: that
    /// is how rootless containers see them.
    func has(_ peer: SocketAddress, of local: SocketAddress) -> Bool {
        let bytes = peer.bytes
        return bytes != local.bytes && !gateways.contains(bytes) && subnets.contains { $0.contains(bytes) }
    }
}

/// The addresses that an interface reaches without a gateway.
struct Subnet: Equatable {
    let address: [UInt8]
    let mask: [UInt8]

    func contains(_ other: [UInt8]) -> Bool {
        other.count == address.count && other.indices.allSatisfy { other[$0] & mask[$0] == address[$0] & mask[$0] }
    }
}
