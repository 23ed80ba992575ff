import Reactor

/// Where the control API is to listen.
enum ControlPort: Equatable, Sendable {
    /// On this port, or nowhere.
    case exactly(UInt16)
    /// On this port, or on a free one when somebody else has it: commands find it by the lock file.
    case preferably(UInt16)
    /// On a free port.
    case free

    /// The port that people expect it on.
    static let standard: UInt16 = 4000

    /// Weighs what was given.
    /// - Parameters:
    ///   - asked: what flag, variable or stack file say
    ///   - taken: the ports that the emulators and services are to have
    init(asked: UInt16?, anyPort: Bool, taken: [UInt16]) {
        if let asked {
            self = .exactly(asked)
        } else if anyPort || taken.contains(Self.standard) {
            self = .free
        } else {
            self = .preferably(Self.standard)
        }
    }

    /// Listens on loopback, whatever `--host` says, and returns the port.
    func listen(_ listen: (SocketAddress) throws -> SocketAddress) throws(Failure) -> UInt16 {
        let host = try HostAddress("localhost")
        let mend = "choose another port with --control-port, or --any-port"
        func take(_ port: UInt16?) throws(Failure) -> UInt16 {
            try host.listen(port: port, for: "the control API", mend: mend, listen)
        }
        switch self {
        case .exactly(let port): return try take(port)
        case .free: return try take(nil)
        // A socket of one address must not be left when the other one's port is taken: so look first.
        case .preferably(let port): return try take(HostAddress.isFree(port: port) ? port : nil)
        }
    }
}

extension SocketAddress {
    /// Reads `http://127.0.0.1:4000`, with or without a slash at its end; nil for anything else.
    init?(url: some StringProtocol) {
        let scheme = "http://"
        guard url.hasPrefix(scheme) else { return nil }
        let authority = url.dropFirst(scheme.count)
        self.init(String(authority.hasSuffix("/") ? authority.dropLast() : authority))
    }
}
