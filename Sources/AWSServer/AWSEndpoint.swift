import AWSSignature
import DynamoDB
import HTTP
import Reactor
import STS

/// AWS's port: DynamoDB's JSON 1.0 protocol over HTTP, on one loop with its engines.
///
/// Requests of one turn of the loop share one transaction of their database. From the first write on, the turn's answers are held; at the turn's end it is
/// committed once, then they are sent. When the commit fails, each answer of that database becomes the server error that AWS gives.
public final class AWSEndpoint {
    /// How the port behaves.
    public struct Configuration: Sendable {
        /// The region in answers to requests that are not signed for one.
        public var region = "us-east-1"
        /// What signatures are checked against; nil lets every request in.
        public var verifier: SignatureVerifier?
        /// The version of the program, for those who ask.
        public var version = ""
        /// Where request ids and temporary credentials come from.
        public var random: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }

        /// The defaults.
        public init() {}
    }

    let loop: EventLoop
    let databases: Databases
    private(set) var server: HTTPServer?
    var composer: ResponseComposer
    private var callers: CallerReader
    private var verifier: SignatureVerifier?
    /// The credentials that STS handed out.
    let sessions: Sessions
    let account: String
    let version: String
    /// The answers that wait for the turn's commit.
    private var held = HeldAnswers()
    /// Operations that take longer than a turn.
    private var long: [LongAnswer] = []
    private var body: [UInt8] = []
    /// The room for an answer that is kept for the next one, in bytes.
    private static let bodyKept = 1 << 20
    private var steps: Timer?
    private var copies: Timer?
    private var expiry: Timer?
    /// When `expiry` fires, in milliseconds since 1970; nil when it does not.
    private var expiryMillis: Int64?
    private var isStepSoon = true
    /// Whether `copies` will look at the logs.
    private var awaitsRest = false
    /// How long nothing is to be written before a database's log is copied.
    private static let restBeforeCopy = Duration.milliseconds(250)
    private var resumes: Timer?
    private var lateCommit: Timer?

    private struct LongAnswer {
        let exchange: HTTPExchange
        let form: AnswerForm
        let database: Database
        let operation: LongOperation
        var body: [UInt8]
    }

    #if ANSWER_BEFORE_COMMIT
        /// The fault that the crash test has to find, in a build that `make crash-proof` makes: answers leave at once, and the commit
        /// follows some time later.
        private static let commitsBeforeSending = false
    #else
        private static let commitsBeforeSending = true
    #endif

    /// AWS takes 16 KB of request line and fields, and 16 MB of body.
    static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.requestLineBytes = 16 << 10
        limits.headBytes = 16 << 10
        limits.bodyBytes = 16 << 20
        return limits
    }()

    /// Takes over the engine: nobody else may call it.
    public convenience init(loop: EventLoop, engine: Engine, configuration: Configuration = Configuration()) {
        self.init(loop: loop, databases: Databases(shared: engine), configuration: configuration)
    }

    /// Takes over the databases: nobody else may call them.
    public init(loop: EventLoop, databases: Databases, configuration: Configuration = Configuration()) {
        self.loop = loop
        self.databases = databases
        composer = ResponseComposer(seed: configuration.random())
        callers = CallerReader(region: configuration.region)
        verifier = configuration.verifier
        sessions = Sessions(random: configuration.random)
        account = databases.account
        version = configuration.version
        databases.isBusy = { [unowned self] database in long.contains { $0.database === database } }
        databases.onOpen = { [unowned self] in stepSoon() }
        steps = loop.timer { [unowned self] in step() }
        resumes = loop.timer { [unowned self] in resumeLong() }
        copies = loop.timer { [unowned self] in settleLogs() }
        expiry = loop.timer { [unowned self] in
            expiryMillis = nil
            let now = loop.wallMillis
            for database in databases.open where database.engine.nextExpiryMillis ?? .max <= now {
                database.isStepDue = true
            }
            stepSoon()
        }
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
        let server = self.server ?? HTTPServer(loop: loop, limits: Self.limits, handler: self)
        self.server = server
        return try server.listen(on: address)
    }

    /// Commits what is open, answers it, and stops listening. The databases stay open.
    public func close() {
        endTurn()
        server?.close()
        // It keeps its handler, which this is.
        server = nil
        steps?.stop()
        copies?.stop()
        resumes?.stop()
        expiry?.stop()
    }

    // MARK: - Turns

    private func answer(
        _ exchange: HTTPExchange, _ form: AnswerForm, _ database: Database?, _ status: Int, _ body: [UInt8]
    ) {
        let content = compose(exchange, form, status, body)
        if let database, database.engine.hasWritten && Self.commitsBeforeSending {
            held.append(.init(exchange: exchange, form: form, database: database, whole: composer.whole(with: content)))
        } else {
            exchange.respond(head: composer.head.bytes, body: content)
        }
    }

    private func compose(
        _ exchange: HTTPExchange, _ form: AnswerForm, _ status: Int, _ body: [UInt8]
    ) -> [UInt8] {
        composer.compose(
            status: status, body: body, form: form, date: server?.dateBytes ?? [], isKeptAlive: exchange.isKeptAlive,
            isHead: exchange.isHead)
    }

    private func endTurn() {
        var failures: [(database: Database, error: DynamoDBError)] = []
        var hasCommitted = false
        for database in databases.open where database.engine.hasWritten {
            hasCommitted = true
            database.isStepDue = true
            do throws(DynamoDBError) { try database.engine.commitTurn() } catch { failures.append((database, error)) }
        }
        countRequests()
        guard hasCommitted || !held.isEmpty else { return }
        for answer in held.send(unless: { database in failures.contains { $0.database === database } }) {
            let error = failures.first { $0.database === answer.database }?.error ?? .internalServerError
            var body: [UInt8] = []
            error.append(to: &body)
            let content = compose(answer.exchange, answer.form, error.kind.httpStatus, body)
            answer.exchange.respond(head: composer.head.bytes, body: content)
        }
        stepSoon()
        copyAtRest()
    }

    /// Counts the turn's requests in the metrics. The clock is read once more: a request's time is from the turn in which it came, which
    /// read it, to the commit of the turn that answers it.
    private func countRequests() {
        var nanos: Int64?
        for database in databases.open where database.engine.hasMeasured {
            let now = nanos ?? loop.currentNanos
            nanos = now
            database.engine.countTurn(nowMillis: loop.wallMillis, nanos: now)
        }
    }

    /// Background work comes a while after a commit, so that under load it does not come with every one.
    private func stepSoon() {
        guard !isStepSoon else { return }
        isStepSoon = true
        steps?.start(after: .milliseconds(databases.open.contains { $0.engine.isBuildingIndex } ? 1 : 50))
    }

    /// What was written is copied from the log into the database's file when nothing has been written for a while.
    private func copyAtRest() {
        guard !awaitsRest else { return }
        awaitsRest = true
        copies?.start(after: Self.restBeforeCopy)
    }

    private func settleLogs() {
        awaitsRest = false
        for database in databases.open where database.engine.settleLog() { copyAtRest() }
    }

    /// Background work of one database: a slice now, the next one soon if there is more, so that requests come in between; else
    /// after the next commit or a while. A second without a request, and caches are given back.
    private func step() {
        if !isStepSoon {
            for database in databases.open {
                database.isRestDue = true
                database.isStepDue = true
            }
        }
        if let database = databases.nextForStep() {
            if database.isRestDue { database.engine.rest() }
            database.isRestDue = false
            database.isStepDue = database.engine.step(now: loop.wallMillis)
            // What a slice has written, too.
            if database.isStepDue { copyAtRest() }
        }
        isStepSoon = databases.open.contains { $0.isStepDue }
        let isRestDue = databases.open.contains { $0.engine.isRestDue }
        steps?.start(after: isStepSoon ? .milliseconds(1) : isRestDue ? .seconds(1) : .seconds(10))
        awaitExpiry()
    }

    /// Items that expire are removed then, and not when the next background work happens to come.
    private func awaitExpiry() {
        let next = databases.open.compactMap { $0.engine.nextExpiryMillis }.min()
        guard next != expiryMillis, !isStepSoon else { return }
        expiryMillis = next
        guard let next else {
            expiry?.stop()
            return
        }
        expiry?.start(after: .milliseconds(min(max(0, next - loop.wallMillis), 3_600_000)))
    }

    /// Goes on with the operation that has waited longest: one step a call, so that other requests come in between.
    private func resumeLong() {
        guard !long.isEmpty else { return }
        var answer = long.removeFirst()
        if answer.exchange.isOpen {
            do throws(DynamoDBError) {
                if try answer.database.engine.resume(answer.operation, into: &answer.body) {
                    long.append(answer)
                } else {
                    self.answer(answer.exchange, answer.form, answer.database, 200, answer.body)
                }
            } catch {
                refuse(answer.exchange, answer.form, error, of: answer.database)
            }
        }
        // Not at once: libuv would run it before it looks at any connection.
        if !long.isEmpty { resumes?.start(after: .milliseconds(1)) }
    }

    private func refuse(
        _ exchange: HTTPExchange, _ form: AnswerForm, _ error: DynamoDBError, of database: Database? = nil
    ) {
        // The errors of its own operations an engine counts itself.
        if database == nil { databases.shared?.engine.measureRefusal(error) }
        var body: [UInt8] = []
        error.append(to: &body)
        answer(exchange, form, database, error.kind.httpStatus, body)
    }
}

