/// An error that DynamoDB answered with.
public struct DynamoDBError: ServiceError, Hashable, CustomStringConvertible, Sendable {
    /// The error's name without its namespace, such as `ConditionalCheckFailedException`.
    public var code: String
    /// DynamoDB's own words.
    public var message: String
    /// The HTTP status.
    public var status: Int
    /// What DynamoDB calls the request by.
    public var requestID: String?
    /// For `ConditionalCheckFailedException`: the item, when it was asked for.
    public var item: Item?
    /// For `TransactionCanceledException`: one reason for each action, in their order.
    public var cancellationReasons: [CancellationReason] = []
    /// What the answer's headers say about sending the request again.
    var hints = ResponseHints()

    /// Why an action of a transaction could not be done.
    public struct CancellationReason: Hashable, Sendable {
        /// Such as `ConditionalCheckFailed`, or `None`.
        public var code: String
        /// DynamoDB's own words; nil for `None`.
        public var message: String?
        /// The item that did not meet the condition, when it was asked for.
        public var item: Item?

        /// A reason.
        public init(code: String, message: String? = nil, item: Item? = nil) {
            self.code = code
            self.message = message
            self.item = item
        }
    }

    /// An error.
    public init(code: String, message: String, status: Int = 400, cancellationReasons: [CancellationReason] = []) {
        self.code = code
        self.message = message
        self.status = status
        self.cancellationReasons = cancellationReasons
    }

    /// One line.
    public var description: String { message.isEmpty ? code : "\(code): \(message)" }

    /// A condition was not met.
    public var isConditionalCheckFailed: Bool { code == "ConditionalCheckFailedException" }

    /// The table does not exist (or not yet).
    public var isResourceNotFound: Bool { code == "ResourceNotFoundException" }

    /// Whether the transaction's action at `index` did not meet its condition.
    public func conditionFailed(at index: Int) -> Bool {
        cancellationReasons.indices.contains(index) && cancellationReasons[index].code == "ConditionalCheckFailed"
    }

    /// Whether another transaction or write touched the same items at the same time: the same transaction may be tried again.
    public var isTransactionConflict: Bool {
        code == "TransactionConflictException"
            || code == "TransactionCanceledException"
                && cancellationReasons.contains { $0.code == "TransactionConflict" }
    }

    /// Reads an answer that is no success.
    init(response: IncomingResponse) {
        status = response.status
        requestID = response.header("x-amzn-requestid")
        hints = ResponseHints(response)
        let json = (try? JSON(parsing: response.body)) ?? .null
        let type = json["__type"]?.string ?? response.header("x-amzn-errortype") ?? ""
        code = type.split(separator: "#").last.map { String($0.prefix { $0 != ":" }) } ?? ""
        message = json["message"]?.string ?? json["Message"]?.string ?? ""
        if code.isEmpty {
            code = status >= 500 ? "InternalServerError" : "UnknownError"
            if message.isEmpty { message = "status \(status)" }
        }
        item = json["Item"].flatMap(Item.init(json:))
        cancellationReasons = (json["CancellationReasons"]?.array ?? []).map { reason in
            CancellationReason(
                code: reason["Code"]?.string ?? "None", message: reason["Message"]?.string,
                item: reason["Item"].flatMap(Item.init(json:)))
        }
    }
}

/// An answer that is not what DynamoDB may send: damaged on its way, or not from DynamoDB.
public struct ResponseError: Error, Hashable, CustomStringConvertible, Sendable {
    /// One sentence.
    public var description: String
}
