import DynamoDBClient
import KafkaClient
import Synchronization
import Testing

@testable import Shop

/// Log lines as they are written.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func logger(_ level: Logger.Level = .debug, nowMicros: @escaping @Sendable () -> Int64 = { 0 }) -> Logger {
        Logger(level: level, nowMicros: nowMicros) { bytes in
            self.lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
    }
}

@Suite struct ValueTests {
    @Test(
        "An amount is exact, and its text plain",
        arguments: [
            ("2690000", "2690000"), ("0.10", "0.1"), ("1e3", "1000"), ("12.5E-1", "1.25"), ("-0", "0"),
            ("-1.50", "-1.5"),
            ("0.000000001", "0.000000001"), ("999999999999999.999999999", "999999999999999.999999999"), ("100e-2", "1"),
            ("0e999", "0"),
        ])
    func amounts(text: String, plain: String) {
        #expect(Amount(text)?.text == plain)
    }

    @Test(
        "An amount out of bounds is none",
        arguments: [
            "1000000000000000", "1e308", "1e99999999999999999999", "0.0000000001", "1e-10", "-1e15", "",
            "99999999999999999999999999999999999999999999999999",
        ])
    func amountsOutOfBounds(text: String) {
        #expect(Amount(text) == nil)
    }

    @Test("Sums and products that leave the bounds are none")
    func arithmetic() {
        #expect(Amount("19.99")?.times(3)?.text == "59.97")
        #expect(Amount("2")?.times(.max) == nil)
        #expect(Amount("999999999999999.999999999")?.times(.max) == nil)
        #expect(Amount("999999999999999")?.plus(Amount("1")!) == nil)
        #expect(Amount("0.1")?.plus(Amount("0.2")!)?.text == "0.3")
    }

    @Test("Moments are RFC 3339 in UTC")
    func timestamps() {
        #expect(Timestamp.milliseconds(1_754_966_772_678) == "2025-08-12T02:46:12.678Z")
        #expect(Timestamp.seconds(1_754_966_772_678) == "2025-08-12T02:46:12Z")
        #expect(Timestamp.milliseconds(0) == "1970-01-01T00:00:00.000Z")
    }

    @Test("Identifiers have version 4, variant 1, and differ")
    func identifiers() {
        let ids = (0..<1000).map { _ in Array(UUID.make().utf8) }
        #expect(Set(ids).count == 1000)
        for id in ids {
            #expect(id.count == 36 && id[8] == 0x2D && id[13] == 0x2D && id[18] == 0x2D && id[23] == 0x2D)
            #expect(id[14] == UInt8(ascii: "4"))
            #expect("89ab".utf8.contains(id[19]))
        }
    }

    @Test("A product is named by number or text, and product 1 is PROD001")
    func products() {
        #expect(ProductReference(json: 1) == .number(1))
        #expect(ProductReference(json: 1)?.productID == "PROD001")
        #expect(ProductReference(json: 12345)?.productID == "PROD12345")
        #expect(ProductReference(json: "X")?.productID == "X")
        #expect(ProductReference(json: "1")?.productID == "1")
        for wrong: JSON? in [nil, .null, "", .number("1.5"), -1, true, [1], .number("99999999999999999999")] {
            #expect(ProductReference(json: wrong) == nil)
        }
    }
}

@Suite struct EnvironmentTests {
    @Test("A .env file has comments, quotes and export")
    func dotEnv() {
        let text = """
            # comment
            PORT=8080
            export AWS_REGION = ap-northeast-2   # why
            EMPTY=
            QUOTED="a b # c\\n\\"d\\""
            SINGLE='x\\ny' # z
            URL=http://h:1/#x
            no assignment
            =nothing\r
            LAST=1\r
            """
        let parsed = DotEnv.parse(text).map { "\($0.name)=\($0.value)" }
        #expect(
            parsed == [
                "PORT=8080", "AWS_REGION=ap-northeast-2", "EMPTY=", "QUOTED=a b # c\n\"d\"", "SINGLE=x\\ny",
                "URL=http://h:1/#x",
                "LAST=1",
            ])
    }

    @Test("An empty variable is as one that is missing; what is no truth value or port is told")
    func values() throws {
        let environment = Environment(["A": "", "T": "True", "F": "0", "X": "maybe", "P": "99999"])
        #expect(environment.text("A") == nil)
        #expect(try environment.bool("A", default: true))
        #expect(try environment.bool("T", default: false))
        #expect(try !environment.bool("F", default: true))
        #expect(throws: ConfigurationError.self) { try environment.bool("X", default: true) }
        #expect(throws: ConfigurationError.self) { try environment.port("P", default: 1) }
        #expect(try environment.port("A", default: 8080) == 8080)
    }
}

