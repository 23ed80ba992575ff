/// An error as an AWS service answers it, in whichever protocol it was asked.
public struct ServiceError: Error, Hashable, Sendable {
    /// The exception with its namespace, as JSON and CBOR name it: `com.amazonaws.cloudwatch.v2010_08_01#InvalidParameterValueException`.
    public let exception: String
    /// The code by which the query protocol names it: `InvalidParameterValue`.
    public let code: String
    /// The message; nil where AWS sends none.
    public let message: String?
    /// The HTTP status in JSON and CBOR.
    public let status: Int
    /// The HTTP status in the query protocol.
    public let queryStatus: Int
    /// Whether the query protocol answers it in the namespace of AWS's front and not in the service's own: what was asked for never
    /// reached the service.
    public let isOfFront: Bool

    /// An error; the query protocol's status is the other protocols' unless it is given.
    public init(
        exception: String, code: String, message: String?, status: Int = 400, queryStatus: Int? = nil,
        isOfFront: Bool = false
    ) {
        self.exception = exception
        self.code = code
        self.message = message
        self.status = status
        self.queryStatus = queryStatus ?? status
        self.isOfFront = isOfFront
    }

    /// The structure that JSON and CBOR send.
    public var document: Document {
        .members(["__type": .text(exception), "message": message.map { .text($0) }])
    }

    /// Whose fault it is, as the query protocol says it.
    public var fault: String { status < 500 ? "Sender" : "Receiver" }

    /// Constraints of the model that a request breaks, in AWS's words.
    public static func validation(_ message: String) -> ServiceError {
        .init(exception: "com.amazon.coral.validate#ValidationException", code: "ValidationError", message: message)
    }

    /// A body that cannot be read, or a value of the wrong type.
    public static func malformed(_ message: String?) -> ServiceError {
        .init(exception: "com.amazon.coral.service#SerializationException", code: "MalformedInput", message: message)
    }

    /// An action that the service does not have, in the query protocol.
    public static func unknownAction(_ name: String, version: String) -> ServiceError {
        .init(
            exception: unknownOperationException, code: "InvalidAction",
            message: "Could not find operation \(name) for version \(version)", isOfFront: true)
    }

    /// An action that the service does not have, in the other protocols; Smithy gives it a status of its own.
    public static func unknownOperation(status: Int) -> ServiceError {
        .init(exception: unknownOperationException, code: "InvalidAction", message: nil, status: status)
    }

    private static let unknownOperationException = "com.amazon.coral.service#UnknownOperationException"

    /// A failure of the server's own.
    public static let internalFailure = ServiceError(
        exception: "com.amazon.coral.service#InternalFailure", code: "InternalFailure",
        message: "The request processing has failed because of an unknown error, exception or failure.", status: 500)
}
