/// Why nestbox ends before its work is done: what kind of trouble, and one sentence that says how to mend it.
public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of trouble that a script may want to tell apart.
    public enum Kind: Sendable, CaseIterable {
        /// The command line or a NESTBOX_* variable cannot be understood.
        case usage
        /// The stack file, the data directory or a service's program is not as it must be.
        case configuration
        /// Somebody else listens on a port that the stack needs.
        case portBusy
        /// Not everything was ready within the time allowed.
        case notReady
        /// Everything else: a full disk, a thread that ends.
        case other
    }

    /// What kind of trouble it is; decides the exit code.
    public let kind: Kind
    /// One sentence with the mend.
    public let message: String

    /// A failure of a kind with its sentence.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The exit code of `nestbox up` for this failure.
    public var exitCode: Int32 {
        switch kind {
        case .usage: 2
        case .configuration: 3
        case .portBusy: 4
        case .notReady: 5
        case .other: 1
        }
    }

    /// The exit code of `nestbox exec` for every failure of its own, as env(1) and timeout(1) have it.
    public static let execExitCode: Int32 = 125

    /// The sentence.
    public var description: String { message }
}
