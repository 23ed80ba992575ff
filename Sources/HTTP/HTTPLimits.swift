/// The bounds within which a request is accepted. What exceeds one is refused with the status named here, and the connection is
/// closed.
public struct HTTPLimits: Sendable {
    /// Bytes of the request line; 414 beyond.
    public var requestLineBytes = 8 << 10
    /// Bytes of request line and header fields together, and of a chunked body's trailer; 431 beyond.
    public var headBytes = 32 << 10
    /// The number of header fields; 431 beyond.
    public var fieldCount = 100
    /// Bytes of the body, chunked or not; 413 beyond.
    public var bodyBytes = 16 << 20
    /// From the first byte of a request to the end of its head; 408 beyond.
    public var headTime = Duration.seconds(30)
    /// Between two arrivals of body bytes; 408 beyond.
    public var bodyTime = Duration.seconds(30)
    /// How long a client may take none of its answer; it is closed beyond.
    public var sendTime = Duration.seconds(120)
    /// How long a connection may wait for its next request; it is closed beyond.
    public var idleTime = Duration.seconds(600)

    /// The defaults above.
    public init() {}
}
