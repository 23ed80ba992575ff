import DynamoDB
import HTTP
import Reactor

/// What the control API asks of the stack. Everything is called on the control loop.
protocol ControlledStack: AnyObject {
    /// How it is.
    var status: StackStatus { get }
    /// Tells what the consumer groups have read, once Kafka's loop has said; or why that cannot be known.
    func groups(_ then: @escaping (Result<[GroupProgress], Failure>) -> Void)
    /// Stops a service and starts it again; false when there is none of this name.
    func restart(_ service: String) -> Bool
    /// Goes back to the stack file.
    func reset(_ then: @escaping (Result<ResetCourse.Summary, Failure>) -> Void)
    /// Begins to stop it.
    func down()
}

/// The control API: HTTP and JSON on loopback, on the control loop. What concerns an emulator goes to its loop as a message.
final class ControlServer: HTTPHandler {
    /// What is answered to a request.
    struct Answer: Equatable {
        /// The HTTP status.
        var status: Int
        /// JSON.
        var body: [UInt8]

        /// JSON as it is.
        static func json(_ body: [UInt8], status: Int = 200) -> Answer { Answer(status: status, body: body) }

        /// `{"error":"..."}` with one sentence.
        static func error(_ status: Int, _ sentence: String) -> Answer {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("error")
            writer.string(sentence)
            writer.endObject()
            return Answer(status: status, body: writer.bytes)
        }
    }

    /// Where it listens.
    private(set) var address = SocketAddress.loopback()
    private let loop: EventLoop
    private unowned let stack: any ControlledStack
    private var server: HTTPServer?

    /// A server that does not listen yet.
    init(loop: EventLoop, stack: any ControlledStack) {
        self.loop = loop
        self.stack = stack
    }

    /// Listens on loopback.
    func listen(on port: ControlPort) throws(Failure) {
        var limits = HTTPLimits()
        limits.bodyBytes = 64 << 10
        let server = HTTPServer(loop: loop, limits: limits, handler: self)
        self.server = server
        address.port = try port.listen { try server.listen(on: $0) }
    }

    /// Stops listening.
    func close() {
        server?.close()
        // It keeps its handler, which this is.
        server = nil
    }

    /// Answers a request, or refuses it.
    func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
        func field(_ name: StaticString) -> String? {
            request.header(name).map { String(decoding: $0, as: UTF8.self) }
        }
        let fields = ControlAccess.Fields(
            host: field("host"), origin: field("origin"), site: field("sec-fetch-site"))
        if let refusal = ControlAccess.refusal(fields, port: address.port) {
            return send(.error(403, refusal), exchange)
        }
        switch ControlRoute.match(request.method, path: request.path) {
        case .found(let route, let parameter):
            carryOut(route, parameter, query: request.query) { [unowned self] in send($0, exchange) }
        case .wrongMethod(let allowed):
            send(
                .error(405, "\(request.path) is asked with \(allowed.rawValue)"), exchange,
                [("Allow", allowed.rawValue)])
        case .none:
            let paths = ControlRoute.allCases.map { "\($0.method.rawValue) \($0.pattern)" }.joined(separator: ", ")
            send(.error(404, "the control API has no \(request.path); it has \(paths)"), exchange)
        }
    }

    private func carryOut(
        _ route: ControlRoute, _ parameter: String, query: String?, _ answer: @escaping (Answer) -> Void
    ) {
        switch route {
        case .status: answer(.json(stack.status.json))
        case .lag:
            stack.groups { result in
                switch result {
                case .success(let groups): answer(.json(GroupProgress.json(groups)))
                case .failure(let failure): answer(.error(503, failure.message))
                }
            }
        case .restart:
            guard stack.restart(parameter) else { return answer(.error(404, "there is no service `\(parameter)`")) }
            answer(.json(stack.status.json, status: 202))
        case .reset:
            stack.reset { result in
                switch result {
                case .success(let summary): answer(.json(summary.json))
                case .failure(let failure): answer(.error(failure.kind == .notReady ? 409 : 500, failure.message))
                }
            }
        case .down:
            stack.down()
            answer(.json(stack.status.json, status: 202))
        }
    }

    private func send(_ answer: Answer, _ exchange: HTTPExchange, _ fields: [(String, String)] = []) {
        exchange.respond(
            status: answer.status,
            headers: [("Content-Type", "application/json"), ("Cache-Control", "no-store")] + fields,
            body: answer.body + [UInt8(ascii: "\n")])
    }
}
