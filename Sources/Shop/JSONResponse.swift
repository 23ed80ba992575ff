import DynamoDBClient
import HTTP
import Reactor

extension Response {
    /// An answer in JSON.
    public static func json(_ status: Int, _ body: JSON) -> Response {
        Response(status: status, headers: [("Content-Type", "application/json; charset=utf-8")], body: body.bytes)
    }

    /// An answer `{"error":"..."}`.
    public static func error(_ status: Int, _ message: String) -> Response {
        json(status, ["error": .string(message)])
    }
}

extension Request {
    /// What the request is called by in logs and events: `X-Request-ID`, which every request has once it is routed.
    public var requestID: String { header("X-Request-ID") ?? "" }
}

/// Which handler answers which method and path.
public struct Route: Sendable {
    let method: HTTPMethod
    let pattern: String
    let handler: Router.Handler

    /// A route; `pattern` is a path with parameters such as `/api/v1/orders/{id}`.
    public init(_ method: HTTPMethod, _ pattern: String, _ handler: @escaping Router.Handler) {
        self.method = method
        self.pattern = pattern
        self.handler = handler
    }
}

extension Router {
    /// A router whose answers are JSON, that logs each request and gives each its `X-Request-ID`.
    public static func shop(logger: Logger, _ routes: [Route]) -> Router {
        var router = Router()
        for route in routes { router.on(route.method, route.pattern, identified(logger, route.handler)) }
        router.notFound = identified(logger) { _ in .error(404, "not found") }
        router.methodNotAllowed = identified(logger) { _ in .error(405, "method not allowed") }
        return router
    }

    private static func identified(_ logger: Logger, _ handler: @escaping Handler) -> Handler {
        { request in
            var request = request
            var id = request.header("X-Request-ID") ?? ""
            // A header that is repeated into answers and logs is bounded.
            if id.isEmpty || id.utf8.count > 200 {
                id = UUID.make()
                request.headers.removeAll { $0.name.lowercased() == "x-request-id" }
                request.headers.append(("X-Request-ID", id))
            }
            let start = ContinuousClock.now
            var response: Response
            do {
                response = try await handler(request)
            } catch {
                logger.error(
                    "Request failed",
                    ["path": .string(request.path), "error": .string("\(error)"), "request_id": .string(id)])
                response = .error(500, "internal server error")
            }
            response.headers.append(("X-Request-ID", id))
            let isProbe = request.path.hasSuffix("/health") || request.path.hasSuffix("/ready")
            logger.log(
                isProbe ? .debug : .info, "HTTP Request",
                [
                    "method": .string(request.method.rawValue), "path": .string(request.path),
                    "status": .integer(response.status), "ip": .string(request.peer.host),
                    "latency": .number(seconds(ContinuousClock.now - start)), "request_id": .string(id),
                ])
            return response
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return Logger.seconds(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}

extension Response {
    /// The answer of a service that cannot serve yet, with the reason.
    public static func notReady(_ reason: String) -> Response {
        json(503, ["status": "not ready", "reason": .string(reason)])
    }
}
