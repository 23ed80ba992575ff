import HTTP
import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How a service is asked whether it is ready.
enum ReadinessProbe: Equatable {
    /// A GET that must be answered with 200 to 299.
    case http(host: String, port: UInt16, path: String)
    /// Somebody must listen on the port.
    case listener(port: UInt16)

    /// How long an answer may take.
    static let timeout = Duration.seconds(2)

    /// The probe of a service: its `ready`, else its port, else none.
    init?(_ service: ServiceDefinition, port: UInt16?) {
        guard let ready = service.ready else {
            guard let port else { return nil }
            self = .listener(port: port)
            return
        }
        if ready.hasPrefix("/") {
            guard let port else { return nil }
            self = .http(host: "localhost", port: port, path: ready)
            return
        }
        let rest = ready.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest.dropFirst(authority.count)
        var host = String(authority)
        var number: UInt16 = 80
        if let colon = authority.lastIndex(of: ":"), let port = UInt16(authority[authority.index(after: colon)...]) {
            host = String(authority[..<colon])
            number = port
        }
        self = .http(
            host: host, port: number, path: path.isEmpty ? "/" : path.hasPrefix("/") ? String(path) : "/" + path)
    }

    /// How messages call it.
    var description: String {
        switch self {
        case .http(let host, let port, let path): "GET http://\(host):\(port)\(path)"
        case .listener(let port): "port \(port)"
        }
    }

    /// Asks, and calls `then` once with nil when the service is ready, else with the reason.
    func ask(_ loop: EventLoop, _ then: @escaping (String?) -> Void) {
        switch self {
        case .listener(let port):
            let isThere = Self.addresses(of: "localhost", port: port).contains { Self.isListening($0) }
            then(isThere ? nil : "nobody listens on port \(port)")
        case .http(let host, let port, let path):
            ask(loop, Self.addresses(of: host, port: port)[...], host: "\(host):\(port)", path: path, then)
        }
    }

    /// A service may listen on one of the loopback addresses only, so that a refusal by one asks the next.
    private func ask(
        _ loop: EventLoop, _ addresses: ArraySlice<SocketAddress>, host: String, path: String,
        _ then: @escaping (String?) -> Void
    ) {
        guard let address = addresses.first else { return then("\(description): no such host") }
        HTTPClient.get(loop: loop, address: address, host: host, path: path, timeout: Self.timeout) { result in
            switch result {
            case .success(let response) where (200...299).contains(response.status):
                then(nil)
            case .success(let response):
                then("\(description) answered \(response.status)\(Self.excerpt(response.body))")
            case .failure(.system(let error)) where error.code == ECONNREFUSED && addresses.count > 1:
                ask(loop, addresses.dropFirst(), host: host, path: path, then)
            case .failure(let error):
                then("\(description): \(error)")
            }
        }
    }

    /// The first words of a short answer, for people.
    static func excerpt(_ body: [UInt8]) -> String {
        let line = body.prefix(120).prefix { $0 != UInt8(ascii: "\n") }.filter { $0 >= 0x20 }
        return line.isEmpty ? "" : " " + String(decoding: line, as: UTF8.self)
    }

    private static func addresses(of host: String, port: UInt16) -> [SocketAddress] {
        if host == "localhost" { return [.loopback(port: port), .loopbackIPv6(port: port)] }
        return (try? SocketAddress.resolve(host: host, port: port)) ?? []
    }

    /// Whether a connection is taken at once, as it is on this machine.
    private static func isListening(_ address: SocketAddress) -> Bool {
        HostAddress.withSocket(address) { descriptor, name, length in
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            return connect(descriptor, name, length) == 0
        } ?? false
    }
}
