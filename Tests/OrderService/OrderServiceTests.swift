import DynamoDBClient
import HTTP
import KafkaClient
import Shop
import Synchronization
import Testing

@testable import OrderService

/// Orders in memory, with the transaction's meaning.
final class FakeOrderStore: OrderStore {
    struct Failure: Error, CustomStringConvertible { let description = "the store is away" }
    struct State {
        var orders: [Int64: Order] = [:]
        var keys: [String: (id: Int64, digest: String)] = [:]
        var outbox: [OutboxEntry] = []
        var isAway = false
    }
    let state = Mutex(State())

    private func check(_ state: State) throws { if state.isAway { throw Failure() } }

    func create(_ order: Order, digest: String, event: OutboxEntry) async throws -> CreateOutcome {
        await Task.yield()
        return try state.withLock { state in
            try check(state)
            let key = OrderItems.idempotencyPartition(userID: order.userID, key: order.idempotencyKey)
            if let winner = state.keys[key] { return .duplicate(orderID: winner.id, digest: winner.digest) }
            if state.orders[order.id] != nil { return .orderIDTaken }
            state.keys[key] = (order.id, digest)
            state.orders[order.id] = order
            state.outbox.append(event)
            return .created
        }
    }

    func order(id: Int64) async throws -> Order? {
        try state.withLock { state in
            try check(state)
            return state.orders[id]
        }
    }

    func orders(userID: String, limit: Int) async throws -> [Order] {
        try state.withLock { state in
            try check(state)
            return Array(state.orders.values.filter { $0.userID == userID }.sorted { $0.id > $1.id }.prefix(limit))
        }
    }

    func settle(id: Int64, status: OrderStatus, updatedAt: String) async throws -> Bool {
        try state.withLock { state in
            try check(state)
            guard state.orders[id]?.status == "PENDING" else { return false }
            state.orders[id]?.status = status.rawValue
            state.orders[id]?.updatedAt = updatedAt
            return true
        }
    }

    func check() async throws { try state.withLock { try check($0) } }
}

/// Log lines as they are written.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    var logger: Logger {
        Logger(level: .info, nowMicros: { 0 }) { bytes in
            self.lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }
}

@Suite struct OrderServiceTests {
    let store = FakeOrderStore()
    let lines = Lines()
    let body =
        #"{"user_id":"user123","items":[{"product_id":1,"product_name":"MacBook Pro 14inch M3","quantity":2,"price":2690000}],"#
        + #""idempotency_key":"order-001"}"#

    final class Published: Sendable {
        let entries = Mutex<[OutboxEntry]>([])
    }
    let events = Published()

    func api(
        now: Int64 = 1_754_966_772_678, kafka: @escaping @Sendable () async throws -> Void = {}, assigned: Bool = true
    ) -> (api: OrderAPI, orders: Orders) {
        let events = events
        let orders = Orders(store: store, logger: lines.logger, nowMillis: { now }) { entry in
            events.entries.withLock { $0.append(entry) }
        }
        return (
            OrderAPI(
                orders: orders, store: store, probes: .init(kafka: kafka, isAssigned: { assigned }), port: "8080",
                logger: lines.logger), orders
        )
    }

