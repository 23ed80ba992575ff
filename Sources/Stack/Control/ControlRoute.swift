import HTTP

/// What the control API answers: the one list. `/` and what begins with `/console` are kept for a page in the browser.
enum ControlRoute: CaseIterable, Sendable {
    /// What runs, where, and whether it is ready.
    case status
    /// What the consumer groups have read and have yet to read.
    case lag
    /// Stop a service and start it again.
    case restart
    /// Go back to the stack file.
    case reset
    /// Stop the stack.
    case down

    /// The method that it is asked with.
    var method: HTTPMethod {
        switch self {
        case .status, .lag: .get
        case .restart, .reset, .down: .post
        }
    }

    /// Its path; a segment in braces is the route's parameter.
    var pattern: String {
        switch self {
        case .status: "/status"
        case .lag: "/lag"
        case .restart: "/services/{name}/restart"
        case .reset: "/reset"
        case .down: "/down"
        }
    }

    /// The path with its parameter, which must need no escape.
    func path(_ parameter: String = "") -> String {
        pattern.split(separator: "/").map { $0.hasPrefix("{") ? "/" + parameter : "/" + $0 }.joined()
    }

    /// What a request asks for.
    enum Match: Equatable {
        case found(ControlRoute, parameter: String)
        /// The path is there, and is asked with another method.
        case wrongMethod(allowed: HTTPMethod)
        case none
    }

    /// The route of a request.
    static func match(_ method: HTTPMethod, path: String) -> Match {
        let asked = path.split(separator: "/", omittingEmptySubsequences: false)
        var allowed: HTTPMethod?
        for route in allCases {
            let expected = route.pattern.split(separator: "/", omittingEmptySubsequences: false)
            guard expected.count == asked.count else { continue }
            var parameter = ""
            let fits = zip(expected, asked).allSatisfy { expected, asked in
                guard expected.hasPrefix("{") else { return expected == asked }
                parameter = String(asked)
                return !asked.isEmpty
            }
            guard fits else { continue }
            if route.method == method { return .found(route, parameter: parameter) }
            allowed = route.method
        }
        return allowed.map { .wrongMethod(allowed: $0) } ?? .none
    }
}
