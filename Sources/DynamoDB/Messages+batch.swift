/// What the batch operations and the transactions say.
extension Messages {
    // MARK: Batches

    static let duplicateKeys = "Provided list of item keys contains duplicates"
    /// Of an element that holds neither or both of PutRequest and DeleteRequest. The words are AWS's.
    static let oneWriteRequest = manyDataTypes
    static func tooManyItems(_ operation: String) -> String { "Too many items requested for the \(operation) call" }

    /// How the keys of RequestItems must be.
    static let tableNameKeys =
        "Map keys must satisfy constraint: [\(maxLength(255)), \(minLength(3)), \(namePattern)]"
    /// How long the lists of BatchWriteItem must be.
    static let writeRequestCounts = "Map value must satisfy constraint: [\(maxLength(25)), \(minLength(1))]"

    // MARK: Transactions

    static let manyOperationsOnOneItem = "Transaction request cannot include multiple operations on one item"
    static let exactlyOneAction = "TransactItems can only contain one of Check, Put, Update or Delete"
    static let noAction = "TransactWriteRequest should contain Delete or Put or Update or ConditionCheck"
    static func cancelled(_ codes: [String]) -> String {
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
            + "[\(codes.joined(separator: ", "))]"
    }
    static let tokenMismatch = "An error occurred (IdempotentParameterMismatchException)"
    static let transactionSize = "Transaction payload size cannot exceed 4 MB"
}
