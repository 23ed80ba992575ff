/// Who may speak to the control API: programs on this machine, and pages that it serves itself. A page from elsewhere that a
/// browser on this machine shows could reach the port, too: under a foreign name that leads to 127.0.0.1 (DNS rebinding), which
/// its Host field tells, or by a request across sites, which Origin and Sec-Fetch-Site tell.
enum ControlAccess {
    /// The fields of a request that say where it comes from.
    struct Fields: Equatable {
        var host: String?
        var origin: String?
        var site: String?
    }

    /// Why a request to the API on `port` is refused, in one sentence; nil when it is not.
    static func refusal(_ fields: Fields, port: UInt16) -> String? {
        guard let host = fields.host, isLoopback(host, port: port) else {
            return "the control API is asked as localhost or 127.0.0.1, not as \(fields.host ?? "nobody")"
        }
        if let origin = fields.origin, !isOwn(origin, port: port) {
            return "the control API answers no page of \(origin)"
        }
        if let site = fields.site, site != "same-origin", site != "none" {
            return "the control API answers no request across sites"
        }
        return nil
    }

    private static let names = ["localhost", "127.0.0.1", "[::1]"]

    /// Whether a Host field is a name of loopback, with the port or none.
    private static func isLoopback(_ host: String, port: UInt16) -> Bool {
        names.contains { name in
            let host = host.lowercased()
            return host == name || host == "\(name):\(port)"
        }
    }

    private static func isOwn(_ origin: String, port: UInt16) -> Bool {
        names.contains { origin.lowercased() == "http://\($0):\(port)" }
    }
}
