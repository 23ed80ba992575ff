import Fuzzing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `fuzz [NAME|all] [--seed N] [--inputs N] [--first N]`: every fuzzer there is, by name and seed. The first input that does what it must
/// not is printed with what repeats it.
@main
enum Program {
    static func main() {
        var words = Array(CommandLine.arguments.dropFirst())
        let seed = UInt64(value(of: "--seed", in: &words) ?? 1)
        let inputs = value(of: "--inputs", in: &words) ?? 1_000_000
        let first = value(of: "--first", in: &words) ?? 0
        let name = words.first ?? "all"
        guard words.count <= 1, name == "all" || Fuzzer.named(name) != nil else {
            print("usage: fuzz [NAME|all] [--seed N] [--inputs N] [--first N]")
            for fuzzer in Fuzzer.all { print("  \(fuzzer.name): \(fuzzer.summary)") }
            exit(2)
        }
        let chosen = name == "all" ? Fuzzer.all : Fuzzer.all.filter { $0.name == name }
        let weights = chosen.reduce(0) { $0 + $1.weight }
        print("fuzzer                  inputs  inputs/s  slowest    growth   seed \(seed)")
        for fuzzer in chosen {
            run(fuzzer, seed, first..<first + max(1, inputs * fuzzer.weight / weights))
        }
    }

    private static func run(_ fuzzer: Fuzzer, _ seed: UInt64, _ inputs: Range<Int>) {
        do {
            let report = try FuzzRun(fuzzer, seed: seed, inputs: inputs).run()
            let rate = Int(Double(report.inputs) * 1e9 / Double(max(1, report.nanos)))
            print(
                pad(fuzzer.name, 20, left: true), pad("\(report.inputs)", 9), pad("\(rate)", 9),
                pad("\(report.slowest.nanos / 1_000_000) ms", 8), pad("\(report.growthBytes >> 20) MiB", 9))
            fflush(nil)
        } catch {
            print("fuzz: \(error)")
            exit(1)
        }
    }

    private static func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
        let spaces = String(repeating: " ", count: max(0, width - text.count))
        return left ? text + spaces : spaces + text
    }

    /// Takes an option and its number out of the words.
    private static func value(of option: String, in words: inout [String]) -> Int? {
        guard let at = words.firstIndex(of: option), at + 1 < words.count, let number = Int(words[at + 1]) else {
            return nil
        }
        words.removeSubrange(at...at + 1)
        return number
    }
}
