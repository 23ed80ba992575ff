/// An operation that may take longer than a turn, and so is done in steps, with other requests in between.
public class LongOperation {
    /// When its request came; nil when nobody said so.
    final var arrivalNanos: Int64?

    init() {}

    /// Goes on for about as long as a turn may take; whether there is more to do. At the end the answer is appended.
    func step(on _: Engine, into _: inout [UInt8]) throws(DynamoDBError) -> Bool {
        preconditionFailure("a long operation says what its steps are")
    }
}