    @Test("An order is created with the documented answer, and its event published with key and headers")
    func create() async throws {
        let answer = await api().api.create(body: bytes(body), requestID: "r1")
        #expect(answer.status == 201)
        #expect(answer.text == #"{"order_id":1754966772678,"status":"PENDING","message":"Order created successfully"}"#)
        let event = try #require(events.entries.withLock { $0.first })
        #expect(event.topic == "order-events")
        #expect(event.key == "ORDER#1754966772678")
        #expect(
            event.headers == [
                .init("event_type", "order_created"), .init("service", "order-service"), .init("version", "v1"),
            ])
        let value = try JSON(parsing: event.value)
        #expect(
            value.members?.map(\.name)
                == ["event_id", "order_id", "user_id", "total_amount", "items", "status", "timestamp", "request_id"])
        #expect(value["timestamp"] == "2025-08-12T02:46:12.678Z")
        #expect(value["request_id"] == "r1")
        #expect(value["total_amount"] == 5_380_000)
        #expect(store.state.withLock { $0.outbox } == [event])
        #expect(
            lines.all.first?.contains(
                #""msg":"Order created successfully","order_id":1754966772678,"user_id":"user123"}"#) == true)
    }

    @Test("GET answers the order with all fields, and product ids as they came")
    func get() async {
        let api = api().api
        _ = await api.create(
            body: bytes(
                #"{"user_id":"u","items":[{"product_id":"A","quantity":1,"price":0.10},{"product_id":7,"quantity":3,"price":1e1}],"#
                    + #""idempotency_key":"k"}"#), requestID: "")
        let answer = await api.get("1754966772678", requestID: "")
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"order_id":1754966772678,"user_id":"u","items":[{"product_id":"A","product_name":"","quantity":1,"price":0.1},"#
                + #"{"product_id":7,"product_name":"","quantity":3,"price":10}],"total_amount":30.1,"status":"PENDING","#
                + #""idempotency_key":"k","created_at":"2025-08-12T02:46:12.678Z","updated_at":"2025-08-12T02:46:12.678Z"}"#
        )
    }

    @Test("An unknown order is 404, one that is no number 400")
    func unknown() async {
        let answer = await api().api.get("1", requestID: "")
        #expect(answer.status == 404)
        #expect(answer.text == #"{"error":"order not found"}"#)
        for id in ["abc", "1.5", "", "99999999999999999999"] {
            let answer = await api().api.get(id, requestID: "")
            #expect(answer.status == 400)
            #expect(answer.text == #"{"error":"invalid id"}"#)
        }
    }

    @Test("The same key with the same request returns the same order and publishes nothing new")
    func duplicate() async {
        let first = await api().api.create(body: bytes(body), requestID: "r1")
        let blanks = body.split(separator: ",").joined(separator: " ,\n ")
        let second = await api(now: 1_754_966_999_999).api.create(body: bytes(blanks), requestID: "r2")
        #expect(second.status == 201)
        #expect(second.text == first.text)
        #expect(events.entries.withLock { $0.count } == 1)
        #expect(store.state.withLock { $0.orders.count } == 1)
    }

    @Test("The same key with another request is 409, and another user's key is its own")
    func reused() async {
        let api = api().api
        _ = await api.create(body: bytes(body), requestID: "r1")
        let other =
            #"{"user_id":"user123","items":[{"product_id":1,"quantity":3,"price":1}],"idempotency_key":"order-001"}"#
        let answer = await api.create(body: bytes(other), requestID: "r2")
        #expect(answer.status == 409)
        #expect(answer.text == #"{"error":"Idempotency key reused with a different request"}"#)
        let user =
            #"{"user_id":"other","items":[{"product_id":1,"quantity":3,"price":1}],"idempotency_key":"order-001"}"#
        #expect(await api.create(body: bytes(user), requestID: "r3").status == 201)
    }

    @Test("Many requests with one key at once make one order, and orders of one millisecond differ")
    func atOnce() async throws {
        let api = api().api
        let same = await withTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { await api.create(body: bytes(body), requestID: "").text } }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(same.count == 1)
        let different = await withTaskGroup(of: String.self) { group in
            for index in 0..<50 {
                let body = #"{"user_id":"u","items":[{"product_id":1,"quantity":1}],"idempotency_key":"k\#(index)"}"#
                group.addTask { await api.create(body: bytes(body), requestID: "").text }
            }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(different.count == 50)
        #expect(events.entries.withLock { $0.count } == 51)
    }

    @Test("An id that another instance has taken is not used again")
    func takenID() async {
        _ = await api().api.create(body: bytes(body), requestID: "")
        let other = #"{"user_id":"u","items":[{"product_id":1,"quantity":1}],"idempotency_key":"k"}"#
        let answer = await api().api.create(body: bytes(other), requestID: "")
        #expect(answer.text.contains(#""order_id":1754966772679,"#))
    }

    @Test(
        "A request that breaks a rule is 400 with the rule",
        arguments: [
            ("", "invalid JSON: unexpected end at byte 0"), ("{", "invalid JSON: expected a member's name at byte 1"),
            ("[]", "the body is no JSON object"), ("{}", "user_id is required"),
            (#"{"user_id":1}"#, "user_id is no string"), (#"{"user_id":"u"}"#, "idempotency_key is required"),
            (#"{"user_id":"u","idempotency_key":""}"#, "idempotency_key is required"),
            (#"{"user_id":"u","idempotency_key":"k"}"#, "items is required"),
            (#"{"user_id":"u","idempotency_key":"k","items":{}}"#, "items is no array"),
            (#"{"user_id":"u","idempotency_key":"k","items":[]}"#, "items must have at least 1 element"),
            (#"{"user_id":"u","idempotency_key":"k","items":[1]}"#, "items[0] is no object"),
            (
                #"{"user_id":"u","idempotency_key":"k","items":[{"quantity":1}]}"#,
                "items[0].product_id is neither a product's number nor its id"
            ),
            (
                #"{"user_id":"u","idempotency_key":"k","items":[{"product_id":1,"quantity":0}]}"#,
                "items[0].quantity is no integer from 1"
            ),
            (
                #"{"user_id":"u","idempotency_key":"k","items":[{"product_id":1,"quantity":1.5}]}"#,
                "items[0].quantity is no integer from 1"
            ),
            (
                #"{"user_id":"u","idempotency_key":"k","items":[{"product_id":1,"quantity":1,"price":-0.01}]}"#,
                "items[0].price is below 0"
            ),
            (
                #"{"user_id":"u","idempotency_key":"k","items":[{"product_id":1,"quantity":1,"price":"1"}]}"#,
                "items[0].price is no number"
            ),
            (
                #"{"user_id":"u","idempotency_key":"k","items":[{"product_id":1,"quantity":1,"price":1e308}]}"#,
                "items[0].price is out of range"
            ),
            (
                #"{"user_id":"u","idempotency_key":"k","items":[{"product_id":1,"quantity":9223372036854775807,"price":2}]}"#,
                "the total amount is out of range"
            ),
            (
                #"{"user_id":"u","idempotency_key":"k","items":[{"product_id":1,"product_name":1,"quantity":1}]}"#,
                "items[0].product_name is no string"
            ),
        ])
    func invalid(body: String, details: String) async throws {
        let answer = await api().api.create(body: bytes(body), requestID: "")
        #expect(answer.status == 400)
        let expected: JSON = ["error": "Invalid request format", "details": .string(details)]
        #expect(answer.text == expected.text)
        #expect(store.state.withLock { $0.orders.isEmpty })
    }

    @Test("98 distinct products are an order, 99 are none; one product many times counts once")
    func distinctProducts() throws {
        func body(_ ids: [Int]) -> [UInt8] {
            let items = ids.map { #"{"product_id":\#($0),"quantity":1}"# }.joined(separator: ",")
            return bytes(#"{"user_id":"u","idempotency_key":"k","items":[\#(items)]}"#)
        }
        #expect(try OrderRequest(body: body(Array(1...98))).items.count == 98)
        #expect(throws: OrderRequest.Refusal.self) { try OrderRequest(body: body(Array(1...99))) }
        #expect(try OrderRequest(body: body(Array(repeating: 1, count: 200))).items.count == 200)
    }

    @Test("A store that fails is 500 with the request's id, and the error is logged")
    func storeFails() async {
        store.state.withLock { $0.isAway = true }
        let answer = await api().api.create(body: bytes(body), requestID: "r1")
        #expect(answer.status == 500)
        #expect(answer.text == #"{"error":"Failed to create order","request_id":"r1"}"#)
        #expect(lines.all.last?.contains("the store is away") == true)
        #expect(events.entries.withLock { $0.isEmpty })
        #expect(await api().api.get("1", requestID: "").status == 500)
    }

    @Test("A user's orders come newest first, within the limit")
    func list() async throws {
        let api = api().api
        for index in 0..<3 {
            let body = #"{"user_id":"u","items":[{"product_id":1,"quantity":1}],"idempotency_key":"k\#(index)"}"#
            _ = await api.create(body: bytes(body), requestID: "")
        }
        let answer = await api.list(userID: "u", limit: "2", requestID: "")
        let ids = try JSON(parsing: answer.body)["orders"]?.array?.map { $0["order_id"]?.integer }
        #expect(ids == [1_754_966_772_680, 1_754_966_772_679])
        #expect(await api.list(userID: nil, limit: nil, requestID: "").status == 400)
        for limit in ["0", "101", "x"] {
            #expect(await api.list(userID: "u", limit: limit, requestID: "").status == 400)
        }
    }

    @Test("Health is 200 with a broker, 503 with its error without one")
    func health() async {
        #expect(
            await api().api.health().text
                == #"{"status":"healthy","service":"order-service","port":"8080","kafka":"healthy"}"#)
        let answer = await api(kafka: { throw KafkaError(code: -195, "no broker") }).api.health()
        #expect(answer.status == 503)
        #expect(
            answer.text
                == #"{"status":"unhealthy","service":"order-service","port":"8080","kafka":"unhealthy","kafka_error":"no broker"}"#
        )
    }

    @Test("Ready needs the table, a broker and assigned partitions")
    func ready() async {
        #expect(await api().api.ready().status == 200)
        #expect(await api(assigned: false).api.ready().status == 503)
        #expect(await api(kafka: { throw KafkaError(code: -195, "no broker") }).api.ready().status == 503)
        store.state.withLock { $0.isAway = true }
        let answer = await api().api.ready()
        #expect(answer.text == #"{"status":"not ready","reason":"DynamoDB: the store is away"}"#)
    }

    func record(_ value: String, offset: Int64 = 3) -> ConsumerRecord {
        ConsumerRecord(
            topicPartition: TopicPartition(topic: "order-compensation", partition: 1), offset: offset, key: nil,
            value: bytes(value))
    }

    @Test("A confirmation confirms and a compensation cancels, only from PENDING, however often they come")
    func settle() async throws {
        let (api, orders) = api()
        _ = await api.create(body: bytes(body), requestID: "")
        let event = record(#"{"event_id":"e","order_id":1754966772678,"reason":"stock_insufficient"}"#)
        try await orders.settle(event, status: .cancelled)
        try await orders.settle(event, status: .cancelled)
        try await orders.settle(event, status: .confirmed)
        #expect(store.state.withLock { $0.orders[1_754_966_772_678]?.status } == "CANCELLED")
        try await orders.settle(record(#"{"order_id":5}"#), status: .confirmed)
    }

    @Test("A record that cannot be read is one error line with its position, and no failure")
    func poison() async throws {
        try await api().orders.settle(record("{"), status: .confirmed)
        #expect(lines.all.count == 1)
        #expect(lines.all[0].hasPrefix(#"{"level":"error""#))
        #expect(
            lines.all[0].contains(
                #""msg":"Unreadable event skipped","topic":"order-compensation","partition":1,"offset":3,"error":"#))
    }

    @Test("While the store is away a record fails, so that it is worked on again")
    func settleFails() async {
        store.state.withLock { $0.isAway = true }
        await #expect(throws: FakeOrderStore.Failure.self) {
            try await api().orders.settle(record(#"{"order_id":1}"#), status: .confirmed)
        }
    }
}
