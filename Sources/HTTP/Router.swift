import Reactor

/// A request as the services' handlers get it: a copy that can be kept.
public struct Request: Sendable {
    /// The method.
    public var method: HTTPMethod
    /// The path, percent signs decoded.
    public var path: String
    /// The path's parameters by the names in the route's pattern.
    public var parameters: [String: String]
    /// The query as sent, without `?`.
    public var query: String?
    /// The header fields in the order sent.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]
    /// The client's end.
    public var peer: SocketAddress

    /// Copies a request.
    public init(_ request: borrowing HTTPRequest, parameters: [String: String] = [:], peer: SocketAddress) {
        method = request.method
        path = request.path
        query = request.query
        self.parameters = parameters
        headers = (0..<request.fieldCount).map {
            (
                String(decoding: request.fieldName($0), as: UTF8.self),
                String(decoding: request.fieldValue($0), as: UTF8.self)
            )
        }
        body = Array(request.body)
        self.peer = peer
    }

    /// The value of the first field of this name, in any case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The value of the first query parameter of this name, decoded; empty when it has none.
    public func queryParameter(_ name: String) -> String? {
        guard let query else { return nil }
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = parts.first, percentDecoded(first, plusIsSpace: true) == name else { continue }
            return parts.count > 1 ? percentDecoded(parts[1], plusIsSpace: true) : ""
        }
        return nil
    }
}

/// What a service's handler answers.
public struct Response: Sendable {
    /// The status code.
    public var status: Int
    /// Header fields; Content-Length, Date and Connection are added.
    public var headers: [(String, String)]
    /// The body.
    public var body: [UInt8]

    /// A response.
    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response of plain text.
    public static func text(_ status: Int, _ text: String) -> Response {
        Response(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }
}

/// Which handler answers which method and path. A pattern is a path whose segments may be parameters: `/api/v1/orders/{id}`.
public struct Router: Sendable {
    /// A service's handler; runs as a task on the server's loop.
    public typealias Handler = @Sendable (Request) async throws -> Response

    private struct Route: Sendable {
        var method: HTTPMethod
        var segments: [Substring]
        var handler: Handler
    }

    enum Match {
        case found(Handler, [String: String])
        case wrongMethod(allowed: [HTTPMethod])
        case none
    }

    private var routes: [Route] = []
    /// Answers a path that no route has.
    public var notFound: Handler = { _ in .text(404, "404 page not found\n") }
    /// Answers a method that the path's routes do not have; Allow is added.
    public var methodNotAllowed: Handler = { _ in .text(405, "405 method not allowed\n") }
    /// Answers when a handler throws.
    public var failed: @Sendable (Request, any Error) async -> Response = { _, _ in
        .text(500, "500 internal server error\n")
    }

    /// Without routes.
    public init() {}

    /// Adds a route. The first one that fits wins; HEAD goes to GET's routes, too.
    public mutating func on(_ method: HTTPMethod, _ pattern: String, _ handler: @escaping Handler) {
        routes.append(Route(method: method, segments: Self.segments(pattern), handler: handler))
    }

    private static func segments(_ path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }

    func match(_ method: HTTPMethod, rawPath: String) -> Match {
        let path = Self.segments(rawPath)
        var allowed: [HTTPMethod] = []
        for route in routes {
            guard let parameters = Self.parameters(route.segments, path) else { continue }
            if route.method == method || (method == .head && route.method == .get) {
                return .found(route.handler, parameters)
            }
            if !allowed.contains(route.method) { allowed.append(route.method) }
        }
        return allowed.isEmpty ? .none : .wrongMethod(allowed: allowed)
    }

    private static func parameters(_ pattern: [Substring], _ path: [Substring]) -> [String: String]? {
        guard pattern.count == path.count else { return nil }
        var found: [String: String] = [:]
        for (expected, actual) in zip(pattern, path) {
            // Decoded by segment, so that an encoded slash stays in its segment.
            let text = percentDecoded(actual.utf8, plusIsSpace: false)
            if expected.hasPrefix("{") && expected.hasSuffix("}") {
                if actual.isEmpty { return nil }
                found[String(expected.dropFirst().dropLast())] = text
            } else if expected != text {
                return nil
            }
        }
        return found
    }
}

/// Serves a router: handlers run as tasks that prefer the server's loop, their answers go out in the turn in which they end.
public final class RouterHandler: HTTPHandler {
    private let router: Router
    private let loop: EventLoop
    private var pending: [UInt64: HTTPExchange] = [:]
    private var next: UInt64 = 0
    private var answers: Mailbox<(UInt64, Response)>!

    /// Serves `router` on `loop`.
    public init(router: Router, loop: EventLoop) {
        self.router = router
        self.loop = loop
        answers = loop.mailbox { [weak self] (key: UInt64, response: Response) in
            guard let exchange = self?.pending.removeValue(forKey: key) else { return }
            exchange.respond(status: response.status, headers: response.headers, body: response.body)
        }
    }

    /// Begins the handler's task.
    public func handle(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
        let rawPath = String(decoding: request.pathBytes, as: UTF8.self)
        var copy = Request(request, peer: exchange.peer)
        let handler: Router.Handler
        var extra: [(String, String)] = []
        switch router.match(copy.method, rawPath: rawPath) {
        case .found(let found, let parameters):
            handler = found
            copy.parameters = parameters
        case .wrongMethod(let allowed):
            handler = router.methodNotAllowed
            extra = [("Allow", allowed.map(\.rawValue).joined(separator: ", "))]
        case .none: handler = router.notFound
        }
        next += 1
        pending[next] = exchange
        let request = copy
        let fields = extra
        Task(executorPreference: loop.handle) { [answers = answers!, failed = router.failed, key = next] in
            var response: Response
            do { response = try await handler(request) } catch { response = await failed(request, error) }
            response.headers += fields
            answers.put((key, response))
        }
    }

    /// Forgets the exchange; its task goes on.
    public func abandoned(_ exchange: HTTPExchange) {
        pending = pending.filter { $0.value.connection !== exchange.connection }
    }
}
