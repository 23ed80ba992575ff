import Reactor

/// What a server does with its requests.
public protocol HTTPHandler: AnyObject {
    /// A request is complete. Called on the loop, one request a connection at a time: the next one waits until this one is
    /// answered through `exchange`, now or later.
    func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange)
    /// The whole response to a request that HTTP itself refuses (400, 408, 413, 414, 417, 431, 501, 505); the connection is
    /// closed after it. Nil: a short text. It should carry `Connection: close`.
    func refusal(_ status: Int) -> [UInt8]?
    /// The client of an exchange that was not answered has gone.
    func abandoned(_ exchange: HTTPExchange)
}

extension HTTPHandler {
    /// A short text.
    public func refusal(_ status: Int) -> [UInt8]? { nil }
    /// Nothing: a late answer is harmless.
    public func abandoned(_ exchange: HTTPExchange) {}
}

/// An HTTP/1.1 and 1.0 server on a loop.
public final class HTTPServer {
    /// Its loop.
    public let loop: EventLoop
    /// The bounds of a request.
    public let limits: HTTPLimits
    /// Answers the requests.
    public let handler: any HTTPHandler
    private var listeners: [Listener] = []
    private var connections: [ConnectionID: HTTPConnection] = [:]
    private var sweep: Timer?
    private(set) var isClosing = false
    /// Reused for the heads of answers.
    var scratch: [UInt8] = []
    private var dateCache = HTTPDate()

    /// A server that does not listen yet. It keeps its handler.
    public init(loop: EventLoop, limits: HTTPLimits = HTTPLimits(), handler: any HTTPHandler) {
        self.loop = loop
        self.limits = limits
        self.handler = handler
    }

    /// Listens on one more address; returns it with the port that was chosen when 0 was asked for.
    @discardableResult
    public func listen(on address: SocketAddress) throws(SystemError) -> SocketAddress {
        let listener = try Listener(loop: loop, address: address) { [unowned self] connection in
            let served = HTTPConnection(server: self, connection: connection)
            connections[connection.id] = served
            connection.handler = served
            startSweep()
        }
        listeners.append(listener)
        return listener.address
    }

    /// Stops listening, closes the connections that wait for a request, and the others after their answer.
    public func close() {
        isClosing = true
        for listener in listeners { listener.close() }
        listeners = []
        for connection in connections.values { connection.closeWhenAnswered() }
    }

    /// The number of open connections.
    public var connectionCount: Int { connections.count }

    /// The text of the Date field now.
    public var dateBytes: [UInt8] {
        dateCache.update(wallMillis: loop.wallMillis)
        return dateCache.bytes
    }

    func remove(_ id: ConnectionID) {
        connections[id] = nil
        if connections.isEmpty { sweep?.stop() }
    }

    /// Time-outs are looked at once a second, while there are connections.
    private func startSweep() {
        if let sweep, sweep.isActive { return }
        let timer =
            sweep
            ?? loop.timer { [unowned self] in
                let now = loop.monotonicNanos
                for connection in connections.values { connection.checkTime(now) }
            }
        sweep = timer
        timer.start(after: .seconds(1), repeating: .seconds(1))
    }
}
