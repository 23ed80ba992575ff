import Reactor
import Testing

@testable import KafkaServer

@Suite("Advertised address") struct AdvertisedAddressTests {
    /// A container at 172.17.0.2, whose network has the gateway 172.17.0.1.
    let neighbourhood = Neighbourhood(
        subnets: [Subnet(address: [172, 17, 0, 2], mask: [255, 255, 0, 0])], gateways: [[172, 17, 0, 1]])

    func told(
        _ peer: String, at local: String = "172.17.0.2", advertised: (String, UInt16)?, inContainer: Bool = true
    ) throws -> String {
        let address = AdvertisedAddress(
            peer: try #require(SocketAddress(host: peer, port: 55555)),
            local: try #require(SocketAddress(host: local, port: 9092)),
            advertised: advertised.map { (host: $0.0, port: $0.1) }, isBehindPublishedPorts: inContainer,
            neighbourhood: neighbourhood)
        return "\(address.host):\(address.port)"
    }

    @Test("In a container a loopback peer is told localhost and the port that it connected to, whatever is advertised")
    func loopback() throws {
        for advertised in [nil, ("kafka.test", 29092), ("localhost", 19092)] as [(String, UInt16)?] {
            #expect(try told("127.0.0.1", at: "127.0.0.1", advertised: advertised) == "localhost:9092")
            #expect(try told("::1", at: "::1", advertised: advertised) == "localhost:9092")
        }
    }

    @Test("On a machine of its own a loopback peer is told what is advertised of loopback, as that of a proxy")
    func proxy() throws {
        for advertised in ["127.0.0.1", "localhost"] {
            #expect(
                try told("127.0.0.1", at: "127.0.0.1", advertised: (advertised, 19092), inContainer: false)
                    == advertised + ":19092")
        }
        #expect(
            try told("127.0.0.1", at: "127.0.0.1", advertised: ("broker", 19092), inContainer: false)
                == "localhost:9092")
    }

    @Test("Without anything advertised a peer is told the address that it connected to")
    func nothing() throws {
        #expect(try told("172.17.0.9", advertised: nil) == "172.17.0.2:9092")
        #expect(try told("203.0.113.7", advertised: nil) == "172.17.0.2:9092")
    }

    @Test(
        "An advertised name of the network is told to all others",
        arguments: ["172.17.0.9", "172.17.0.1", "203.0.113.7"])
    func name(_ peer: String) throws { #expect(try told(peer, advertised: ("kafka", 29092)) == "kafka:29092") }

    @Test(
        "An advertised localhost is not told to a neighbour, for whom it is another machine",
        arguments: ["localhost", "127.0.0.1", "::1"])
    func neighbour(_ advertised: String) throws {
        #expect(try told("172.17.0.9", advertised: (advertised, 19092)) == "172.17.0.2:9092")
    }

    @Test(
        "An advertised localhost is told to who comes through a published port: from a gateway, from elsewhere, from our own address",
        arguments: ["172.17.0.1", "192.168.65.1", "172.17.0.2"])
    func published(_ peer: String) throws {
        #expect(try told(peer, advertised: ("localhost", 19092)) == "localhost:19092")
    }

    @Test("The gateways of both families are read from the kernel's routes")
    func routes() {
        let table = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
            eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0

            """
        #if _endian(little)
            #expect(Neighbourhood.gateways(ofRoutes: table) == [[172, 17, 0, 1]])
        #endif
        let none = String(repeating: "0", count: 32)
        let table6 = """
            fd000000000000000000000000000000 40 \(none) 00 \(none) 00000100 00000001 00000000 00000001     eth0
            \(none) 00 \(none) 00 fd000000000000000000000000000001 00000400 00000001 00000000 00000003     eth0

            """
        #expect(
            Neighbourhood.gateways(ofIPv6Routes: table6) == [[0xfd] + [UInt8](repeating: 0, count: 14) + [1]])
        #expect(Neighbourhood.gateways(ofRoutes: "").isEmpty && Neighbourhood.gateways(ofIPv6Routes: "x").isEmpty)
    }
}
