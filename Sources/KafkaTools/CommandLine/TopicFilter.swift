/// Which topics `--topic`, `--include` and the like mean: a regular expression that must match the whole name.
struct TopicFilter {
    /// Nil for a name that is meant as it stands.
    private let regex: Regex<AnyRegexOutput>?
    private let text: String

    /// Topics that Kafka itself writes.
    static let internalTopics: Set<String> = ["__consumer_offsets", "__transaction_state"]

    /// Reads an expression as Kafka's tools do: commas stand for `|`, blanks and quotation marks around it are dropped.
    ///
    /// Throws what Kafka's tools throw for an expression that is none.
    init(_ expression: String) throws(ToolError) {
        var text = expression.trimmed.map { $0 == "," ? "|" : $0 }.filter { $0 != " " }[...]
        text = text.drop { $0 == "\"" || $0 == "'" }
        while text.last == "\"" || text.last == "'" { text.removeLast() }
        self.text = String(text)
        if text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }) {
            regex = nil
            return
        }
        do { regex = try Regex(self.text) } catch {
            throw .exception(.init("java.lang.RuntimeException", "\(self.text) is an invalid regex."))
        }
    }

    /// Whether a topic is meant.
    func matches(_ topic: String) -> Bool {
        guard let regex else { return topic == text }
        return (try? regex.wholeMatch(in: topic)) != nil
    }
}
