#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Some inputs of one fuzzer, one after the other.
package struct FuzzRun {
    /// What a run has seen.
    package struct Report {
        /// The inputs taken.
        package var inputs = 0
        /// How long all of them took, in nanoseconds.
        package var nanos: UInt64 = 0
        /// The slowest input and how long it took, in nanoseconds.
        package var slowest: (input: Int, nanos: UInt64) = (0, 0)
        /// How much more memory was resident at the end than after the first tenth, in bytes.
        package var growthBytes = 0
    }

    let fuzzer: Fuzzer
    let seed: UInt64
    let inputs: Range<Int>

    /// An input that takes longer hangs; in nanoseconds.
    static let inputNanosMax: UInt64 = 2_000_000_000
    /// What may be resident more at the end than after the first tenth, in bytes.
    static let growthBytesMax = 96 << 20

    /// A run begins with the block that the first input is in, as an input may need what came before it.
    package init(_ fuzzer: Fuzzer, seed: UInt64, inputs: Range<Int>) {
        self.fuzzer = fuzzer
        self.seed = seed
        self.inputs = inputs.lowerBound / fuzzer.blockSize * fuzzer.blockSize..<inputs.upperBound
    }

    /// Takes the inputs. Throws the first fault, with what repeats it; a trap says the same on its way out.
    package func run() throws -> Report {
        Watch.begin(fuzzer.name, seed)
        defer { Watch.end() }
        var report = Report()
        var early = 0
        let start = Self.now()
        for first in stride(from: inputs.lowerBound, to: inputs.upperBound, by: fuzzer.blockSize) {
            try runBlock(first..<min(first + fuzzer.blockSize, inputs.upperBound), &report)
            if early == 0, first - inputs.lowerBound >= inputs.count / 10 { early = Self.residentBytes() }
        }
        report.nanos = Self.now() - start
        report.growthBytes = early == 0 ? 0 : max(0, Self.residentBytes() - early)
        guard report.growthBytes <= Self.growthBytesMax else {
            throw fault("it grew by \(report.growthBytes >> 20) MiB", inputs.upperBound - 1)
        }
        return report
    }

    private func runBlock(_ block: Range<Int>, _ report: inout Report) throws {
        let directory = try TemporaryDirectory()
        Watch.note(block.lowerBound, isFirst: true)
        var random = SeededRandom(seed: seed, input: -1 - block.lowerBound)
        let subject = try fuzzer.begin(directory.path, &random)
        var last = Self.now()
        for input in block {
            Watch.note(input)
            var random = SeededRandom(seed: seed, input: input)
            do throws(FuzzFault) { try subject.take(&random) } catch { throw fault(error.description, input) }
            let now = Self.now()
            if now - last > report.slowest.nanos { report.slowest = (input, now - last) }
            guard now - last <= Self.inputNanosMax else { throw fault("it took \((now - last) / 1_000_000) ms", input) }
            last = now
            report.inputs += 1
        }
        do throws(FuzzFault) { try subject.end() } catch { throw fault(error.description, block.upperBound - 1) }
    }

    private func fault(_ text: String, _ input: Int) -> FuzzFault {
        FuzzFault("\(fuzzer.name), seed \(seed), input \(input): \(text)")
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The bytes of this process's memory that are resident now; 0 where the system does not tell.
    private static func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, 128, file) != nil else { return 0 }
        let words = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// Says which input it was when the process traps or an input does not end.
private enum Watch {
    /// Written by the run, read by a signal handler, which can do no more than read memory and write a descriptor.
    nonisolated(unsafe) private static let input = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    nonisolated(unsafe) private static let label = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    nonisolated(unsafe) private static let labelCount = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    private static let signals = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM]
    /// An input that has not ended after so long will not end.
    private static let secondsMax: UInt32 = 20

    static func begin(_ name: String, _ seed: UInt64) {
        let text = Array("\nfuzz: \(name), seed \(seed), input ".utf8.prefix(255))
        labelCount.pointee = text.count
        for (index, byte) in text.enumerated() { label[index] = byte }
        input.pointee = 0
        for number in signals {
            signal(number) { number in
                Watch.tell(number == SIGALRM ? " does not end\n" : " crashed\n")
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static func note(_ number: Int, isFirst: Bool = false) {
        input.pointee = number
        // Not for each: it is a system call.
        if isFirst || number & 63 == 0 { alarm(secondsMax) }
    }

    static func end() {
        alarm(0)
        for number in signals { signal(number, SIG_DFL) }
    }

    private static func tell(_ ending: StaticString) {
        write(2, label, labelCount.pointee)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var at = 20
            var rest = input.pointee
            repeat {
                at -= 1
                digits[at] = UInt8(48 + rest % 10)
                rest /= 10
            } while rest > 0
            write(2, digits.baseAddress! + at, 20 - at)
        }
        write(2, ending.utf8Start, ending.utf8CodeUnitCount)
    }
}
