import DynamoDB

/// Requests to DynamoDB's engine, in turns of 16 as 16 connections make them.
final class TableCalls: Work {
    private static let requestsPerTurn = 16
    private static let items = 1_000
    private static let groups = 100

    private let engine: Engine
    private let operation: Operation
    private let context = RequestContext(now: 1_700_000_000_000, region: "us-east-1", arrivalNanos: 0)
    /// The request; `#####` in it stands for five digits that differ from call to call.
    private var request: [UInt8]
    private let places: [Int]
    /// The numbers that stand there are below this.
    private let keys: UInt64
    private var numbers = Sequence64()
    private var answer: [UInt8] = []
    private var requestsOfTurn = 0

    static func getItem(in directory: String) throws -> Work {
        try TableCalls(
            directory, "GetItem", #"{"TableName":"bench","Key":{"pk":{"S":"item-#####"}}}"#, keys: items)
    }

    static func query(in directory: String) throws -> Work {
        try TableCalls(
            directory, "Query",
            ##"{"TableName":"bench","IndexName":"byGroup","KeyConditionExpression":"#g = :g","##
                + ##""ExpressionAttributeNames":{"#g":"group"},"##
                + ##""ExpressionAttributeValues":{":g":{"S":"group-#####"}}}"##, keys: groups)
    }

    static func updateItem(in directory: String) throws -> Work {
        try TableCalls(
            directory, "UpdateItem",
            ##"{"TableName":"plain","Key":{"pk":{"S":"item-#####"}},"UpdateExpression":"SET #n = #n + :one","##
                + ##""ConditionExpression":"attribute_exists(pk) AND #n >= :zero","##
                + ##""ExpressionAttributeNames":{"#n":"number"},"##
                + ##""ExpressionAttributeValues":{":one":{"N":"1"},":zero":{"N":"0"}}}"##, keys: items)
    }

    static func putItem(in directory: String) throws -> Work {
        try TableCalls(
            directory, "PutItem",
            #"{"TableName":"plain","Item":{"pk":{"S":"new-#####"},"number":{"N":"7"},"text":{"S":"\#(text)"}}}"#,
            keys: 100_000)
    }

    private static let text = String(repeating: "x", count: 250)

    private init(_ directory: String, _ name: String, _ request: String, keys: Int) throws {
        var random = Sequence64()
        engine = try Engine(.init(directory: directory, durability: .memory, random: { random.next() }))
        var name = name
        operation = name.withUTF8 { Operations.named(UnsafeRawBufferPointer($0)) }!
        let (bytes, mark) = (Array(request.utf8), Array("#####".utf8))
        self.request = bytes
        places = bytes.indices.filter { bytes[$0...].starts(with: mark) }
        self.keys = UInt64(keys)
        super.init()
        try fill()
    }

    /// One table with an index and one without, with the same items.
    private func fill() throws {
        let index =
            #","GlobalSecondaryIndexes":[{"IndexName":"byGroup","Projection":{"ProjectionType":"ALL"},"KeySchema":["#
            + #"{"AttributeName":"group","KeyType":"HASH"},{"AttributeName":"pk","KeyType":"RANGE"}]}]"#
        let group = #",{"AttributeName":"group","AttributeType":"S"}"#
        for (table, group, index) in [("bench", group, index), ("plain", "", "")] {
            try ask(
                "CreateTable",
                #"{"TableName":"\#(table)","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":["#
                    + #"{"AttributeName":"pk","AttributeType":"S"}\#(group)],"#
                    + #""KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]\#(index)}"#)
            for number in 0..<Self.items {
                try ask(
                    "PutItem",
                    #"{"TableName":"\#(table)","Item":{"pk":{"S":"item-\#(digits(number))"},"#
                        + #""group":{"S":"group-\#(digits(number % Self.groups))"},"number":{"N":"\#(number)"},"#
                        + #""text":{"S":"\#(Self.text)"}}}"#)
            }
        }
        try engine.commitTurn()
        engine.countTurn(nowMillis: context.now, nanos: 0)
        while engine.step(now: context.now) {}
    }

    private func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: 5 - text.utf8.count) + text
    }

    private func ask(_ name: String, _ request: String) throws {
        answer.removeAll(keepingCapacity: true)
        try Array(request.utf8).withUnsafeBytes {
            try engine.execute(operation: name, body: $0, context: context, into: &answer)
        }
    }

    override func call() {
        var number = numbers.next() % keys
        for digit in stride(from: 4, through: 0, by: -1) {
            for place in places { request[place + digit] = UInt8(48 + number % 10) }
            number /= 10
        }
        answer.removeAll(keepingCapacity: true)
        do {
            let long = try request.withUnsafeBytes {
                try engine.begin(operation, body: $0, context: context, into: &answer)
            }
            precondition(long == nil && answer.first == UInt8(ascii: "{"))
            requestsOfTurn += 1
            if requestsOfTurn == Self.requestsPerTurn {
                requestsOfTurn = 0
                try engine.commitTurn()
                engine.countTurn(nowMillis: context.now, nanos: 0)
            }
        } catch {
            fatalError("\(operation.name): \(error)")
        }
    }

    override func close() { engine.close() }
}
