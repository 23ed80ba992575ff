/// One thing that happens in a run: data, so that a run can be repeated without some of its steps.
///
/// What exactly happens follows from the step's own random numbers and from what is there when its turn comes.
package struct Step: Hashable, Sendable, CustomStringConvertible {
    /// What happens, as the world that it happens in calls it.
    package let kind: String
    /// The seed of the step's random numbers.
    package let entropy: UInt64

    package init(kind: String, entropy: UInt64) {
        self.kind = kind
        self.entropy = entropy
    }

    /// Reads `kind:entropy`, the entropy in hexadecimal; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let entropy = UInt64(parts[1], radix: 16) else { return nil }
        self.init(kind: String(parts[0]), entropy: entropy)
    }

    package var description: String { kind + ":" + String(entropy, radix: 16) }
}

/// A system that is driven as a whole, with what surrounds it: clients, a disk, a clock.
package protocol World: AnyObject {
    /// What it is called on the command line.
    static var name: String { get }
    /// What may happen, and how often in relation to the rest.
    static var kinds: [(kind: String, weight: Int)] { get }

    /// A world of this seed, with a bug in it if one is planted. The seed decides what no step changes: the durability, for example.
    init(seed: UInt64, bug: PlantedBug?) throws

    /// What has happened so far.
    var trace: Trace { get }
    /// Lets one thing happen, and checks what must hold after it.
    func perform(_ kind: String, _ random: inout SeededRandom) throws
    /// Nothing goes wrong any more: what was begun ends, and everything is checked.
    func finish() throws
    /// Lets go of what the process holds. Also after a failure.
    func end()
}

/// A fault that is built in so that the simulation can show that it is found.
///
/// Each is planted outside the engines, by what the simulation gives them or puts around them: the disk, the connection to the database,
/// the turn. So there is nothing of it in any build of the program.
package enum PlantedBug: String, CaseIterable, Sendable {
    /// The disk says that it has written a stretch of a log and has not.
    case dropAppend = "drop-append"
    /// A write that comes once is carried out twice.
    case applyTwice = "apply-twice"
    /// An item has no entry in an index, or a record none in what is derived from the log.
    case skipIndexRow = "skip-index-row"
    /// The answer leaves, and then the write is made durable.
    case answerBeforeCommit = "answer-before-commit"
    /// Somebody who waits is not answered.
    case forgetWaiter = "forget-waiter"
}
