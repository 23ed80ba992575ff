import Reactor
import Testing

@testable import KafkaServer

@Suite("Advertised address") struct AdvertisedAddressTests {
    let subnet = Subnet(address: [172, 17, 0, 1], mask: [255, 255, 0, 0])

    func told(_ peer: String, at local: String, advertised: (String, UInt16)? = ("kafka.test", 29092)) throws -> String
    {
        let address = AdvertisedAddress(
            peer: try #require(SocketAddress(host: peer, port: 55555)),
            local: try #require(SocketAddress(host: local, port: 9092)),
            advertised: advertised.map { (host: $0.0, port: $0.1) }, subnets: [subnet])
        return "\(address.host):\(address.port)"
    }

    @Test("A loopback peer is told localhost")
    func loopback() throws {
        #expect(try told("127.0.0.1", at: "127.0.0.1") == "localhost:9092")
        #expect(try told("::1", at: "::1") == "localhost:9092")
    }

    @Test("A peer on a subnet of this machine is told the address that it connected to")
    func subnetPeer() throws { #expect(try told("172.17.0.9", at: "172.17.0.1") == "172.17.0.1:9092") }

    @Test("A peer behind a gateway is told the advertised address, and without one what it connected to")
    func gateway() throws {
        #expect(try told("203.0.113.7", at: "172.17.0.1") == "kafka.test:29092")
        #expect(try told("203.0.113.7", at: "172.17.0.1", advertised: nil) == "172.17.0.1:9092")
    }
}
