import AWSConfiguration
import DynamoDBClient
import HTTP
import KafkaClient
import Shop
import Synchronization
import Testing

@testable import ProductService

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

/// A store that is away, or that meets other writers.
final class TroubledStore: ProductStore {
    struct Failure: Error, CustomStringConvertible { let description = "the store is away" }
    let inner = InMemoryProductStore()
    struct State {
        var isAway = false
        var conflicts = 0
        var applies = 0
    }
    let state = Mutex(State())

    private func check(_ isAway: Bool) throws { if isAway { throw Failure() } }
    func check() async throws { try check(state.withLock { $0.isAway }) }
    func create(_ product: Product, at timestamp: String) async throws -> Bool {
        try await check()
        return inner.create(product, at: timestamp)
    }
    func product(id: String) async throws -> Product? {
        try await check()
        return inner.product(id: id)
    }
    func deduct(id: String, quantity: Int64, at timestamp: String) async throws -> DeductOutcome {
        try await check()
        return inner.deduct(id: id, quantity: quantity, at: timestamp)
    }
    func apply(
        eventID: String, deductions: [StockDecision.Deduction], outcome: OutboxEntry, at timestamp: String
    ) async throws -> ApplyOutcome {
        try await check()
        let conflicts = state.withLock { state in
            state.applies += 1
            state.conflicts -= 1
            return state.conflicts
        }
        if conflicts >= 0 { return .conflict }
        return inner.apply(eventID: eventID, deductions: deductions, outcome: outcome, at: timestamp)
    }
    func pending(shard: Int64, after: String?, limit: Int) async throws -> [OutboxEntry] {
        inner.pending(shard: shard, after: after, limit: limit)
    }
    func remove(_ entry: OutboxEntry) async throws { inner.remove(entry) }
}

@Suite struct ProductAPITests {
    let store = TroubledStore()
    let lines = Lines()
    let macBook = #"{"product_id":"PROD001","name":"MacBook Pro 14inch M3","price":2690000,"stock":10}"#

    func api(probes: ProductAPI.Probes? = nil, mode: ProductAPI.Mode = .inMemory) -> ProductAPI {
        ProductAPI(store: store, mode: mode, probes: probes, logger: lines.logger, nowMillis: { 0 })
    }

    @Test("A product is created with the README's answer; the same id again is 409")
    func create() async {
        let answer = await api().create(body: bytes(macBook), requestID: "")
        #expect(answer.status == 201)
        #expect(answer.text == #"{"product_id":"PROD001","name":"MacBook Pro 14inch M3","stock":10,"price":2690000}"#)
        let again = await api().create(body: bytes(macBook), requestID: "")
        #expect(again.status == 409)
        #expect(again.text == #"{"error":"Product already exists"}"#)
    }

    @Test(
        "A product that breaks a rule is 400",
        arguments: [
            "", "{}", "[]", #"{"product_id":"","name":"n","price":1,"stock":1}"#,
            #"{"product_id":"p","name":"","price":1,"stock":1}"#,
            #"{"product_id":"p","name":"n","price":-1,"stock":1}"#,
            #"{"product_id":"p","name":"n","price":1,"stock":-1}"#,
            #"{"product_id":"p","name":"n","price":"1","stock":1}"#,
            #"{"product_id":"p","name":"n","price":1,"stock":1.5}"#,
            #"{"product_id":"p","name":"n","stock":1}"#, #"{"product_id":"p","name":"n","price":1}"#,
            #"{"product_id":"p","name":"n","price":1e400,"stock":1}"#,
        ])
    func invalid(body: String) async {
        let answer = await api().create(body: bytes(body), requestID: "")
        #expect(answer.status == 400)
        #expect(answer.text == #"{"error":"Invalid request format"}"#)
    }

    @Test("GET answers the product, or 404")
    func get() async {
        _ = await api().create(body: bytes(macBook), requestID: "")
        #expect(await api().get("PROD001", requestID: "").text == macBook)
        let unknown = await api().get("X", requestID: "")
        #expect(unknown.status == 404)
        #expect(unknown.text == #"{"error":"Product not found"}"#)
    }

