import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("Broker") struct BrokerTests {
    static let client = Client(id: 1, host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)

    func outcome(_ frame: [UInt8]) throws -> Outcome {
        let directory = try TemporaryDirectory()
        let broker = try Broker(.init(directory: directory.path), now: 0)
        return frame.withUnsafeBytes { broker.handle($0, from: Self.client, now: 0) }
    }

    func closes(_ frame: [UInt8]) throws -> Bool {
        if case .close = try outcome(frame) { true } else { false }
    }

    @Test("An unknown API key, an unknown version and a truncated request close the connection")
    func impossible() throws {
        #expect(try closes([0x27, 0x0F, 0, 0, 0, 0, 0, 7, 0, 0]))
        #expect(try closes([0xFF, 0xFF, 0, 0, 0, 0, 0, 7, 0, 0]))
        #expect(try closes([0, 18, 0]))
        #expect(try closes([]))
    }

    @Test("An unknown version of ApiVersions is answered in version 0 with error 35 and ApiVersions' own range")
    func unsupportedApiVersions() throws {
        guard case .respond(let frame) = try outcome([0, 18, 0, 99, 0, 0, 0, 7, 0, 0]),
            case .bytes(let bytes) = frame.chunks[0]
        else { throw WireError.malformed }
        #expect(bytes == [0, 0, 0, 16, 0, 0, 0, 7, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 5])
    }
}
