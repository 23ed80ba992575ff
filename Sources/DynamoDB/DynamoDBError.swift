/// An error as AWS answers it: exception, HTTP status, message, and what some exceptions carry besides.
public struct DynamoDBError: Error, Hashable, Sendable {
    /// The exception.
    public let kind: Kind
    /// The message; nil where AWS sends none.
    public let message: String?
    /// What a few exceptions carry besides the message.
    public let detail: Detail?

    /// Makes an error.
    public init(_ kind: Kind, _ message: String?, detail: Detail? = nil) {
        self.kind = kind
        self.message = message
        self.detail = detail
    }

    /// The exceptions of DynamoDB's API and of the protocol in front of it, by their names.
    public enum Kind: String, Sendable, CaseIterable {
        case accessDenied = "AccessDeniedException"
        case conditionalCheckFailed = "ConditionalCheckFailedException"
        case duplicateItem = "DuplicateItemException"
        case idempotentParameterMismatch = "IdempotentParameterMismatchException"
        case incompleteSignature = "IncompleteSignatureException"
        case internalFailure = "InternalFailure"
        case internalServerError = "InternalServerError"
        case invalidSignature = "InvalidSignatureException"
        case itemCollectionSizeLimitExceeded = "ItemCollectionSizeLimitExceededException"
        case limitExceeded = "LimitExceededException"
        case missingAuthenticationToken = "MissingAuthenticationTokenException"
        case provisionedThroughputExceeded = "ProvisionedThroughputExceededException"
        case requestLimitExceeded = "RequestLimitExceeded"
        case resourceInUse = "ResourceInUseException"
        case resourceNotFound = "ResourceNotFoundException"
        case serialization = "SerializationException"
        case tableNotFound = "TableNotFoundException"
        case transactionCanceled = "TransactionCanceledException"
        case transactionConflict = "TransactionConflictException"
        case transactionInProgress = "TransactionInProgressException"
        case unknownOperation = "UnknownOperationException"
        case unrecognizedClient = "UnrecognizedClientException"
        case validation = "ValidationException"

        /// The namespace in front of the name in `__type`.
        public var namespace: String {
            switch self {
            case .validation: "com.amazon.coral.validate"
            case .accessDenied, .incompleteSignature, .internalFailure, .invalidSignature, .missingAuthenticationToken,
                .serialization, .unknownOperation, .unrecognizedClient:
                "com.amazon.coral.service"
            default: "com.amazonaws.dynamodb.v20120810"
            }
        }

        /// The HTTP status.
        public var httpStatus: Int {
            switch self {
            case .internalFailure, .internalServerError: 500
            default: 400
            }
        }

        /// The name of the member that holds the message; AWS is not of one mind.
        var messageKey: StaticString {
            switch self {
            case .accessDenied, .serialization, .transactionCanceled, .transactionInProgress,
                .idempotentParameterMismatch:
                "Message"
            default: "message"
            }
        }
    }

    /// What an exception carries besides its message.
    public indirect enum Detail: Hashable, Sendable {
        /// The item that failed the condition, when it was asked for.
        case item(Item)
        /// Why a transaction was cancelled: one for each of its actions, in their order.
        case cancellationReasons([CancellationReason])
    }

    /// Why one action of a transaction failed, or that it did not.
    public struct CancellationReason: Hashable, Sendable {
        /// "None", "ConditionalCheckFailed", "ValidationError" and so on.
        public var code: String
        /// The message, when the action failed.
        public var message: String?
        /// The item that failed the condition, when it was asked for.
        public var item: Item?

        /// Makes a reason.
        public init(code: String, message: String? = nil, item: Item? = nil) {
            self.code = code
            self.message = message
            self.item = item
        }

        /// Of an action that failed with an error; nil when that is not the action's but the server's.
        init?(_ error: DynamoDBError) {
            switch error.kind {
            case .validation: self.init(code: "ValidationError", message: error.message)
            case .conditionalCheckFailed:
                var item: Item?
                if case .item(let old) = error.detail { item = old }
                self.init(code: "ConditionalCheckFailed", message: error.message, item: item)
            default: return nil
            }
        }

        /// Of an action that did not fail.
        public static let none = CancellationReason(code: "None")
    }

    /// A ValidationException.
    public static func validation(_ message: String) -> DynamoDBError { .init(.validation, message) }

    /// A TransactionCanceledException.
    static func cancelled(_ reasons: [CancellationReason]) -> DynamoDBError {
        .init(.transactionCanceled, Messages.cancelled(reasons.map(\.code)), detail: .cancellationReasons(reasons))
    }

    /// A TransactionCanceledException because of what one action says; the others have not been looked at.
    static func cancelled(by error: DynamoDBError, at index: Int, of count: Int) -> DynamoDBError {
        guard let reason = CancellationReason(error) else { return error }
        var reasons = Array(repeating: CancellationReason.none, count: count)
        reasons[index] = reason
        return cancelled(reasons)
    }

    /// A SerializationException. Without a message for a body that is not JSON at all.
    public static func serialization(_ message: String?) -> DynamoDBError { .init(.serialization, message) }

    /// What a failure of the server's own is for its clients.
    public static var internalServerError: DynamoDBError { .init(.internalServerError, Messages.internalServerError) }

    /// The same error with a text in front of its message.
    public func prefixed(_ prefix: String) -> DynamoDBError {
        DynamoDBError(kind, prefix + (message ?? ""), detail: detail)
    }
}

extension DynamoDBError {
    /// Appends the JSON body of the answer.
    public func append(to output: inout [UInt8]) {
        JSONWriter.append(to: &output) { (writer: inout JSONWriter) in
            writer.beginObject()
            writer.key("__type")
            writer.string(kind.namespace + "#" + kind.rawValue)
            switch detail {
            case .cancellationReasons(let reasons):
                writer.key("CancellationReasons")
                writer.beginArray()
                for reason in reasons { reason.write(to: &writer) }
                writer.endArray()
            case .item(let item):
                writer.key("Item")
                writer.item(item)
            case nil:
                break
            }
            if let message {
                writer.key(kind.messageKey)
                writer.string(message)
            }
            writer.endObject()
        }
    }
}

extension DynamoDBError.CancellationReason {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("Code")
        writer.string(code)
        if let item {
            writer.key("Item")
            writer.item(item)
        }
        if let message {
            writer.key("Message")
            writer.string(message)
        }
        writer.endObject()
    }
}
