import KafkaWire
import Testing

@testable import KafkaBroker

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A broker in a directory of its own, asked by frames as a connection would ask.
final class BrokerFixture {
    /// What a test expected and did not get.
    struct NoAnswer: Error { let outcome: String }

    let directory: TemporaryDirectory
    let broker: Broker
    var now: Int64 = 1_700_000_000_000
    var client = Client(id: 1, host: "127.0.0.1", advertisedHost: "localhost", advertisedPort: 9092)
    private(set) var delivered: [(token: RequestToken, frame: ResponseFrame)] = []

    init(_ configure: (inout Broker.Configuration) -> Void = { _ in }) throws {
        directory = try TemporaryDirectory()
        var configuration = Broker.Configuration(directory: directory.path)
        configure(&configuration)
        broker = try Broker(configuration, now: now)
        broker.deliver = { [unowned self] token, frame in delivered.append((token, frame)) }
    }

    /// Hands a request in, in any version, served or not.
    func send<API: KafkaAPI>(_: API.Type, _ version: Int16, _ request: API.Request) -> Outcome {
        var request = request
        let flexible = API.isFlexible(version)
        var wire = Wire(writingVersion: version, flexible: flexible)
        do throws(WireError) { try request.layout(&wire) } catch { return .close }
        return send(key: API.key, version: version, flexible: flexible, body: wire.output)
    }

    /// Hands in a header and these bytes.
    func send(key: Int16, version: Int16, flexible: Bool = false, body: [UInt8] = []) -> Outcome {
        var wire = Wire(writingVersion: 0, flexible: false)
        var header = RequestHeader(apiKey: key, apiVersion: version, correlationID: 7, clientID: "test")
        do throws(WireError) {
            try header.fixedPart(&wire)
            try header.clientPart(&wire)
        } catch { return .close }
        let frame = wire.output + (flexible ? [0] : []) + body
        return frame.withUnsafeBytes { broker.handle($0, from: client, now: now) }
    }

    /// The answer to a request that is answered at once.
    func ask<API: KafkaAPI>(_: API.Type, _ version: Int16, _ request: API.Request) throws -> API.Response {
        let outcome = send(API.self, version, request)
        guard case .respond(let frame) = outcome else { throw NoAnswer(outcome: "\(outcome)") }
        return try response(API.self, version, frame)
    }

    /// Reads an answer, and checks its size and correlation id.
    func response<API: KafkaAPI>(_: API.Type, _ version: Int16, _ frame: ResponseFrame) throws -> API.Response {
        let bytes = flat(frame)
        return try bytes.withUnsafeBytes { all in
            var wire = Wire(reading: all, version: 0, flexible: API.isFlexible(version) && API.key != ApiVersions.key)
            var size: Int32 = 0
            var correlationID: Int32 = 0
            try wire.field(&size)
            try wire.field(&correlationID)
            try wire.endOfStructure()
            #expect(Int(size) == bytes.count - 4 && correlationID == 7)
            let body = UnsafeRawBufferPointer(rebasing: all[wire.consumed...])
            var reading = Wire(reading: body, version: version, flexible: API.isFlexible(version))
            var response = API.Response()
            try response.layout(&reading)
            #expect(reading.remaining == 0)
            return response
        }
    }

    /// All bytes of a frame, regions read from their files.
    func flat(_ frame: ResponseFrame) -> [UInt8] {
        frame.chunks.reduce(into: []) { bytes, chunk in
            switch chunk {
            case .bytes(let some): bytes += some
            case .region(let region):
                var some = [UInt8](repeating: 0, count: region.length)
                #expect(pread(region.descriptor, &some, region.length, off_t(region.offset)) == region.length)
                bytes += some
            }
        }
    }
}
