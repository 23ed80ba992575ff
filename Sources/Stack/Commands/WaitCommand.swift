/// What `nestbox wait` waits for.
enum WaitCondition: Equatable, Sendable {
    /// Everything is ready.
    case ready
    /// Consumer groups have committed all that is there.
    case noLag
    /// A consumer group has members, and each has its partitions.
    case group(String)

    /// How the help and messages write it.
    static let placeholder = "ready|lag=0|group:NAME"

    /// Reads one condition.
    init?(_ text: some StringProtocol) {
        let prefix = "group:"
        switch text {
        case "ready": self = .ready
        case "lag=0": self = .noLag
        case _ where text.hasPrefix(prefix) && text.count > prefix.count:
            self = .group(String(text.dropFirst(prefix.count)))
        default: return nil
        }
    }

    /// Whether it is about Kafka's groups.
    var isAboutGroups: Bool { self != .ready }

    /// What is still missing for conditions that must all hold, as a message says it; nil when they hold.
    /// - Parameter groups: how far the groups are; empty when no condition is about them
    static func missing(_ conditions: [WaitCondition], _ status: StackStatus, _ groups: [GroupProgress]) -> String? {
        let named = conditions.compactMap { if case .group(let name) = $0 { name } else { nil } }
        for condition in conditions {
            let missing: String? =
                switch condition {
                case .ready: status.state == .ready ? nil : notReady(status)
                case .group(let name): notJoined(name, groups.first { $0.name == name })
                case .noLag: behind(named.isEmpty ? groups : groups.filter { named.contains($0.name) })
                }
            if let missing { return missing }
        }
        return nil
    }

    private static func notReady(_ status: StackStatus) -> String {
        status.lateParts.isEmpty ? "the stack is \(status.state.rawValue)" : "waiting for \(status.lateParts)"
    }

    private static func notJoined(_ name: String, _ group: GroupProgress?) -> String? {
        guard let group else { return "there is no group \(name)" }
        if group.members == 0 { return "group \(name) has no members" }
        return group.state == "Stable" ? nil : "group \(name) is rebalancing (\(group.state))"
    }

    /// A group whose members are yet to get their partitions may have anything left to read.
    private static func behind(_ groups: [GroupProgress]) -> String? {
        if groups.isEmpty { return "there is no consumer group" }
        for group in groups {
            if group.members > 0, group.state != "Stable" {
                return "group \(group.name) is rebalancing (\(group.state))"
            }
            guard let late = group.partitions.first(where: { $0.lag > 0 }) else { continue }
            let reason =
                group.members == 0 ? ", and it has no members" : late.committed == nil ? ", and has committed none" : ""
            return "group \(group.name) has \(group.lag) to read, first on \(late.topic)-\(late.partition)\(reason)"
        }
        return nil
    }
}

/// `nestbox wait`: returns when conditions hold.
enum WaitCommand {
    /// How long it waits unless told, in seconds.
    static let standardTimeout = 60

    /// Waits. A stack that has yet to begin is waited for; one that ends meanwhile is not.
    static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let texts = invocation.arguments[.condition]?.split(separator: "\n") ?? ["ready"]
        let conditions = texts.compactMap { WaitCondition($0) }
        let timeout = invocation.arguments[.timeout].flatMap { Int($0) } ?? standardTimeout
        var stack: RunningStack?
        var missing: String? = "no stack runs here"
        let holds = try waitUntil(within: .seconds(timeout)) { () throws(Failure) in
            if stack == nil, case .running(let found) = try RunningStack.find(invocation) { stack = found }
            guard let stack else { return false }
            guard let status = stack.status() else {
                throw Failure(.other, "the stack (pid \(stack.found.pid)) has ended meanwhile; look at its log")
            }
            var groups: [GroupProgress] = []
            // Kafka may be yet to start: that is waited for, too.
            let isKafkaReady = status.parts.contains { $0.name == "Kafka" && $0.isReady }
            if conditions.contains(where: \.isAboutGroups), isKafkaReady {
                groups = GroupProgress.read(try stack.ask(.lag)) ?? []
            }
            missing = WaitCondition.missing(conditions, status, groups)
            return missing == nil
        }
        guard holds else {
            throw Failure(.notReady, "not within \(timeout) s: \(missing ?? ""); allow more with --timeout")
        }
        return 0
    }
}
