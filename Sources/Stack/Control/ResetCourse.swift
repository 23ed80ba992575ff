import DynamoDB

/// The course of a reset over the emulators' loops: all of them are held, then each goes back to the stack file, then all are
/// released. So no client sees one of them new and the other old. Pure.
struct ResetCourse {
    /// What to do next.
    enum Step: Equatable {
        /// Nothing yet.
        case wait
        /// Tell all emulators to go back to the stack file.
        case reset
        /// Release all emulators: the reset is over, with the reason if it failed.
        case release(Failure?)
    }

    /// What a reset has done.
    struct Summary: Equatable, Sendable {
        /// How many tables of the stack file there are.
        var tables: Int
        /// How many topics of the stack file there are.
        var topics: Int
        /// How long nobody was answered.
        var millis: Int
    }

    private let emulators: Set<Emulator>
    private var waiting: Set<Emulator>
    private var isHolding = true
    private var failure: Failure?
    /// What people should know.
    private(set) var notes: [EmulatorReport.Note] = []

    /// A course over these emulators, which are to be held.
    init(_ emulators: [Emulator]) {
        self.emulators = Set(emulators)
        waiting = self.emulators
    }

    /// An emulator is held.
    mutating func held(_ emulator: Emulator) -> Step {
        guard isHolding else { return .wait }
        waiting.remove(emulator)
        guard waiting.isEmpty else { return .wait }
        isHolding = false
        waiting = emulators
        return .reset
    }

    /// An emulator has gone back to the stack file, or could not.
    mutating func ended(_ emulator: Emulator, _ result: Result<[EmulatorReport.Note], Failure>) -> Step {
        guard !isHolding else { return .wait }
        switch result {
        case .success(let more): notes += more
        case .failure(let reason): failure = failure ?? reason
        }
        waiting.remove(emulator)
        return waiting.isEmpty ? .release(failure) : .wait
    }
}

extension ResetCourse.Summary {
    /// Its JSON.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("tables")
        writer.integer(tables)
        writer.key("topics")
        writer.integer(topics)
        writer.key("milliseconds")
        writer.integer(millis)
        writer.endObject()
        return writer.bytes
    }

    /// Reads its JSON; nil when it is something else.
    init?(json: [UInt8]) {
        let read: Self? = json.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            return try? Self(&reader)
        }
        guard let read else { return nil }
        self = read
    }

    private init(_ reader: inout JSONReader) throws(DynamoDBError) {
        self.init(tables: 0, topics: 0, millis: 0)
        try reader.beginStructure("reset")
        while let key = try reader.nextKey() {
            switch key {
            case "tables": tables = try reader.long()
            case "topics": topics = try reader.long()
            case "milliseconds": millis = try reader.long()
            default: try reader.skip()
            }
        }
        try reader.end()
    }
}
