import KafkaServer
import KafkaWire
import Testing

@Suite("Requests on a connection", .serialized)
struct KafkaConnectionTests {
    /// Produce 3: a topic's partition 0 gets these bytes.
    private func produce(_ id: Int32, _ topic: String, acks: Int16, records: [UInt8]) -> [UInt8] {
        let partition = big(Int32(1)) + big(Int32(0)) + big(Int32(records.count)) + records
        let body = [0xFF, 0xFF] + big(acks) + big(Int32(1000)) + big(Int32(1)) + text(topic) + partition
        return frame(0, 3, id, body: body)
    }

    /// Fetch 4 of a topic's partition 0.
    private func fetch(_ id: Int32, _ topic: String, waitMillisMax: Int32, minBytes: Int32 = 1) -> [UInt8] {
        let limits = big(waitMillisMax) + big(minBytes) + big(Int32(1 << 20)) + [0]
        let partition = big(Int32(1)) + big(Int32(0)) + big(Int64(0)) + big(Int32(1 << 20))
        return frame(1, 4, id, body: big(Int32(-1)) + limits + big(Int32(1)) + text(topic) + partition)
    }

    private func metadata(_ id: Int32, _ topic: String) -> [UInt8] {
        frame(3, 1, id, body: big(Int32(1)) + text(topic))
    }

    /// One record batch with a value of this size.
    private func batch(_ size: Int) -> [UInt8] {
        var builder = RecordBatchBuilder()
        builder.append(timestamp: 1_700_000_000_000, key: nil, value: [UInt8](repeating: 0x61, count: size))
        return builder.build()
    }

    private func made(_ topic: String, _ client: RawClient) {
        client.send(metadata(0, topic))
        #expect(client.answer()?.correlationID == 0)
    }

    @Test("Many requests sent at once are answered in their order")
    func order() throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        let ids = 0..<300 as Range<Int32>
        client.send(ids.flatMap { frame(18, 0, $0) })
        for id in ids { #expect(client.answer()?.correlationID == id) }
    }

    @Test("A request behind one that waits is answered after it, and another connection meanwhile")
    func parked() throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        made("t", client)
        client.send(fetch(1, "t", waitMillisMax: 60_000) + metadata(2, "t"))
        let other = try fixture.client()
        other.send(produce(1, "t", acks: 1, records: batch(10)))
        #expect(other.answer()?.correlationID == 1)
        #expect(client.answer()?.correlationID == 1)
        #expect(client.answer()?.correlationID == 2)
    }

    @Test("A fetch that finds nothing is answered when its time is over")
    func timeOver() throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        made("t", client)
        let began = ContinuousClock.now
        client.send(fetch(1, "t", waitMillisMax: 200))
        #expect(client.answer()?.correlationID == 1)
        let waited = ContinuousClock.now - began
        #expect(waited > .milliseconds(190) && waited < .seconds(5))
    }

    @Test("What a client sent before it broke its connection counts, also behind an answer that cannot be sent")
    func brokenConnection() throws {
        let fixture = try EndpointFixture()
        let reader = try fixture.client()
        made("t", reader)
        for turn in 0..<20 as Range<Int32> {
            let client = try fixture.client()
            client.send(frame(18, 0, 1) + frame(18, 0, 2) + produce(3, "t", acks: 0, records: batch(10)))
            client.reset()
            reader.send(fetch(turn, "t", waitMillisMax: 5000, minBytes: Int32(batch(10).count) * (turn + 1)))
            let answer = try #require(reader.answer())
            #expect(answer.correlationID == turn)
            #expect(answer.body.count > batch(10).count * Int(turn + 1))
        }
    }

    @Test("Produce without acknowledgement gets no answer; what comes after it does")
    func noAnswer() throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        made("t", client)
        client.send(produce(1, "t", acks: 0, records: batch(10)) + frame(18, 0, 2))
        #expect(client.answer()?.correlationID == 2)
        client.send(fetch(3, "t", waitMillisMax: 0))
        let answer = client.answer()
        #expect(answer?.correlationID == 3)
        #expect((answer?.body.count ?? 0) > batch(10).count)
    }

    @Test("A frame larger than the first buffer comes through, there and back")
    func largeFrame() throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        made("t", client)
        let records = batch(900_000)
        client.send(produce(1, "t", acks: 1, records: records))
        #expect(client.answer()?.correlationID == 1)
        client.send(fetch(2, "t", waitMillisMax: 0))
        let answer = client.answer()
        #expect(answer?.correlationID == 2)
        // What came back ends in the batch as it was sent; its first 21 bytes have the base offset, its epoch and the checksum.
        #expect(answer?.body.suffix(records.count - 21) == records.suffix(records.count - 21))
    }

    @Test("A batch with a wrong checksum is refused at its partition, and the connection goes on")
    func badChecksum() throws {
        let fixture = try EndpointFixture()
        let client = try fixture.client()
        made("t", client)
        var records = batch(10)
        records[records.count - 3] ^= 1
        client.send(produce(1, "t", acks: 1, records: records) + frame(18, 0, 2))
        let answer = try #require(client.answer())
        // One topic "t", one partition: index, error code.
        #expect(answer.body[15..<17] == big(KafkaError.corruptMessage.rawValue)[...])
        #expect(client.answer()?.correlationID == 2)
    }

    @Test("A connection that is not used for connections.max.idle.ms is closed")
    func idle() throws {
        let fixture = try EndpointFixture { $0.connectionsMaxIdle = .milliseconds(50) }
        let client = try fixture.client()
        client.send(frame(18, 0, 1))
        #expect(client.answer()?.correlationID == 1)
        #expect(client.receive(1).isEmpty)
    }
}
