import KafkaBroker
import Reactor

/// One client's connection: frames of a four-byte size and a request, handled one at a time and answered in order, as Kafka's contract has it.
///
/// While an answer is outstanding what arrives waits in the input buffer, up to its limit, so that a disconnect is seen.
final class KafkaConnection: ConnectionHandler {
    let client: Client
    var lastUsedNanos: Int64
    /// Whether an answer is outstanding.
    var isParked: Bool { parked != nil }

    private unowned let endpoint: KafkaEndpoint
    private unowned let connection: Connection
    private var parked: RequestToken?
    /// An answer that came while its request was still being handled.
    private var early: (token: RequestToken, frame: ResponseFrame)?
    /// Whether what is written goes out before the end and nothing more is looked at.
    private var isEnding = false
    private static let smallInput = 64 << 10

    init(_ endpoint: KafkaEndpoint, _ connection: Connection, _ client: Client, nowNanos: Int64) {
        self.endpoint = endpoint
        self.connection = connection
        self.client = client
        lastUsedNanos = nowNanos
    }

    func received(_ connection: Connection) { handleNext() }

    func drained(_ connection: Connection) { handleNext() }

    func closed(_ connection: Connection) { endpoint.closed(client.id) }

    /// The peer sends no more: what it has asked is answered, except what would have to wait.
    func inputEnded(_ connection: Connection) {
        if isParked || nextFrame == nil { end() } else { handleNext() }
    }

    /// What the peer sent before it went counts all the same: who wants no answers goes when it has sent the last record. (Kafka too handles
    /// what it received of a channel that has closed.)
    func broken(_ connection: Connection) {
        while !isParked, !isEnding, let size = nextSize {
            guard isAllowed(size) else { return end() }
            guard let frame = nextFrame else {
                connection.inputLimit = max(Self.smallInput, size + 4)
                return
            }
            let outcome = endpoint.handle(frame, self)
            connection.input.consume(size + 4)
            switch outcome {
            case .respond, .nothing: break
            case .parked(let token): parked = token
            case .close: return end()
            }
        }
    }

    private func end() {
        isEnding = true
        connection.closeAfterFlush()
    }

    func close() { connection.close() }

    /// The answer to the parked request.
    func answer(_ token: RequestToken, _ frame: ResponseFrame) {
        guard parked == token else {
            early = (token, frame)
            return
        }
        parked = nil
        send(frame)
        goOn()
    }

    // MARK: - Frames

    /// The size of the next frame, once its four bytes are there.
    private var nextSize: Int? {
        let bytes = connection.input.bytes
        guard bytes.count >= 4 else { return nil }
        return Int(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
    }

    private func isAllowed(_ size: Int) -> Bool { size >= 0 && size <= endpoint.configuration.requestMaxBytes }

    /// The next frame, once it is whole. It lives until it is consumed.
    private var nextFrame: UnsafeRawBufferPointer? {
        guard let size = nextSize, size >= 0, connection.input.count - 4 >= size else { return nil }
        return UnsafeRawBufferPointer(rebasing: connection.input.bytes[4..<4 + size])
    }

    private func handleNext() {
        guard !isParked, !isEnding, !connection.isClosed, !connection.isOutputFull, let size = nextSize else { return }
        guard isAllowed(size) else { return end() }
        guard let frame = nextFrame else {
            connection.inputLimit = max(Self.smallInput, size + 4)
            return
        }
        early = nil
        let outcome = endpoint.handle(frame, self)
        guard !connection.isClosed else { return }
        connection.input.consume(size + 4)
        // What waits behind an answer that is outstanding takes no more than the first buffer, however large the request was.
        connection.inputLimit = Self.smallInput
        switch outcome {
        case .respond(let response): send(response)
        case .parked(let token):
            if let early, early.token == token {
                self.early = nil
                send(early.frame)
                return goOn()
            }
            parked = token
            if connection.isInputEnded { end() }
            return
        case .nothing: break
        // What was answered before still goes out.
        case .close: return end()
        }
        goOn()
    }

    /// After an answer: the next request, in the next turn, so that nobody waits for one client's many.
    private func goOn() {
        guard let size = nextSize else {
            if connection.isInputEnded { end() }
            return
        }
        if !isAllowed(size) || connection.input.count - 4 >= size {
            connection.deliverAgain()
        } else if connection.isInputEnded {
            end()
        } else {
            connection.inputLimit = max(Self.smallInput, size + 4)
        }
    }

    private func send(_ frame: ResponseFrame) {
        for chunk in frame.chunks {
            switch chunk {
            case .bytes(let bytes): connection.write(bytes)
            case .region(let region):
                connection.write(
                    FileRegion(
                        descriptor: region.descriptor, offset: region.offset, length: region.length, owner: region.owner
                    ))
            }
        }
    }
}
