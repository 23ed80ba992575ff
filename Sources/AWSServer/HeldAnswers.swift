import DynamoDB
import HTTP

/// The answers of one turn, in order, from its first write to its commit.
struct HeldAnswers {
    /// An answer, and of which database.
    struct Answer {
        let exchange: HTTPExchange
        let form: AnswerForm
        let database: Database
        let whole: [UInt8]
    }

    private var answers: [Answer] = []

    var isEmpty: Bool { answers.isEmpty }

    mutating func append(_ answer: Answer) { answers.append(answer) }

    /// After the commits: sends the answers of all databases but those whose commit failed, and returns these.
    mutating func send(unless failed: (Database) -> Bool) -> [Answer] {
        var refused: [Answer] = []
        for answer in answers {
            if failed(answer.database) { refused.append(answer) } else { answer.exchange.respond(raw: answer.whole) }
        }
        answers.removeAll(keepingCapacity: true)
        return refused
    }
}
