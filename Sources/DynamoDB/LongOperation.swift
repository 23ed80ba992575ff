/// An operation that may take longer than a turn, and so is done in steps, with other requests in between.
public class LongOperation {
    /// When its request came; nil when nobody said so.
    final var arrivalNanos: Int64?
    /// The turn that was open when it last read; nil when none was.
    private var turnRead: Int?

    init() {}

    /// Notes what a step has read: of an open turn, or only what is committed.
    func noteStep(on storage: Storage) {
        turnRead = storage.hasWritten ? storage.turn : nil
    }

    /// Throws when it has read of a turn that was then abandoned: it would show what never was.
    func check(_ storage: Storage) throws(DynamoDBError) {
        guard let turnRead, storage.isAbandoned(turnRead) else { return }
        throw DynamoDBError(.internalServerError, Messages.internalServerError)
    }

    /// Goes on for about as long as a turn may take; whether there is more to do. At the end the answer is appended.
    func step(on _: Engine, into _: inout [UInt8]) throws(DynamoDBError) -> Bool {
        preconditionFailure("a long operation says what its steps are")
    }
}
