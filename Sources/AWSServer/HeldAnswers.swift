import HTTP

/// The answers of one turn, in order, from its first write to its commit.
struct HeldAnswers {
    private var answers: [(exchange: HTTPExchange, whole: [UInt8])] = []

    var isEmpty: Bool { answers.isEmpty }

    mutating func append(_ exchange: HTTPExchange, _ whole: [UInt8]) { answers.append((exchange, whole)) }

    /// After the commit.
    mutating func sendAll() {
        for (exchange, whole) in answers { exchange.respond(raw: whole) }
        answers.removeAll(keepingCapacity: true)
    }

    /// After a commit that failed: who has to be told.
    mutating func removeAll() -> [HTTPExchange] {
        defer { answers.removeAll(keepingCapacity: true) }
        return answers.map(\.exchange)
    }
}
