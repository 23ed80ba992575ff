/// How the leader of a group shares partitions out: the strategies of Kafka's consumers that need no state.
enum Assignor: String, CaseIterable, Sendable {
    /// Of each topic a run of partitions to each member.
    case range
    /// Partitions of all topics in turn.
    case roundRobin = "roundrobin"

    /// A member with the topics that it reads; `id` decides the order.
    struct Member: Equatable, Sendable {
        var id: String
        var instanceID: String?
        var topics: [String]
    }

    /// From a consumer's property partition.assignment.strategy. Throws what is not there yet.
    init(strategy text: String) throws(ToolError) {
        switch text.split(separator: ",").first.map(\.trimmed) ?? "" {
        case "org.apache.kafka.clients.consumer.RangeAssignor": self = .range
        case "org.apache.kafka.clients.consumer.RoundRobinAssignor": self = .roundRobin
        case let other:
            throw .refused(
                "the assignor \(other) is not there yet; take org.apache.kafka.clients.consumer.RangeAssignor or "
                    + "RoundRobinAssignor")
        }
    }

    /// The partitions of each member by its id. `counts` says how many partitions a topic has; one that is not there has none.
    func assign(_ members: [Member], _ counts: [String: Int]) -> [String: [TopicPartition]] {
        let sorted = members.sorted(by: Self.precedes)
        var assigned = Dictionary(members.map { ($0.id, [TopicPartition]()) }) { first, _ in first }
        let topics = Set(members.flatMap(\.topics)).sorted()
        switch self {
        case .range:
            for topic in topics {
                let readers = sorted.filter { $0.topics.contains(topic) }
                let count = counts[topic] ?? 0
                var next = 0
                for (index, reader) in readers.enumerated() {
                    let share = count / readers.count + (index < count % readers.count ? 1 : 0)
                    assigned[reader.id, default: []] +=
                        (next..<next + share).map { TopicPartition(topic: topic, partition: Int32($0)) }
                    next += share
                }
            }
        case .roundRobin:
            var turn = 0
            for topic in topics {
                for partition in 0..<(counts[topic] ?? 0) {
                    while !sorted[turn % sorted.count].topics.contains(topic) { turn += 1 }
                    assigned[sorted[turn % sorted.count].id, default: []].append(
                        TopicPartition(topic: topic, partition: Int32(partition)))
                    turn += 1
                }
            }
        }
        return assigned
    }

    /// Members with an instance id come first, by that; others by their own (AbstractPartitionAssignor.MemberInfo).
    private static func precedes(_ one: Member, _ other: Member) -> Bool {
        switch (one.instanceID, other.instanceID) {
        case (let first?, let second?): first < second
        case (.some, nil): true
        case (nil, .some): false
        case (nil, nil): one.id < other.id
        }
    }
}