    @Test("A deduction answers with the stock before and after, and is logged")
    func deduct() async {
        _ = await api().create(body: bytes(macBook), requestID: "")
        let answer = await api().deduct("PROD001", body: bytes(#"{"quantity":2}"#), requestID: "")
        #expect(answer.status == 200)
        #expect(answer.text == #"{"product_id":"PROD001","previous_stock":10,"new_stock":8,"deducted":2}"#)
        #expect(
            lines.all.contains {
                $0.contains(
                    #""msg":"Stock deducted successfully","product_id":"PROD001","previous_stock":10,"new_stock":8}"#)
            })
    }

    @Test("More than there is, is 400 with both numbers; an unknown product 404; no quantity from 1 400")
    func noDeduction() async {
        _ = await api().create(body: bytes(macBook), requestID: "")
        let answer = await api().deduct("PROD001", body: bytes(#"{"quantity":11}"#), requestID: "")
        #expect(answer.status == 400)
        #expect(answer.text == #"{"error":"Insufficient stock","available":10,"requested":11}"#)
        #expect(await api().deduct("X", body: bytes(#"{"quantity":1}"#), requestID: "").status == 404)
        for body in ["{}", "", #"{"quantity":0}"#, #"{"quantity":-1}"#, #"{"quantity":1.5}"#, #"{"quantity":"1"}"#] {
            let answer = await api().deduct("PROD001", body: bytes(body), requestID: "")
            #expect(answer.text == #"{"error":"Invalid request format"}"#)
        }
    }

    @Test("A store that is away is 500")
    func away() async {
        store.state.withLock { $0.isAway = true }
        #expect(
            await api().create(body: bytes(macBook), requestID: "").text == #"{"error":"Failed to create product"}"#)
        #expect(await api().get("x", requestID: "").text == #"{"error":"Failed to get product"}"#)
        let deduct = await api().deduct("x", body: bytes(#"{"quantity":1}"#), requestID: "")
        #expect(deduct.status == 500)
        #expect(deduct.text == #"{"error":"Failed to deduct stock"}"#)
    }

    @Test("Health tells mode, storage and Kafka")
    func health() async throws {
        #expect(
            await api().health().text
                == #"{"status":"healthy","mode":"local","storage":"in-memory","kafka":"disabled"}"#)
        let none = SharedConfiguration(environment: [:]) { _ in nil }
        let local = try Endpoint(
            environment: ["DYNAMODB_ENDPOINT": "http://localhost:8000"], configuration: none, defaultRegion: "r")
        let probes = ProductAPI.Probes(kafka: {}, isAssigned: { true })
        #expect(
            await api(probes: probes, mode: .dynamoDB(local, table: "t")).health().text
                == #"{"status":"healthy","mode":"local","storage":"dynamodb-local","kafka":"healthy","consumer":"assigned","#
                + #""endpoint":"http://localhost:8000/"}"#)
        let aws = try Endpoint(environment: [:], configuration: none, defaultRegion: "r")
        let broken = ProductAPI.Probes(kafka: { throw KafkaError(code: 1, "no broker") }, isAssigned: { false })
        let answer = await api(probes: broken, mode: .dynamoDB(aws, table: "t")).health()
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"status":"healthy","mode":"aws","storage":"dynamodb","kafka":"unhealthy","kafka_error":"no broker","#
                + #""consumer":"waiting","table":"t"}"#)
    }

    @Test("Ready needs the table, and with Kafka a broker and assigned partitions")
    func ready() async {
        func status(_ probes: ProductAPI.Probes?) async -> Int { await api(probes: probes).ready().status }
        #expect(await status(nil) == 200)
        #expect(await status(.init(kafka: {}, isAssigned: { true })) == 200)
        #expect(await status(.init(kafka: {}, isAssigned: { false })) == 503)
        #expect(await status(.init(kafka: { throw KafkaError(code: 1, "x") }, isAssigned: { true })) == 503)
        store.state.withLock { $0.isAway = true }
        #expect(await status(nil) == 503)
    }
}

@Suite struct StockKeeperTests {
    let store = TroubledStore()
    let lines = Lines()

    final class Published: Sendable {
        let entries = Mutex<[OutboxEntry]>([])
        var all: [OutboxEntry] { entries.withLock { $0 } }
    }
    let outcomes = Published()

    var keeper: StockKeeper {
        let outcomes = outcomes
        return StockKeeper(store: store, logger: lines.logger, nowMillis: { 0 }, sleep: { _ in }) { entry in
            outcomes.entries.withLock { $0.append(entry) }
        }
    }

    func stock(_ id: String, _ count: Int64) {
        _ = store.inner.create(Product(id: id, name: "n", price: .zero, stock: count), at: "")
    }

    func left(_ id: String) -> Int64? { store.inner.product(id: id)?.stock }

    func record(_ value: String, type: String? = "order_created") -> ConsumerRecord {
        ConsumerRecord(
            topicPartition: TopicPartition(topic: "order-events", partition: 2), offset: 41, key: nil,
            value: bytes(value),
            headers: type.map { [("event_type", bytes($0))] } ?? [])
    }

    func order(_ items: String, event: String = "e1", id: Int = 5) -> ConsumerRecord {
        record(#"{"event_id":"\#(event)","order_id":\#(id),"items":[\#(items)]}"#)
    }

    @Test("An order's stock is deducted, logged and confirmed; numbers name products as PROD%03d")
    func deduct() async throws {
        stock("PROD001", 10)
        try await keeper.process(order(#"{"product_id":1,"quantity":2}"#))
        #expect(left("PROD001") == 8)
        let outcome = try #require(outcomes.all.first)
        #expect(outcome.topic == "order-confirmation")
        #expect(outcome.key == "ORDER#5")
        let value = try JSON(parsing: outcome.value)
        #expect(value.members?.map(\.name) == ["event_id", "order_id", "timestamp"])
        #expect(value["order_id"] == 5)
        #expect(lines.all.count == 2)
        #expect(lines.all[0].contains(#""msg":"Processing order created event","order_id":5}"#))
        #expect(
            lines.all[1].contains(
                #""msg":"Stock deducted successfully","product_id":"PROD001","previous_stock":10,"new_stock":8}"#))
    }

    @Test("An event that comes twice deducts once and has one outcome, also at the same time")
    func twice() async throws {
        stock("PROD001", 10)
        let event = order(#"{"product_id":1,"quantity":2}"#)
        try await keeper.process(event)
        try await keeper.process(event)
        let keeper = keeper
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await keeper.process(event) } }
            try await group.waitForAll()
        }
        #expect(left("PROD001") == 8)
        #expect(outcomes.all.count == 1)
    }

    @Test("A shortage of one product deducts nothing, and names the order's first product that fails")
    func shortage() async throws {
        stock("A", 10)
        stock("B", 1)
        stock("C", 0)
        try await keeper.process(
            order(
                #"{"product_id":"A","quantity":2},{"product_id":"B","quantity":1},{"product_id":"B","quantity":1},"#
                    + #"{"product_id":"C","quantity":1}"#))
        #expect(left("A") == 10)
        #expect(left("B") == 1)
        let outcome = try #require(outcomes.all.first)
        #expect(outcomes.all.count == 1)
        #expect(outcome.topic == "order-compensation")
        let value = try JSON(parsing: outcome.value)
        #expect(
            value.members?.map(\.name) == ["event_id", "order_id", "product_id", "quantity", "reason", "timestamp"])
        #expect(value["product_id"] == "B")
        #expect(value["quantity"] == 2)
        #expect(value["reason"] == "stock_insufficient")
    }

    @Test("An unknown product is a compensation with its reason")
    func unknown() async throws {
        stock("A", 10)
        try await keeper.process(order(#"{"product_id":"A","quantity":2},{"product_id":9,"quantity":1}"#))
        #expect(left("A") == 10)
        let value = try JSON(parsing: try #require(outcomes.all.first).value)
        #expect(value["product_id"] == "PROD009")
        #expect(value["reason"] == "product_not_found")
    }

    @Test("A shortage that was decided stays decided when the event comes again after stock has come")
    func decided() async throws {
        stock("A", 1)
        let event = order(#"{"product_id":"A","quantity":2}"#)
        try await keeper.process(event)
        _ = store.inner.deduct(id: "A", quantity: -10, at: "")
        try await keeper.process(event)
        #expect(left("A") == 11)
        #expect(outcomes.all.count == 1)
    }

    @Test("A conflict is decided anew and tried again")
    func conflict() async throws {
        stock("A", 10)
        store.state.withLock { $0.conflicts = 5 }
        try await keeper.process(order(#"{"product_id":"A","quantity":2}"#))
        #expect(left("A") == 8)
        #expect(store.state.withLock { $0.applies } == 6)
        #expect(outcomes.all.count == 1)
    }

    @Test("Many orders at once take exactly what they ordered, and never more than there is")
    func atOnce() async throws {
        stock("A", 50)
        let keeper = keeper
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<80 {
                let event = order(#"{"product_id":"A","quantity":1}"#, event: "e\(index)", id: index)
                group.addTask { try await keeper.process(event) }
            }
            try await group.waitForAll()
        }
        #expect(left("A") == 0)
        #expect(outcomes.all.filter { $0.topic == "order-confirmation" }.count == 50)
        #expect(outcomes.all.filter { $0.topic == "order-compensation" }.count == 30)
    }

    @Test(
        "An event that cannot be read is one error line with its position, and no failure",
        arguments: [
            "", "{", #"{"event_id":"e","order_id":1,"items":[]}"#,
            #"{"event_id":"e","order_id":1,"items":[{"product_id":1,"quantity":-1}]}"#,
        ])
    func poison(value: String) async throws {
        try await keeper.process(record(value))
        #expect(lines.all.count == 1)
        #expect(lines.all[0].hasPrefix(#"{"level":"error""#))
        #expect(
            lines.all[0].contains(
                #""msg":"Unreadable event skipped","topic":"order-events","partition":2,"offset":41,"error":"#))
        #expect(outcomes.all.isEmpty)
    }

    @Test("More distinct products than a transaction has are unreadable; quantities that overflow are a shortage")
    func bounds() async throws {
        let many = (0..<99).map { #"{"product_id":\#($0),"quantity":1}"# }.joined(separator: ",")
        try await keeper.process(order(many))
        #expect(outcomes.all.isEmpty)
        stock("A", .max)
        let huge = #"{"product_id":"A","quantity":9223372036854775807}"#
        stock("B", 1)
        try await keeper.process(order(#"{"product_id":"B","quantity":9223372036854775807},"# + huge + "," + huge))
        #expect(try JSON(parsing: try #require(outcomes.all.first).value)["product_id"] == "B")
    }

    @Test("An event of another type is none of ours; one without a type is an order's")
    func types() async throws {
        stock("PROD001", 10)
        let value = #"{"event_id":"e","order_id":1,"items":[{"product_id":1,"quantity":1}]}"#
        try await keeper.process(record(value, type: "order_deleted"))
        #expect(left("PROD001") == 10)
        try await keeper.process(record(value, type: nil))
        #expect(left("PROD001") == 9)
    }

    @Test("While the store is away the work fails, so that it is done again")
    func away() async throws {
        stock("PROD001", 10)
        store.state.withLock { $0.isAway = true }
        let event = order(#"{"product_id":1,"quantity":1}"#)
        await #expect(throws: TroubledStore.Failure.self) { try await keeper.process(event) }
        store.state.withLock { $0.isAway = false }
        try await keeper.process(event)
        #expect(left("PROD001") == 9)
        #expect(outcomes.all.count == 1)
    }

    @Test("The transaction is the marker first, each product with the stock it had, the outcome last")
    func transaction() throws {
        let entry = OutboxEntry(id: "o", orderID: 5, topic: "t", value: "{}", headers: [], createdMillis: 0)
        let actions = DynamoDBProductStore.actions(
            table: "products-table", eventID: "e",
            deductions: [.init(productID: "A", quantity: 2, previousStock: 10)], outcome: entry, timestamp: "now")
        #expect(actions.count == 3)
        guard case .put(_, let marker, let condition, _) = actions[0],
            case .update(_, let key, let update, let check, _) = actions[1],
            case .put(_, let outcome, _, _) = actions[2]
        else {
            Issue.record("other actions")
            return
        }
        #expect(marker["PK"] == "EVENT#e")
        #expect(condition?.text == "attribute_not_exists(PK)")
        #expect(key == ["PK": "PRODUCT#A", "SK": "METADATA"])
        #expect(update.values[":new"] == .n(8))
        #expect(check?.text == "stock = :previous")
        #expect(check?.values[":previous"] == .n(10))
        #expect(outcome["PK"] == "OUTBOX#5")
    }
}
