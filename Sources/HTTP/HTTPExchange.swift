import Reactor

/// One request that wants its answer: answer once, on the loop, now or later. An answer to a client that has gone, or a second one,
/// is dropped.
public struct HTTPExchange {
    let connection: HTTPConnection
    let sequence: UInt64

    /// The connection's name on its loop.
    public var connectionID: ConnectionID { connection.connection.id }
    /// The client's end.
    public var peer: SocketAddress { connection.connection.peer }
    /// The server's end.
    public var local: SocketAddress { connection.connection.local }
    /// Whether the answer is still wanted.
    public var isOpen: Bool {
        connection.isPending && connection.sequence == sequence && !connection.connection.isClosed
    }
    /// Whether the connection goes on after the answer. When not, the raw forms should carry `Connection: close`.
    public var isKeptAlive: Bool { connection.isKeptAlive && !connection.server.isClosing }
    /// Whether the request is a HEAD: the raw forms must leave out the body.
    public var isHead: Bool { connection.isHead }

    /// Answers with status, fields and body; Content-Length, Date and Connection are added. A HEAD gets no body.
    public func respond(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        respond(status: status, body: body) { output in
            for (name, value) in headers { ResponseWriter.appendField(name, value, to: &output) }
            ResponseWriter.append("Date: ", to: &output)
            output.append(contentsOf: connection.server.dateBytes)
            ResponseWriter.append("\r\n", to: &output)
        }
    }

    /// Answers with field lines that are there already, each with its line end; Content-Length and Connection are added, Date is
    /// not.
    public func respond(status: Int, fieldLines: [UInt8], body: [UInt8]) {
        respond(status: status, body: body) { $0.append(contentsOf: fieldLines) }
    }

    /// Answers with field lines that `fields` appends, each with its line end; Content-Length and Connection are added.
    public func respond(status: Int, body: [UInt8], fields: (inout [UInt8]) -> Void) {
        guard isOpen else { return }
        let server = connection.server
        var output: [UInt8] = []
        swap(&output, &server.scratch)
        output.removeAll(keepingCapacity: true)
        ResponseWriter.appendStatusLine(status, to: &output)
        fields(&output)
        let isBodiless = HTTPStatus.isBodiless(status)
        if !isBodiless { ResponseWriter.appendContentLength(body.count, to: &output) }
        if !isKeptAlive {
            ResponseWriter.append("Connection: close\r\n", to: &output)
        } else if connection.minorVersion == 0 {
            ResponseWriter.append("Connection: keep-alive\r\n", to: &output)
        }
        ResponseWriter.append("\r\n", to: &output)
        output.withUnsafeBytes { connection.connection.write($0) }
        if !isBodiless && !isHead { connection.connection.write(body) }
        swap(&output, &server.scratch)
        connection.answered()
    }

    /// Answers with a whole response, made by the caller: it must fit the request (HEAD, `isKeptAlive`).
    public func respond(raw: [UInt8]) {
        guard isOpen else { return }
        connection.connection.write(raw)
        connection.answered()
    }

    /// The same in two parts, of which the head is copied.
    public func respond(head: UnsafeRawBufferPointer, body: [UInt8]) {
        guard isOpen else { return }
        connection.connection.write(head)
        connection.connection.write(body)
        connection.answered()
    }

    /// Closes the connection without an answer.
    public func abort() {
        if isOpen { connection.connection.close() }
    }
}
