@testable import DynamoDB

extension Fuzzer {
    /// The values of items.
    static let dynamoDBItems = Fuzzer(
        name: "dynamodb-items",
        summary: "DynamoDB JSON: items read, written, read again; numbers, Base64, stored definitions",
        weight: 120, blockSize: 50_000
    ) { _, _ in ItemsSubject() }

    /// A whole engine.
    static let dynamoDBOperations = Fuzzer(
        name: "dynamodb-operations",
        summary: "requests of every operation on an engine with tables, which is then opened again",
        weight: 20, blockSize: 2000
    ) { directory, _ in try OperationsSubject(directory) }
}

/// JSON of items, from bytes to bytes.
private final class ItemsSubject: FuzzSubject {
    private let items = DynamoDBRequests.texts
    private let mutation = Mutation(words: DynamoDBRequests.words, bytesMax: 8192)

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        var bytes = random.pick(items)
        mutation.apply(to: &bytes, &random)
        if random.once(in: 16) { _ = bytes.withUnsafeBytes { TableSchema(stored: $0) } }
        guard let first = Self.written(bytes) else { return }
        guard let second = Self.written(first), second == first else {
            throw FuzzFault("an item does not read as it was written: \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// The item in its canonical form; nil when it is none.
    private static func written(_ bytes: [UInt8]) -> [UInt8]? {
        bytes.withUnsafeBytes { all in
            var reader = JSONReader(all)
            guard let outcome = try? reader.item(), case .success(let item) = outcome else { return nil }
            var writer = JSONWriter()
            writer.item(item)
            return writer.bytes
        }
    }
}

extension DynamoDBRequests {
    /// Items, keys and stored definitions as JSON.
    fileprivate static let texts: [[UInt8]] = (sampleItems + tables).map { Array($0.utf8) }
}

/// An engine with a few tables.
private final class OperationsSubject: FuzzSubject {
    private let directory: String
    private var engine: Engine
    private let requests = DynamoDBRequests()
    private let mutation = Mutation(words: DynamoDBRequests.words, bytesMax: 1 << 14)
    private var now: Int64 = 1_700_000_000_000
    private var inputs = 0

    init(_ directory: String) throws {
        self.directory = directory
        engine = try Self.open(directory)
        for table in DynamoDBRequests.tables { _ = try run("CreateTable", Array(table.utf8)) }
        try engine.commitTurn()
    }

    deinit { engine.close() }

    private static func open(_ directory: String) throws -> Engine {
        let source = SeededSource(seed: 1)
        return try Engine(.init(directory: directory, durability: .close, random: { source.next() }))
    }

    private func run(_ operation: String, _ body: [UInt8]) throws(DynamoDBError) -> [UInt8] {
        var output: [UInt8] = []
        var failure: DynamoDBError?
        body.withUnsafeBytes { bytes in
            do throws(DynamoDBError) {
                let context = RequestContext(now: now, region: "us-east-1")
                try engine.execute(operation: operation, body: bytes, context: context, into: &output)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return output
    }

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        let operation = random.pick(Operations.all)
        var body = requests.body(of: operation, &random)
        if !random.once(in: 3) { mutation.apply(to: &body, &random) }
        now += Int64(random.below(100))
        do throws(DynamoDBError) {
            let answer = try run(operation.name, body)
            // Some operations answer nothing at all.
            guard answer.isEmpty || Self.isJSON(answer) else { throw Self.badAnswer }
        } catch {
            guard error.kind != .internalServerError, error.kind != .internalFailure else {
                let reason = engine.lastFailure ?? "an answer that is no JSON"
                throw FuzzFault("\(operation.name) fails inside (\(reason)): \(String(decoding: body, as: UTF8.self))")
            }
            var text: [UInt8] = []
            error.append(to: &text)
            guard Self.isJSON(text) else {
                throw FuzzFault("an error that is no JSON: \(String(decoding: text, as: UTF8.self))")
            }
        }
        inputs += 1
        guard inputs % 16 == 0 else { return }
        do throws(DynamoDBError) { try engine.commitTurn() } catch {
            throw FuzzFault("a turn is lost: \(engine.lastFailure ?? "")")
        }
        for _ in 0..<3 where engine.step(now: now) {}
    }

    private static let badAnswer = DynamoDBError(.internalFailure, nil)

    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { all in
            var reader = JSONReader(all)
            return (try? reader.skip()) != nil && (try? reader.end()) != nil
        }
    }

    func end() throws(FuzzFault) {
        do {
            try engine.commitTurn()
            engine.close()
            engine = try Self.open(directory)
        } catch {
            throw FuzzFault("the engine does not open what it left: \(error)")
        }
    }
}
