import Reactor

/// One connection of a server: parser, the request that is being answered, time-outs.
final class HTTPConnection: ConnectionHandler {
    private enum Waiting {
        case request
        case head
        case body
        case answer
    }

    let server: HTTPServer
    let connection: Connection
    private var parser: RequestParser
    /// The number of the current exchange; a late answer to another one is dropped.
    private(set) var sequence: UInt64 = 0
    private(set) var isPending = false
    private(set) var isHead = false
    private(set) var isKeptAlive = true
    private(set) var minorVersion = 1
    private var isHandling = false
    private var isInputEnded = false
    private var isRefused = false
    private var waiting = Waiting.request
    private var since: Int64
    /// What waited to be sent when it was last looked at, and since when it has been so much.
    private var unsent = (count: 0, since: Int64(0))

    init(server: HTTPServer, connection: Connection) {
        self.server = server
        self.connection = connection
        parser = RequestParser(limits: server.limits)
        since = server.loop.monotonicNanos
    }

    func received(_ connection: Connection) {
        // Requests that come while one is being answered wait in the input, up to its limit.
        guard !isPending, !isRefused else { return }
        while true {
            let bytes = connection.input.bytes
            switch parser.next(bytes) {
            case .sendContinue:
                connection.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
            case .needMore(let consumed, let limit):
                connection.input.consume(consumed)
                return wait(limit)
            case .failed(let status): return refuse(status)
            case .request(let consumed):
                handle(bytes)
                connection.input.consume(consumed)
                parser.reset()
                if connection.inputLimit != Self.inputLimit { connection.inputLimit = Self.inputLimit }
                // One request a turn: other connections get theirs before this one's next.
                if !isPending { goOn() }
                return
            }
        }
    }

    /// How much is read ahead of the current request.
    private static let inputLimit = 64 << 10

    private func handle(_ bytes: UnsafeRawBufferPointer) {
        sequence &+= 1
        isPending = true
        isHandling = true
        waiting = .answer
        isHead = parser.head.method == .head
        isKeptAlive = parser.isKeptAlive
        minorVersion = parser.head.minorVersion
        let exchange = HTTPExchange(connection: self, sequence: sequence)
        let handler = server.handler
        parser.withRequest(in: bytes) { handler.handle($0, exchange) }
        isHandling = false
    }

    private func wait(_ limit: Int) {
        if isInputEnded { return connection.closeAfterFlush() }
        if limit > Self.inputLimit { connection.inputLimit = limit }
        let phase: Waiting = parser.hasHead ? .body : connection.input.isEmpty ? .request : .head
        // A head has its time in all, a body between two arrivals.
        if phase != waiting || phase == .body {
            waiting = phase
            since = server.loop.monotonicNanos
        }
    }

    private func refuse(_ status: Int) {
        isRefused = true
        isKeptAlive = false
        connection.write(server.handler.refusal(status) ?? Self.refusal(status, date: server.dateBytes))
        connection.closeAfterFlush()
    }

    private static func refusal(_ status: Int, date: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        ResponseWriter.appendStatusLine(status, to: &output)
        ResponseWriter.append("Content-Type: text/plain; charset=utf-8\r\n", to: &output)
        let body = Array("\(status) \(HTTPStatus.reason(status))\n".utf8)
        ResponseWriter.appendContentLength(body.count, to: &output)
        ResponseWriter.append("Date: ", to: &output)
        output += date
        ResponseWriter.append("\r\nConnection: close\r\n\r\n", to: &output)
        return output + body
    }

    /// What every answer ends with.
    func answered() {
        isPending = false
        waiting = .request
        since = server.loop.monotonicNanos
        if !isKeptAlive || server.isClosing { return connection.closeAfterFlush() }
        // Within the handler's call the request is not consumed yet: `received` goes on.
        if !isHandling { goOn() }
    }

    /// To the next request, if there can be one.
    private func goOn() {
        if !connection.input.isEmpty {
            connection.deliverAgain()
        } else if isInputEnded {
            connection.closeAfterFlush()
        }
    }

    func inputEnded(_ connection: Connection) {
        isInputEnded = true
        if !isPending { goOn() }
    }

    func closed(_ connection: Connection) {
        if isPending {
            isPending = false
            server.handler.abandoned(HTTPExchange(connection: self, sequence: sequence))
        }
        server.remove(connection.id)
    }

    func closeWhenAnswered() {
        if !isPending { connection.closeAfterFlush() }
    }

    func checkTime(_ now: Int64) {
        let limits = server.limits
        if connection.outputCount > 0 {
            if connection.outputCount != unsent.count { unsent = (connection.outputCount, now) }
            if Duration.nanoseconds(now - unsent.since) > limits.sendTime { connection.close() }
            return
        }
        unsent.count = 0
        let waited = Duration.nanoseconds(now - since)
        switch waiting {
        case .answer: break
        case .request:
            if waited > limits.idleTime { connection.close() }
        case .head:
            if waited > limits.headTime && !isRefused { refuse(408) }
        case .body:
            if waited > limits.bodyTime && !isRefused { refuse(408) }
        }
    }
}
