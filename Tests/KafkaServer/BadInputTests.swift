import KafkaWire
import Testing

/// What a socket can say wrongly, and that nobody else notices.
@Suite("Bad input at the socket", .serialized)
struct BadInputTests {
    struct Input: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let bytes: [UInt8]
    }

    static let closing: [Input] = [
        Input(testDescription: "a size of -1", bytes: [0xFF, 0xFF, 0xFF, 0xFF]),
        Input(testDescription: "the smallest size", bytes: [0x80, 0, 0, 0]),
        Input(testDescription: "a size of 2 GiB", bytes: [0x7F, 0xFF, 0xFF, 0xFF]),
        Input(testDescription: "a size of one byte above the limit", bytes: big(Int32(100 << 20) + 1)),
        Input(testDescription: "a size of zero", bytes: [0, 0, 0, 0]),
        Input(testDescription: "a frame too small for a header", bytes: [0, 0, 0, 3, 0, 18, 0]),
        Input(testDescription: "an HTTP request", bytes: Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)),
        Input(
            testDescription: "a TLS hello", bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]),
        Input(testDescription: "an unknown API key", bytes: frame(999, 0)),
        Input(testDescription: "a negative API key", bytes: frame(-1, 0)),
        Input(testDescription: "an API of ZooKeeper's days", bytes: frame(4, 0)),
        Input(testDescription: "an unknown version of Metadata", bytes: frame(3, 99)),
        Input(testDescription: "a negative version of Metadata", bytes: frame(3, -1)),
        Input(testDescription: "Produce with message sets", bytes: frame(0, 2)),
        Input(
            testDescription: "a client id longer than the frame",
            bytes: big(Int32(12)) + big(Int16(3)) + big(Int16(0)) + big(Int32(1)) + [0x7F, 0xFF, 0, 0]),
        Input(testDescription: "a body that is missing", bytes: frame(3, 1)),
        Input(testDescription: "an array of more than there is", bytes: frame(3, 1, body: [0x7F, 0xFF, 0xFF, 0xFE])),
        Input(testDescription: "an array of a negative length", bytes: frame(3, 1, body: [0x80, 0, 0, 0])),
        Input(
            testDescription: "a string of more than there is",
            bytes: frame(3, 1, body: big(Int32(1)) + [0x7F, 0xFF, 0x61])),
        Input(testDescription: "a null where none can be", bytes: frame(3, 1, body: big(Int32(1)) + [0xFF, 0xFF])),
        Input(
            testDescription: "a compact length that does not end",
            bytes: frame(3, 9, body: [0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])),
        Input(
            testDescription: "tagged fields of more than there is",
            bytes: frame(3, 9, body: [0xFF, 0xFF, 0xFF, 0xFF, 0x0F])),
    ]

    @Test("What is no request closes its connection, and another connection goes on", arguments: closing)
    func closes(_ input: Input) throws {
        let fixture = try EndpointFixture()
        let other = try fixture.client()
        other.send(frame(18, 0, 1))
        #expect(other.answer()?.correlationID == 1)
        let bad = try fixture.client()
        bad.send(input.bytes)
        #expect(bad.answer() == nil)
        other.send(frame(18, 0, 2))
        #expect(other.answer()?.correlationID == 2)
    }

    @Test("What comes after a request that closes is not looked at", arguments: [frame(999, 0), frame(3, 1)])
    func nothingAfter(_ bad: [UInt8]) throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        client.send(frame(18, 0, 1) + bad + frame(18, 0, 2))
        #expect(client.answer()?.correlationID == 1)
        #expect(client.answer() == nil)
    }

    @Test("A size that no frame can have closes as soon as it is read, though it came behind a good request")
    func sizeBehindRequest() throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        client.send(frame(18, 0, 1) + [0x7F, 0xFF, 0xFF, 0xFF])
        #expect(client.answer()?.correlationID == 1)
        #expect(client.answer() == nil)
    }

    @Test("A hundred frames that say they are 100 MiB take no memory until their bytes come")
    func lyingSizes() throws {
        let fixture = try EndpointFixture()
        let before = residentBytes()
        let clients = try (0..<100).map { _ in try fixture.client() }
        for client in clients { client.send(big(Int32(100 << 20)) + [0, 0, 0, 9, 0, 0]) }
        let other = try fixture.client()
        for id in 0..<20 as Range<Int32> {
            other.send(frame(18, 0, id))
            #expect(other.answer()?.correlationID == id)
        }
        #expect(residentBytes() - before < 64 << 20)
    }

    @Test("A frame that never comes to its end harms nobody, and one that comes byte by byte is answered")
    func slowly() throws {
        let fixture = try EndpointFixture()
        let stuck = try fixture.client()
        stuck.send([0, 0, 0])
        let slow = try fixture.client()
        for byte in frame(18, 0, 5) { slow.send([byte]) }
        #expect(slow.answer()?.correlationID == 5)
    }

    @Test("A client that ends its side still gets the answers to what it asked, then the end")
    func halfClose() throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        client.send(frame(18, 0, 1) + frame(18, 0, 2) + frame(18, 0, 3))
        client.endOutput()
        for id in 1...3 as ClosedRange<Int32> { #expect(client.answer()?.correlationID == id) }
        #expect(client.answer() == nil)
    }

    @Test("A client that ends its side within a frame is closed")
    func halfFrame() throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        client.send(Array(frame(18, 0, 1).dropLast(2)))
        client.endOutput()
        #expect(client.answer() == nil)
    }

    @Test("Random bytes close or wait, and never harm another connection")
    func garbage() throws {
        let fixture = try EndpointFixture()
        let other = try fixture.client()
        var state: UInt64 = 4
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        for round in 0..<200 as Range<Int32> {
            let bad = try fixture.client()
            let body = (0..<Int(next() % 60)).map { _ in UInt8(truncatingIfNeeded: next()) }
            // A good size and a known key, so that the bytes reach the decoders of the APIs.
            let keys = [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 18, 19, 20, 22, 32] as [Int16]
            bad.send(frame(keys[Int(next()) % keys.count], Int16(next() % 14), body: body))
            other.send(frame(18, 0, round))
            #expect(other.answer()?.correlationID == round)
        }
    }
}
