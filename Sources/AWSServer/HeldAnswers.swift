import HTTP

/// The answers of one turn, in order, from its first write to its commit.
struct HeldAnswers {
    /// Who waits, and for an answer of what form.
    typealias Waiting = (exchange: HTTPExchange, form: AnswerForm)

    private var answers: [(waiting: Waiting, whole: [UInt8])] = []

    var isEmpty: Bool { answers.isEmpty }

    mutating func append(_ exchange: HTTPExchange, _ form: AnswerForm, _ whole: [UInt8]) {
        answers.append(((exchange, form), whole))
    }

    /// After the commit.
    mutating func sendAll() {
        for (waiting, whole) in answers { waiting.exchange.respond(raw: whole) }
        answers.removeAll(keepingCapacity: true)
    }

    /// After a commit that failed: who has to be told.
    mutating func removeAll() -> [Waiting] {
        defer { answers.removeAll(keepingCapacity: true) }
        return answers.map(\.waiting)
    }
}