@Suite struct LoggerTests {
    @Test("A line has zap's production shape: level, ts, caller, msg, then the fields in order")
    func shape() {
        let lines = Lines()
        lines.logger(nowMicros: { 1_754_966_772_000_678 }).info(
            "Order created successfully", ["order_id": 123, "user_id": "user123"], file: "OrderService/Orders.swift",
            line: 7)
        #expect(
            lines.all == [
                #"{"level":"info","ts":1754966772.000678,"caller":"OrderService/Orders.swift:7","#
                    + #""msg":"Order created successfully","order_id":123,"user_id":"user123"}"# + "\n"
            ])
    }

    @Test("LOG_LEVEL leaves out what matters less; a level that is not known is info")
    func level() {
        let lines = Lines()
        let logger = lines.logger(Logger.Level(name: "WARN"))
        logger.info("no")
        logger.warn("yes")
        logger.error("yes")
        #expect(lines.all.count == 2)
        #expect(Logger.Level(name: "verbose") == .info)
        #expect(Logger.Level(name: nil) == .info)
        #expect(Logger.Level(name: "warning") == .warn)
    }

    @Test("The same line comes at most once in its time")
    func sparing() {
        let lines = Lines()
        let now = Mutex<Int64>(0)
        let logger = lines.logger(nowMicros: { now.withLock { $0 } })
        for _ in 0..<5 { logger.logSparingly(.warn, "away", ["error": "x"]) }
        logger.logSparingly(.warn, "away", ["error": "y"])
        #expect(lines.all.count == 2)
        now.withLock { $0 = 10_000_000 }
        logger.logSparingly(.warn, "away", ["error": "x"])
        #expect(lines.all.count == 3)
    }
}

@Suite struct EventTests {
    let item = OrderItem(product: .number(1), productName: "MacBook", quantity: 2, price: Amount("2690000")!)

    @Test("The event of a created order has the seed's fields in its order")
    func created() {
        let event = OrderCreated(
            eventID: "e", orderID: 5, userID: "u", totalAmount: Amount("5380000")!, items: [item], status: "PENDING",
            timestamp: "t", requestID: "r")
        #expect(
            event.json.text
                == #"{"event_id":"e","order_id":5,"user_id":"u","total_amount":5380000,"items":[{"product_id":1,"#
                + #""product_name":"MacBook","quantity":2,"price":2690000}],"status":"PENDING","timestamp":"t","request_id":"r"}"#
        )
    }

    @Test("Compensation and confirmation have the seed's fields in its order")
    func outcomes() {
        let compensation = Compensation(
            eventID: "e", orderID: 5, productID: "PROD001", quantity: 20, reason: .stockInsufficient, timestamp: "t")
        #expect(
            compensation.json.text
                == #"{"event_id":"e","order_id":5,"product_id":"PROD001","quantity":20,"reason":"stock_insufficient","timestamp":"t"}"#
        )
        #expect(
            Confirmation(eventID: "e", orderID: 5, timestamp: "t").json.text
                == #"{"event_id":"e","order_id":5,"timestamp":"t"}"#)
    }

    @Test("Events of the Go services are read, by number and by text")
    func foreign() throws {
        let event = try OrderedStock(
            value: Array(
                #"{"event_id":"e","order_id":5,"items":[{"product_id":1,"quantity":2,"price":1.5},{"product_id":"A","quantity":1}]}"#
                    .utf8))
        #expect(event.lines.map(\.product) == [.number(1), .text("A")])
        #expect(event.lines.map(\.quantity) == [2, 1])
    }

    @Test(
        "What cannot be read is told with its reason",
        arguments: [
            "", "x", "[]", "{}", #"{"event_id":"e"}"#,
            #"{"event_id":"","order_id":1,"items":[{"product_id":1,"quantity":1}]}"#,
            #"{"event_id":"e","order_id":"1","items":[{"product_id":1,"quantity":1}]}"#,
            #"{"event_id":"e","order_id":1,"items":[]}"#,
            #"{"event_id":"e","order_id":1,"items":[{"product_id":1,"quantity":0}]}"#,
            #"{"event_id":"e","order_id":1,"items":[{"product_id":null,"quantity":1}]}"#,
            #"{"event_id":"e","order_id":1,"items":[1]}"#,
        ])
    func unreadable(text: String) {
        #expect(throws: UnreadableEvent.self) { try OrderedStock(value: Array(text.utf8)) }
        #expect(throws: UnreadableEvent.self) { try OrderedStock(value: nil) }
    }
}
