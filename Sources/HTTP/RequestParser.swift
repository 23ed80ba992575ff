/// Reads HTTP/1.1 requests from bytes, without I/O: the caller keeps the unread bytes and hands them over from their beginning.
///
/// A body with a Content-Length stays where it is; a chunked one is put together in memory of the parser's own.
public struct RequestParser {
    /// What to do next.
    public enum Step: Equatable {
        /// Drop so many bytes, then wait: at most `limit` unread bytes are needed for the next step.
        case needMore(consumed: Int, limit: Int)
        /// The client waits for `100 Continue` before it sends the body; call `next` again.
        case sendContinue
        /// A request is complete: look at it with `withRequest`, then drop so many bytes and call `reset`.
        case request(consumed: Int)
        /// Answer with this status, then close.
        case failed(status: Int)
    }

    private enum Phase: Equatable {
        case head
        case body
        case chunks(ChunkedBody.Phase)
        case done
    }

    /// The bounds of a request.
    public let limits: HTTPLimits
    private(set) var head = RequestHead()
    private var known = KnownLines()
    private var phase = Phase.head
    private var tried = 0
    private var continued = false
    /// For a chunked request: its head, then its body as far as it has arrived.
    private var stored: [UInt8] = []

    /// A parser at the beginning of a request.
    public init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

    /// Whether the head of the current request is complete.
    public var hasHead: Bool { phase != .head }

    /// Whether the connection can go on after the current request.
    public var isKeptAlive: Bool { head.isKeptAlive }

    /// Reads on; `bytes` are all that are unread.
    public mutating func next(_ bytes: UnsafeRawBufferPointer) -> Step {
        if phase == .head {
            guard isWorthATry(bytes) else { return .needMore(consumed: 0, limit: limits.headBytes + 1) }
            switch head.parse(bytes, limits, known: &known) {
            case .failed(let status): return .failed(status: status)
            case .needMore:
                tried = bytes.count
                return .needMore(consumed: 0, limit: limits.headBytes + 1)
            case .done:
                phase = .body
                if head.isChunked { beginChunks(bytes) }
            }
        }
        if head.isChunked { return nextChunk(bytes) }
        let needed = head.count + (head.contentLength ?? 0)
        if bytes.count >= needed {
            phase = .done
            return .request(consumed: needed)
        }
        return waitForBody(.needMore(consumed: 0, limit: needed))
    }

    private mutating func waitForBody(_ step: Step) -> Step {
        guard head.expectsContinue, !continued else { return step }
        continued = true
        return .sendContinue
    }

    /// A head that comes in many small pieces is not read from its beginning for every one of them.
    private func isWorthATry(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.count <= 1024 || bytes.count >= 2 * tried || bytes.count > limits.headBytes { return true }
        for at in max(0, tried - 3)..<bytes.count where bytes[at] == 0x0A {
            if at + 1 < bytes.count && (bytes[at + 1] == 0x0A || bytes[at + 1] == 0x0D) { return true }
        }
        return false
    }

    private mutating func beginChunks(_ bytes: UnsafeRawBufferPointer) {
        stored.removeAll(keepingCapacity: true)
        stored.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<head.count]))
        phase = .chunks(.unread)
    }

    private mutating func nextChunk(_ bytes: UnsafeRawBufferPointer) -> Step {
        guard case .chunks(var chunks) = phase else { return .request(consumed: 0) }
        // The head is dropped together with the first chunks, because `expectsContinue` may come between.
        var at = chunks == .unread ? head.count : 0
        if chunks == .unread {
            if head.expectsContinue && !continued && bytes.count == at { return waitForBody(.sendContinue) }
            chunks = .size
        }
        let result = ChunkedBody.read(
            bytes, &at, &chunks, into: &stored, bodyLimit: limits.bodyBytes + head.count, trailerLimit: limits.headBytes
        )
        phase = .chunks(chunks)
        switch result {
        case .failed(let status): return .failed(status: status)
        case .needMore: return .needMore(consumed: at, limit: 64 << 10)
        case .done:
            phase = .done
            return .request(consumed: at)
        }
    }

    /// Shows the request that `next` completed, in place; `bytes` are the same as there. Until `body` returns, nobody else looks at the parser.
    public mutating func withRequest<R>(in bytes: UnsafeRawBufferPointer, _ body: (borrowing HTTPRequest) -> R) -> R {
        let (start, end) = (head.count, head.count + (head.contentLength ?? 0))
        let isChunked = head.isChunked
        return withUnsafePointer(to: &head) { head in
            guard isChunked else {
                let content = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                return body(HTTPRequest(head: head, bytes: bytes, body: content))
            }
            return stored.withUnsafeBytes { all in
                body(HTTPRequest(head: head, bytes: all, body: UnsafeRawBufferPointer(rebasing: all[start...])))
            }
        }
    }

    /// Begins the next request.
    public mutating func reset() {
        phase = .head
        tried = 0
        continued = false
        if stored.capacity > 16 << 10 { stored = [] }
    }
}
