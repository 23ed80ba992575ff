import Testing

@testable import KafkaTools

@Suite("A tool's help")
struct HelpTableTests {
    @Test(
        "Lines break after dashes, colons and points, before brackets, and after blanks",
        arguments: [
            ("in combination with --create", ["in ", "combination ", "with ", "--", "create"]),
            ("The server(s) to", ["The ", "server", "(s) ", "to"]),
            ("localhost:9092", ["localhost:", "9092"]),
            ("topic5:-3>", ["topic5:", "-3", ">"]),
            ("(default: kafka.tools.X)", ["(default: ", "kafka.", "tools.", "X)"]),
            ("PORT1,...,HOST3", ["PORT1,...,", "HOST3"]),
            ("\tflush.ms", ["\t", "flush.", "ms"]),
        ])
    func breaks(_ line: String, _ pieces: [String]) {
        #expect(LineBreaks.pieces(of: line).map(String.init) == pieces)
    }
}
