#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Calls an engine without sockets, so that its instructions can be counted: the same calls execute the same instructions in every run.
///
///     engine-calls WORK COUNT DIRECTORY        WORK is a name of `Work.all`; DIRECTORY is empty and stays so
///
/// What the calls need is made before `measuredCalls`, in which callgrind is told to collect.
@main
enum Program {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let count = Int(arguments[2]),
            let kind = Work.all.first(where: { $0.name == arguments[1] })
        else {
            print("usage: engine-calls \(Work.all.map(\.name).joined(separator: "|")) COUNT DIRECTORY")
            exit(2)
        }
        let work = try kind.prepare(arguments[3])
        // What is made once, at the first calls, is no part of a call.
        for _ in 0..<16 { work.call() }
        measuredCalls(work, count)
        work.close()
    }
}

/// One kind of call, prepared.
class Work {
    /// Makes one call.
    func call() { fatalError("a kind of work says what its call is") }

    /// Closes what was opened.
    func close() {}

    /// The kinds of work there are.
    static let all: [(name: String, prepare: @Sendable (_ directory: String) throws -> Work)] = [
        ("GetItem", { try TableCalls.getItem(in: $0) }),
        ("Query", { try TableCalls.query(in: $0) }),
        ("UpdateItem", { try TableCalls.updateItem(in: $0) }),
        ("PutItem", { try TableCalls.putItem(in: $0) }),
        ("Produce", { try BrokerCalls.produce(in: $0) }),
        ("Fetch", { try BrokerCalls.fetch(in: $0) }),
    ]
}

/// The calls that count: callgrind is told to collect in this function.
@inline(never)
private func measuredCalls(_ work: Work, _ count: Int) {
    for _ in 0..<count { work.call() }
}

/// Numbers that look random and are the same in every run.
struct Sequence64 {
    private var state: UInt64 = 88_172_645_463_325_252

    /// The next number (xorshift64).
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
