import Reactor

/// Where a client is told to find the broker.
///
/// Brokers for development are reached by several names at once: from the same machine, from containers, through a published port. One
/// advertised name is wrong for somebody, so each client is told one that it can reach.
struct AdvertisedAddress: Equatable {
    let host: String
    let port: UInt16

    /// A loopback peer gets `localhost`. A peer on a subnet of this machine gets the address that it connected to. Anyone else (behind a
    /// gateway or a published port) gets `advertised`, and without one also the address that it connected to.
    init(peer: SocketAddress, local: SocketAddress, advertised: (host: String, port: UInt16)?, subnets: [Subnet]) {
        if peer.isLoopback {
            (host, port) = ("localhost", local.port)
        } else if let advertised, !subnets.contains(where: { $0.contains(peer.bytes) }) {
            (host, port) = (advertised.host, advertised.port)
        } else {
            (host, port) = (local.host, local.port)
        }
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
