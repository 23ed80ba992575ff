/// An HTTP request to be sent by an ``HTTPTransport``.
public struct OutgoingRequest: Sendable {
    /// The method, in upper case.
    public var method: String
    /// The whole URL.
    public var url: String
    /// The headers, in order; `Content-Length` is made by the transport.
    public var headers: [(name: String, value: String)]
    /// The body; empty for none.
    public var body: [UInt8]
    /// How long making the connection may take.
    public var connectTimeout: Duration
    /// How long everything may take.
    public var timeout: Duration
    /// Whether it may go by a proxy; what only this machine can reach may not.
    public var usesProxy: Bool

    /// A request with the usual time limits.
    public init(
        method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        connectTimeout: Duration = .seconds(3), timeout: Duration = .seconds(30), usesProxy: Bool = true
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.usesProxy = usesProxy
    }
}

/// The answer to an ``OutgoingRequest``.
public struct IncomingResponse: Sendable {
    /// The status, such as 200.
    public var status: Int
    /// The headers in order, their names in lower case.
    public var headers: [(name: String, value: String)]
    /// The body, whole.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header of this name (lower case).
    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// Why no answer came.
public struct TransportError: Error, Hashable, CustomStringConvertible, Sendable {
    /// One sentence.
    public var description: String
    /// Whether it is certain that the server has not seen the request: the connection was never made.
    public var neverSent: Bool

    /// A failure.
    public init(_ description: String, neverSent: Bool) {
        self.description = description
        self.neverSent = neverSent
    }
}

/// Sends HTTP requests. ``CurlTransport`` is the real one.
public protocol HTTPTransport: Sendable {
    /// Sends one request and waits for the whole answer.
    /// - Throws: ``TransportError`` when no answer came, `CancellationError` when the task was cancelled.
    func send(_ request: OutgoingRequest) async throws -> IncomingResponse
}
