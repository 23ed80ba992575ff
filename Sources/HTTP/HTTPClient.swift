import Reactor

/// The answer to a request of `HTTPClient`.
public struct HTTPClientResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The body, without its transfer coding.
    public var body: [UInt8]
}

/// Why a request of `HTTPClient` has no answer.
public enum HTTPClientError: Error, Sendable, CustomStringConvertible {
    /// No connection, or it broke.
    case system(SystemError)
    /// The connection ended before the answer did.
    case ended
    /// The time is over.
    case timedOut
    /// What came is not HTTP, or larger than a megabyte.
    case malformed

    /// One sentence.
    public var description: String {
        switch self {
        case .system(let error): error.description
        case .ended: "the connection ended before the answer did"
        case .timedOut: "no answer in time"
        case .malformed: "the answer is not HTTP"
        }
    }
}

/// A small client for probes and for the control API: one request without a body, one connection, one answer.
public final class HTTPClient: ConnectionHandler {
    private let request: [UInt8]
    private var then: ((Result<HTTPClientResponse, HTTPClientError>) -> Void)?
    private var timer: Timer?
    private var connection: Connection?
    private var parser = ResponseParser()

    /// Sends a GET and calls `then` once, never before this returns. `path` is sent as it is and must be printable ASCII.
    public static func get(
        loop: EventLoop, address: SocketAddress, host: String? = nil, path: String, timeout: Duration,
        then: @escaping (Result<HTTPClientResponse, HTTPClientError>) -> Void
    ) {
        send(.get, loop: loop, address: address, host: host, path: path, timeout: timeout, then: then)
    }

    /// Sends a request without a body, as `get` does.
    public static func send(
        _ method: HTTPMethod, loop: EventLoop, address: SocketAddress, host: String? = nil, path: String,
        timeout: Duration, then: @escaping (Result<HTTPClientResponse, HTTPClientError>) -> Void
    ) {
        let client = HTTPClient(method, host: host ?? address.description, path: path, then: then)
        do {
            let connection = try Connection.connect(loop: loop, to: address)
            client.connection = connection
            connection.handler = client
            connection.write(client.request)
            client.timer = loop.timer { [weak client] in client?.finish(.failure(.timedOut)) }
            client.timer?.start(after: timeout)
        } catch {
            // Kept by the timer until it fires.
            client.timer = loop.timer { client.finish(.failure(.system(error))) }
            client.timer?.start(after: .zero)
        }
    }

    private init(
        _ method: HTTPMethod, host: String, path: String,
        then: @escaping (Result<HTTPClientResponse, HTTPClientError>) -> Void
    ) {
        let length = method == .get || method == .head ? "" : "Content-Length: 0\r\n"
        request = Array(
            "\(method.rawValue) \(path) HTTP/1.1\r\nHost: \(host)\r\nAccept: */*\r\n\(length)Connection: close\r\n\r\n"
                .utf8)
        self.then = then
    }

    /// Reads the answer.
    public func received(_ connection: Connection) {
        let step = parser.append(connection.input.bytes)
        connection.input.consumeAll()
        switch step {
        case .needMore: break
        case .malformed: finish(.failure(.malformed))
        case .done(let response): finish(.success(response))
        }
    }

    /// The end of an answer without a length, or of the connection.
    public func inputEnded(_ connection: Connection) {
        if case .done(let response) = parser.end() { return finish(.success(response)) }
        finish(.failure(.ended))
    }

    /// The connection broke.
    public func closed(_ connection: Connection) {
        finish(.failure(connection.failure.map(HTTPClientError.system) ?? .ended))
    }

    private func finish(_ result: Result<HTTPClientResponse, HTTPClientError>) {
        guard let then else { return }
        self.then = nil
        timer = nil
        connection?.close()
        connection = nil
        then(result)
    }
}

/// Reads one response, without I/O.
struct ResponseParser {
    enum Step {
        case needMore
        case done(HTTPClientResponse)
        case malformed
    }

    static let bytesMax = 1 << 20
    private var bytes: [UInt8] = []

    mutating func append(_ more: UnsafeRawBufferPointer) -> Step {
        bytes.append(contentsOf: more)
        return bytes.count > Self.bytesMax ? .malformed : read(isEnd: false)
    }

    mutating func end() -> Step { read(isEnd: true) }

    private func read(isEnd: Bool) -> Step {
        guard let (head, bodyStart) = splitHead() else { return isEnd ? .malformed : .needMore }
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)
        guard let line = lines.first, line.hasPrefix("HTTP/1.") else { return .malformed }
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, let status = Int(parts[1]), (100...999).contains(status) else { return .malformed }
        if status < 200 {
            var rest = ResponseParser()
            rest.bytes = Array(bytes[bodyStart...])
            return rest.read(isEnd: isEnd)
        }
        var length: Int?
        var isChunked = false
        for field in lines.dropFirst() {
            guard let colon = field.firstIndex(of: ":") else { return .malformed }
            let value = field[field.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            switch field[..<colon].lowercased() {
            case "content-length":
                guard let number = Int(value), number >= 0 else { return .malformed }
                length = number
            case "transfer-encoding": isChunked = value.lowercased() == "chunked"
            default: break
            }
        }
        if status == 204 || status == 304 { return .done(HTTPClientResponse(status: status, body: [])) }
        if isChunked { return readChunks(from: bodyStart, status: status) }
        if let length {
            guard bytes.count - bodyStart >= length else { return .needMore }
            return .done(HTTPClientResponse(status: status, body: Array(bytes[bodyStart..<bodyStart + length])))
        }
        return isEnd ? .done(HTTPClientResponse(status: status, body: Array(bytes[bodyStart...]))) : .needMore
    }

    private func readChunks(from start: Int, status: Int) -> Step {
        var body: [UInt8] = []
        var at = start
        var phase = ChunkedBody.Phase.size
        let result = bytes.withUnsafeBytes {
            ChunkedBody.read($0, &at, &phase, into: &body, bodyLimit: Self.bytesMax, trailerLimit: 32 << 10)
        }
        switch result {
        case .needMore: return .needMore
        case .failed: return .malformed
        case .done: return .done(HTTPClientResponse(status: status, body: body))
        }
    }

    private func splitHead() -> (head: String, bodyStart: Int)? {
        guard bytes.count >= 4 else { return nil }
        for at in 3..<bytes.count
        where bytes[at] == 0x0A && bytes[at - 1] == 0x0D && bytes[at - 2] == 0x0A && bytes[at - 3] == 0x0D {
            return (String(decoding: bytes[..<(at - 3)], as: UTF8.self), at + 1)
        }
        return nil
    }
}
