/// What `nestbox up` prints once the emulators answer: each endpoint, where data and logs are, and the environment to
/// copy.
struct Banner {
    /// Where everything is found.
    var endpoints: ChildEnvironment.Endpoints
    /// The systems that are the real ones.
    var real: [Emulator] = []
    /// Where data is.
    var data: String
    /// Whether data goes away at exit.
    var isTemporary: Bool
    /// Where the services' logs are.
    var logs: String

    /// The text, without a line end after its last line.
    var text: String {
        var rows: [(String, String)] = []
        if let aws = endpoints.aws { rows.append(("DynamoDB", aws)) }
        if let kafka = endpoints.kafka { rows.append(("Kafka", kafka)) }
        rows += real.map { ($0 == .aws ? "DynamoDB" : "Kafka", "the real one, as the environment says") }
        rows += endpoints.services.map { ($0.name, $0.url) }
        rows.append(("data", isTemporary ? "\(data) (in memory: removed at exit)" : data))
        if !endpoints.services.isEmpty { rows.append(("logs", logs)) }
        let width = rows.map(\.0.utf8.count).max() ?? 0
        var lines = ["nestbox \(Version.text)", ""]
        lines += rows.map { "  \($0.0)\(String(repeating: " ", count: width - $0.0.utf8.count))  \($0.1)" }
        let given = ChildEnvironment.given(endpoints)
        if !given.isEmpty {
            lines.append("")
            lines += given.map { "  export \($0.name)=\(Self.quoted($0.value))" }
        }
        lines.append("")
        return lines.joined(separator: "\n")
    }

    /// A value as a shell reads it back.
    static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./:,@%+=".utf8.contains(byte)
            }
        }
        if isPlain, !value.isEmpty { return value }
        return "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
