import DynamoDB
import HTTP
import Reactor

/// AWS's port: DynamoDB's JSON 1.0 protocol over HTTP, on one loop with its engine.
///
/// Requests of one turn of the loop share one transaction. From the first write on, the turn's answers are held; at the turn's end it is
/// committed once, then they are sent. When the commit fails, each of them becomes the server error that AWS gives.
public final class AWSEndpoint {
    /// How the port behaves.
    public struct Configuration: Sendable {
        /// The region in answers to requests that are not signed for one.
        public var region = "us-east-1"
        /// Where request ids come from.
        public var random: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }

        /// The defaults.
        public init() {}
    }

    private let loop: EventLoop
    private let engine: Engine
    private let configuration: Configuration
    private var server: HTTPServer?
    private var composer: ResponseComposer
    private var region: SignedRegion
    /// The answers that wait for the turn's commit.
    private var held = HeldAnswers()
    /// Reads that take longer than a turn.
    private var long: [LongAnswer] = []
    private var body: [UInt8] = []
    private var steps: Timer?
    private var isStepSoon = true
    private var resumes: Timer?
    private var lateCommit: Timer?

    private struct LongAnswer {
        let exchange: HTTPExchange
        let read: LongRead
        var body: [UInt8]
    }

    #if ANSWER_BEFORE_COMMIT
        /// The fault that the crash test has to find, in a build that `make crash-proof` makes: answers leave at once, and the commit
        /// follows some time later.
        private static let commitsBeforeSending = false
    #else
        private static let commitsBeforeSending = true
    #endif

    /// Takes over the engine: nobody else may call it.
    public init(loop: EventLoop, engine: Engine, configuration: Configuration = Configuration()) {
        self.loop = loop
        self.engine = engine
        self.configuration = configuration
        composer = ResponseComposer(seed: configuration.random())
        region = SignedRegion(unsigned: configuration.region)
        steps = loop.timer { [unowned self] in step() }
        resumes = loop.timer { [unowned self] in resumeLong() }
        if Self.commitsBeforeSending {
            loop.atTurnEnd { [weak self] in self?.endTurn() }
        } else {
            lateCommit = loop.timer { [unowned self] in endTurn() }
            lateCommit?.start(after: .milliseconds(50), repeating: .milliseconds(50))
        }
        steps?.start(after: .milliseconds(10))
    }

    /// Listens; port 0 takes a free one. Returns where.
    public func listen(on address: SocketAddress) throws(SystemError) -> SocketAddress {
        let server = self.server ?? HTTPServer(loop: loop, handler: self)
        self.server = server
        return try server.listen(on: address)
    }

    /// Commits what is open, answers it, and stops listening. The engine stays open.
    public func close() {
        endTurn()
        server?.close()
        steps?.stop()
        resumes?.stop()
    }

    // MARK: - Turns

    private func answer(_ exchange: HTTPExchange, _ status: Int, _ body: [UInt8]) {
        composer.compose(
            status: status, body: body, date: server?.dateBytes ?? [], isKeptAlive: exchange.isKeptAlive,
            isHead: exchange.isHead)
        if engine.hasWritten && Self.commitsBeforeSending {
            held.append(exchange, composer.whole)
        } else {
            composer.send(through: exchange)
        }
    }

    private func endTurn() {
        guard engine.hasWritten || !held.isEmpty else { return }
        do throws(DynamoDBError) {
            try engine.commitTurn()
            held.sendAll()
        } catch {
            var body: [UInt8] = []
            error.append(to: &body)
            for exchange in held.removeAll() {
                composer.compose(
                    status: error.kind.httpStatus, body: body, date: server?.dateBytes ?? [],
                    isKeptAlive: exchange.isKeptAlive, isHead: exchange.isHead)
                composer.send(through: exchange)
            }
        }
        stepSoon()
    }

    /// Background work comes a while after a commit, so that under load it does not come with every one.
    private func stepSoon() {
        guard !isStepSoon else { return }
        isStepSoon = true
        steps?.start(after: .milliseconds(50))
    }

    /// Background work of the engine: a slice now, the next one soon if there is more, else after the next commit or a while.
    private func step() {
        if !isStepSoon { engine.rest() }
        isStepSoon = engine.step(now: loop.wallMillis)
        steps?.start(after: isStepSoon ? .milliseconds(2) : .seconds(10))
    }

    /// Goes on with the read that has waited longest: one step a call, so that other requests come in between.
    private func resumeLong() {
        guard !long.isEmpty else { return }
        var answer = long.removeFirst()
        if answer.exchange.isOpen {
            do throws(DynamoDBError) {
                if try engine.resume(answer.read, into: &answer.body) {
                    long.append(answer)
                } else {
                    self.answer(answer.exchange, 200, answer.body)
                }
            } catch {
                refuse(answer.exchange, error)
            }
        }
        if !long.isEmpty { resumes?.start(after: .zero) }
    }

    private func refuse(_ exchange: HTTPExchange, _ error: DynamoDBError) {
        var body: [UInt8] = []
        error.append(to: &body)
        answer(exchange, error.kind.httpStatus, body)
    }
}

extension AWSEndpoint: HTTPHandler {
    /// Handles one request.
    public func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
        switch request.method {
        case .post: break
        case .get, .head: return health(request, exchange)
        default: return notFound(exchange)
        }
        guard ContentType.isJSON(request.header("content-type"), emptyBody: request.body.isEmpty) else {
            return notFound(exchange)
        }
        guard let operation = Target.operation(request.header("x-amz-target")) else {
            return refuse(exchange, DynamoDBError(.unknownOperation, nil))
        }
        var context = RequestContext(
            now: loop.wallMillis, region: region.of(authorization: request.header("authorization")))
        if operation.wantsHost, let host = request.header("host") {
            context.host = String(decoding: host, as: UTF8.self)
        }
        body.removeAll(keepingCapacity: true)
        do throws(DynamoDBError) {
            if let read = try engine.begin(operation, body: request.body, context: context, into: &body) {
                long.append(LongAnswer(exchange: exchange, read: read, body: []))
                if long.count == 1 { resumes?.start(after: .zero) }
            } else {
                answer(exchange, 200, body)
            }
        } catch {
            refuse(exchange, error)
        }
    }

    /// Load balancers and people ask `GET /`: AWS says which host is healthy.
    private func health(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
        guard request.pathBytes.elementsEqual("/".utf8) else { return notFound(exchange) }
        var text = Array("healthy: ".utf8)
        if let host = request.header("host") { text += host }
        exchange.respond(
            status: 200,
            headers: [
                ("Server", "Server"), ("x-amzn-RequestId", composer.requestID()),
                ("x-amz-crc32", "\(CRC32.checksum(text))"),
            ],
            body: text)
    }

    /// What AWS gives to anything that is not a POST of JSON.
    private func notFound(_ exchange: HTTPExchange) {
        let text = Array("<UnknownOperationException/>\n".utf8)
        exchange.respond(
            status: 404,
            headers: [
                ("Server", "Server"), ("x-amzn-RequestId", composer.requestID()),
                ("x-amz-crc32", "\(CRC32.checksum(text))"),
            ],
            body: text)
    }

    /// The client of a long read has gone: its rest is not computed.
    public func abandoned(_ exchange: HTTPExchange) {
        long.removeAll { !$0.exchange.isOpen }
    }
}