extension AWSEndpoint: HTTPHandler {
    /// Handles one request.
    public func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
        guard request.method == .post, RequestPath.isRoot(request.pathBytes),
            let type = ContentType(request.header(.contentType), emptyBody: request.body.isEmpty)
        else {
            if !handleService(request, exchange) { handlePage(request, exchange) }
            return
        }
        let operation = Target.operation(request.header(.amazonTarget))
        if operation == nil, let asked = ServiceRequest(target: request.header(.amazonTarget)) {
            return handle(asked, request, exchange)
        }
        let form = AnswerForm(
            type: type, isForOrigin: request.header(.origin) != nil,
            coding: AcceptEncoding.coding(request.header(.acceptEncoding)))
        let caller = caller(of: request, service: Services.dynamoDB.signingName)
        guard request.header(.contentEncoding) != nil else {
            return handle(operation, request.body, request, form, caller, exchange)
        }
        // Not a very good answer to a mistake of the client, but AWS's.
        guard let codings = Decompression.codings(of: request) else {
            return refuse(exchange, form, .internalServerError)
        }
        if codings.isEmpty { return handle(operation, request.body, request, form, caller, exchange) }
        guard let body = Decompression.decode(request.body, codings, limit: Self.limits.bodyBytes) else {
            return refuse(exchange, form, .internalServerError)
        }
        body.withUnsafeBytes { handle(operation, $0, request, form, caller, exchange) }
    }

    /// Who asks a service, by its signing name; with nil one that asks for no signature.
    func caller(of request: borrowing HTTPRequest, service: String?) -> Caller {
        guard verifier != nil, let service else {
            let signed = callers.caller(authorization: request.header(.authorization), target: request.target)
            guard !sessions.isEmpty else { return signed }
            return caller(signed.credential.accessKeyID, signed.credential.region)
        }
        return verified(request, service)
    }

    private func caller(_ accessKeyID: String?, _ region: String) -> Caller {
        let session = sessions.session(accessKeyID, now: loop.wallMillis / 1000)
        return Caller(
            credential: SignedCredential(accessKeyID: session?.origin ?? accessKeyID, region: region),
            signedKey: accessKeyID)
    }

    /// Handles a request whose body is as it was before compression.
    private func handle(
        _ operation: DynamoDB.Operation?, _ content: UnsafeRawBufferPointer, _ request: borrowing HTTPRequest,
        _ form: AnswerForm, _ caller: Caller, _ exchange: HTTPExchange
    ) {
        guard let operation else {
            return refuse(exchange, form, Self.isJSON(content) ? .init(.unknownOperation, nil) : .serialization(nil))
        }
        if let refusal = caller.refusal {
            return refuse(exchange, form, Self.isJSON(content) ? DynamoDBError(refusal) : .serialization(nil))
        }
        guard let database = databases.shared ?? (try? databases.database(of: caller.credential)) else {
            return refuse(exchange, form, .internalServerError)
        }
        var context = RequestContext(
            now: loop.wallMillis, region: caller.credential.region, arrivalNanos: loop.monotonicNanos)
        if operation.wantsHost, let host = request.header(.host) {
            context.host = String(decoding: host, as: UTF8.self)
        }
        body.removeAll(keepingCapacity: body.capacity <= Self.bodyKept)
        do throws(DynamoDBError) {
            if let long = try database.engine.begin(operation, body: content, context: context, into: &body) {
                self.long.append(
                    LongAnswer(exchange: exchange, form: form, database: database, operation: long, body: []))
                if self.long.count == 1 { resumes?.start(after: .zero) }
            } else {
                answer(exchange, form, database, 200, body)
            }
        } catch {
            refuse(exchange, form, error, of: database)
        }
    }

    /// Whose signature a request has, or why it does not let it in.
    private func verified(_ request: borrowing HTTPRequest, _ service: String) -> Caller {
        let target = request.target
        let mark = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        let isRoot = RequestPath.isRoot(request.pathBytes)
        var received = ReceivedRequest(
            method: String(decoding: request.methodBytes, as: UTF8.self),
            path: isRoot ? "/" : String(decoding: request.pathBytes, as: UTF8.self),
            query: String(decoding: target[mark...].dropFirst(), as: UTF8.self), headers: [], body: request.body)
        for index in 0..<request.fieldCount {
            received.headers.append(
                (
                    String(decoding: request.fieldName(index), as: UTF8.self),
                    String(decoding: request.fieldValue(index), as: UTF8.self)
                ))
        }
        let now = loop.wallMillis / 1000
        do throws(SignatureRefusal) {
            let verified = try verifier?.verify(received, service: service, now: now) {
                sessions.session($0, now: now)?.credentials
            }
            return caller(verified?.accessKeyID, verified?.scope.region ?? callers.unsigned.credential.region)
        } catch {
            return Caller(credential: callers.unsigned.credential, signedKey: nil, refusal: error)
        }
    }

    /// AWS reads the body before it looks what is asked for: one that is not JSON is told so whatever the operation.
    private static func isJSON(_ body: UnsafeRawBufferPointer) -> Bool {
        guard !body.isEmpty else { return true }
        var reader = JSONReader(body)
        do throws(DynamoDBError) {
            try reader.skip()
            try reader.end()
            return true
        } catch {
            return false
        }
    }

    /// A head that is too long is a bad request for AWS, and a body that is too long has an answer without one.
    public func refusal(_ status: Int) -> [UInt8]? {
        var output: [UInt8] = []
        switch status {
        case 413: ResponseWriter.append("HTTP/1.1 413 Request Entity Too Large\r\n", to: &output)
        case 414, 431: ResponseWriter.appendStatusLine(400, to: &output)
        default: return nil
        }
        ResponseWriter.append("Server: Server\r\nDate: ", to: &output)
        output += server?.dateBytes ?? []
        ResponseWriter.append("\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", to: &output)
        return output
    }

    /// The client of a long operation has gone: its rest is not computed.
    public func abandoned(_ exchange: HTTPExchange) {
        long.removeAll { !$0.exchange.isOpen }
    }
}

extension DynamoDBError {
    fileprivate init(_ refusal: SignatureRefusal) {
        let kind: Kind =
            switch refusal.kind {
            case .missingAuthenticationToken: .missingAuthenticationToken
            case .incompleteSignature: .incompleteSignature
            case .invalidSignature: .invalidSignature
            case .unrecognizedClient: .unrecognizedClient
            }
        self.init(kind, refusal.message)
    }
}
