@testable import Stack

extension Fuzzer {
    /// What people write.
    static let stackFiles = Fuzzer(
        name: "stack-files", summary: "nestbox.yaml, the command line and Kafka's properties",
        weight: 20, blockSize: 5000
    ) { _, _ in StackFilesSubject() }
}

/// Texts that people write, with slips.
private final class StackFilesSubject: FuzzSubject {
    private let mutation = Mutation(words: StackFilesSubject.words, bytesMax: 1 << 14)
    private let texts: [[UInt8]]

    init() {
        let builtIn = StackFile.builtInText
        // The lines that are commented out show what else there is: each paragraph a file of its own.
        let shown = builtIn.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { $0.hasPrefix("# ") }.map { $0.dropFirst(2) }.joined(separator: "\n")
        texts = [Array(builtIn.utf8), Array(shown.utf8)]
    }

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        switch random.below(4) {
        case 0: try takeCommandLine(&random)
        case 1: takeProperties(&random)
        default:
            var bytes = random.pick(texts)
            mutation.apply(to: &bytes, &random)
            do throws(Failure) {
                _ = try StackFile.parse(
                    bytes, name: "nestbox.yaml", directory: "/", environment: ["A": "b", "PORT": "80"])
            } catch {
                try check(error)
            }
        }
    }

    private func takeCommandLine(_ random: inout SeededRandom) throws(FuzzFault) {
        var bytes = random.pick(Self.commandLines)
        mutation.apply(to: &bytes, &random)
        guard let words = CommandWords.split(String(decoding: bytes, as: UTF8.self)) else { return }
        do throws(Failure) {
            _ = try Arguments.parse(words, environment: ["NESTBOX_DATA": "memory"])
        } catch {
            try check(error)
        }
    }

    private func takeProperties(_ random: inout SeededRandom) {
        var bytes = random.pick(Self.properties)
        mutation.apply(to: &bytes, &random)
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? KafkaProperties(
            environment: ["KAFKA_LISTENERS": text, "KAFKA_ADVERTISED_LISTENERS": text], properties: text, port: 9092,
            usesListenersOfEnvironment: random.once(in: 2))
    }

    /// What people see is one sentence.
    private func check(_ failure: Failure) throws(FuzzFault) {
        let text = "\(failure)"
        guard !text.isEmpty, text.utf8.count < 1 << 15 else { throw FuzzFault("an error of \(text.utf8.count) bytes") }
    }

    private static let commandLines: [[UInt8]] = [
        "up --only aws,kafka --data memory --aws-port 8000 --kafka-property a=b --table-delay 250ms --ready-timeout 5",
        "exec --any-port=false --host 127.0.0.1 -- sh -c 'echo \"$A\"'", "help stack", "version",
    ].map { Array($0.utf8) }

    private static let properties: [[UInt8]] = [
        "listeners=PLAINTEXT://0.0.0.0:9092,INSIDE://:9093\nadvertised.listeners=PLAINTEXT://localhost:9092\n"
            + "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT\nlog.retention.ms=-1\nnode.id=2",
        "PLAINTEXT://localhost:9092,CONTROLLER://[::1]:9093",
    ].map { Array($0.utf8) }

    private static let words: [[UInt8]] = [
        "\n", "  ", "- ", ": ", "{", "}", "[", "]", "&a ", "*a", "<<: *a", "!!str ", "|\n", ">-\n", "\"", "'", "${",
        "${A}", "${B:-", "$$", "#",
        "---\n", "...\n", "%YAML 1.2\n", "? ", "\t", "null", "~", "0x7f", "1e3", "://", "=", ",", "--",
        "-9223372036854775809", "2147483648",
    ].map { Array($0.utf8) }
}
