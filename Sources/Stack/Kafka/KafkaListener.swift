/// One of the broker's listeners: where it listens, and what clients that come through it are told.
struct KafkaListener: Equatable, Sendable {
    /// Its name: clients that came through one listener are told that listener's address.
    var name: String
    /// The address; empty for all of the machine's.
    var host: String
    /// The port; 0 for a free one.
    var port: UInt16
    /// What clients are told; nil when each is told where it came to.
    var advertisedHost: String?
    var advertisedPort: UInt16?
    /// Whether it is the controllers', which clients do not use.
    var isController = false

    /// Understands `listeners`, `advertised.listeners` and what goes with them, as Kafka checks them.
    /// - Parameters:
    ///   - port: where Kafka listens when nothing says it
    ///   - followsAdvertised: whether the advertised names and ports are also those to listen on when `listeners` is not given,
    ///     as in Confluent's image
    static func all(
        listeners: String, port: UInt16, advertised: String?, followsAdvertised: Bool = false, protocols: String?,
        controllers: String?
    ) throws(Failure) -> [KafkaListener] {
        var told: [KafkaListener] = []
        if let advertised { told = try endpoints(advertised, "advertised.listeners") }
        var all: [KafkaListener]
        if !listeners.isEmpty {
            all = try endpoints(listeners, "listeners")
        } else if followsAdvertised, !told.isEmpty {
            all = told.map { KafkaListener(name: $0.name, host: "", port: $0.port) }
        } else {
            // Kafka listens on its port everywhere, under the one name that is told.
            all = [KafkaListener(name: told.first?.name ?? "PLAINTEXT", host: "", port: port)]
        }
        let controllerNames = words(controllers ?? "CONTROLLER")
        let map = try protocolMap(protocols)
        for index in all.indices {
            let listener = all[index]
            all[index].isController = controllerNames.contains(listener.name)
            guard let kind = map[listener.name] else {
                throw Failure(
                    .configuration,
                    "no security protocol is defined for listener \(listener.name); name it in listener.security.protocol.map"
                )
            }
            guard kind == "PLAINTEXT" else {
                throw Failure(
                    .configuration,
                    "listener \(listener.name) asks for \(kind), and there is only PLAINTEXT; change listener.security.protocol.map"
                )
            }
        }
        for address in told {
            guard let index = all.firstIndex(where: { $0.name == address.name }) else {
                throw Failure(
                    .configuration,
                    "advertised.listeners names \(address.name), which listeners does not have; make them agree")
            }
            guard !address.host.isEmpty, address.host != "0.0.0.0", address.port != 0 else {
                throw Failure(
                    .configuration,
                    "advertised.listeners cannot use \(address.host):\(address.port), where no client finds anything; "
                        + "give an address that clients can reach")
            }
            all[index].advertisedHost = address.host
            all[index].advertisedPort = address.port
        }
        guard all.contains(where: { !$0.isController }) else {
            throw Failure(.configuration, "listeners has none for clients; add PLAINTEXT://:9092")
        }
        try checkPorts(all)
        return all
    }

    /// Two listeners cannot have one port of one address.
    private static func checkPorts(_ all: [KafkaListener]) throws(Failure) {
        for (index, listener) in all.enumerated() where listener.port != 0 {
            let other = all[..<index].first {
                $0.port == listener.port && ($0.host == listener.host || $0.isEverywhere || listener.isEverywhere)
            }
            if let other {
                throw Failure(
                    .configuration,
                    "listeners \(other.name) and \(listener.name) both have port \(listener.port); give each its own")
            }
        }
    }

    private var isEverywhere: Bool { ["", "0.0.0.0", "::"].contains(host) }

    /// `NAME://host:port` between commas.
    private static func endpoints(_ text: String, _ config: String) throws(Failure) -> [KafkaListener] {
        var found: [KafkaListener] = []
        for word in words(text) {
            guard let listener = KafkaListener(word) else {
                throw Failure(
                    .configuration, "\(config) has `\(word)`, which is not NAME://host:port; correct it")
            }
            guard !found.contains(where: { $0.name == listener.name }) else {
                throw Failure(.configuration, "\(config) has \(listener.name) twice; give each listener its own name")
            }
            found.append(listener)
        }
        guard !found.isEmpty else {
            throw Failure(.configuration, "\(config) is empty; give NAME://host:port, or leave it out")
        }
        return found
    }

    init(name: String, host: String, port: UInt16) {
        self.name = name
        self.host = host
        self.port = port
    }

    /// Nil when the text is not `NAME://host:port`. An IPv6 address stands in brackets.
    init?(_ text: String) {
        guard let end = text.firstIndex(of: ":"), text[end...].hasPrefix("://") else { return nil }
        let name = text[..<end]
        var rest = text[end...].dropFirst(3)
        guard !name.isEmpty, let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...])
        else { return nil }
        rest = rest[..<colon]
        if rest.first == "[", rest.last == "]" { rest = rest.dropFirst().dropLast() }
        self.init(name: name.uppercased(), host: String(rest), port: port)
    }

    private static func protocolMap(_ text: String?) throws(Failure) -> [String: String] {
        guard let text else {
            return [
                "PLAINTEXT": "PLAINTEXT", "SSL": "SSL", "SASL_PLAINTEXT": "SASL_PLAINTEXT", "SASL_SSL": "SASL_SSL",
                "CONTROLLER": "PLAINTEXT",
            ]
        }
        var map: [String: String] = [:]
        for word in words(text) {
            let parts = word.split(separator: ":")
            guard parts.count == 2 else {
                throw Failure(
                    .configuration,
                    "listener.security.protocol.map has `\(word)`, which is not NAME:PROTOCOL; correct it")
            }
            map[parts[0].uppercased()] = parts[1].uppercased()
        }
        return map
    }

    private static func words(_ text: String) -> [String] {
        text.split(separator: ",").map { word in
            String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }.filter { !$0.isEmpty }
    }
}
