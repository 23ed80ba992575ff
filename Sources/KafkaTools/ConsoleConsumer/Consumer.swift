import KafkaWire

/// Reads records: of one partition, or of those that the group gives to this member.
final class Consumer {
    private let settings: ConsumerSettings
    private let cluster: Cluster
    private let membership: GroupMembership
    private let filter: TopicFilter?
    /// The partitions that are read, in the order in which they are asked for.
    private var assigned: [TopicPartition] = []
    /// The offset of each from which the next record comes.
    private var fetched: [TopicPartition: Int64] = [:]
    /// The offset of each from which a new start would go on: what has been handed out is before it.
    private var positions: [TopicPartition: Int64] = [:]
    private var topics: [Metadata.Response.Topic] = []
    private var isMetadataStale = true
    private var nextMetadata = Deadline.never
    private var nextCommit = Deadline.never
    private var waiting: [IncomingRecord] = []

    init(_ settings: ConsumerSettings, _ cluster: Cluster) throws(ToolError) {
        self.settings = settings
        self.cluster = cluster
        membership = GroupMembership(settings, cluster)
        if case .include(let expression) = settings.source {
            filter = try TopicFilter(expression)
        } else {
            filter = nil
        }
    }

    /// How long a call may take beside what it is asked to wait for (Kafka's request.timeout.ms).
    private static let callMillis: Int64 = 30_000

    /// The next record. Throws a TimeoutException when the deadline comes first.
    func next(by deadline: Deadline) throws(ToolError) -> IncomingRecord {
        while waiting.isEmpty {
            do throws(ToolError) { try poll(by: deadline) } catch {
                // A cluster that does not answer may come back.
                guard case .exception(let exception) = error, exception.type == Exception.Kind.timeout.rawValue else {
                    throw error
                }
                isMetadataStale = true
            }
            if waiting.isEmpty, deadline.hasPassed { throw .exception(Exception(.timeout, nil)) }
        }
        // Taking from the front of an array moves the rest: they stand in reverse.
        let record = waiting.removeLast()
        positions[record.partition] = record.offset + 1
        // Behind the last record there may be offsets that hold none to show.
        if waiting.isEmpty { positions = fetched }
        return record
    }

    /// Whether the next record is not here yet.
    var mustWait: Bool { waiting.isEmpty }

    /// Commits what has been handed out, where the settings say so, and leaves the group.
    func close() throws(ToolError) {
        guard settings.isMember else { return }
        if settings.commitsAutomatically, !membership.mustJoin { try membership.commit(positions) }
        try membership.leave()
    }

    // MARK: - One round

    private func poll(by deadline: Deadline) throws(ToolError) {
        if settings.isMember {
            try membership.heartbeatIfDue()
            if membership.mustJoin { return try join(by: deadline) }
            if nextCommit.hasPassed, settings.commitsAutomatically {
                try membership.commit(positions)
                nextCommit = .after(millis: settings.commitMillis)
                if membership.mustJoin { return }
            }
        } else if assigned.isEmpty {
            try assign(by: deadline)
        }
        if isMetadataStale || nextMetadata.hasPassed { try refresh(by: deadline) }
        guard !assigned.isEmpty else {
            return try cluster.pause(
                millis: settings.fetchWaitMillis, by: min(deadline, membership.heartbeatDue))
        }
        try fetch(by: deadline)
    }

    private func join(by deadline: Deadline) throws(ToolError) {
        // What was read under the old assignment is committed before it goes.
        if settings.commitsAutomatically, !assigned.isEmpty { try membership.commit(positions) }
        assigned = []
        fetched = [:]
        try findTopics(by: deadline)
        let partitions = try membership.join(topics.compactMap(\.name), by: deadline) { (names) throws(ToolError) in
            let known = try self.cluster.metadata(of: names, by: deadline, call: "metadata").topics
            return Dictionary(known.map { ($0.name ?? "", $0.partitions.count) }) { $1 }
        }
        assigned = JavaHashOrder.sorted(partitions, by: JavaHashOrder.hash)
        nextCommit = .after(millis: settings.commitMillis)
        guard !assigned.isEmpty else { return }
        positions = try membership.committed(assigned)
        for partition in assigned where positions[partition] == nil {
            guard settings.reset != .none else {
                throw .exception(
                    .init(
                        "org.apache.kafka.clients.consumer.NoOffsetForPartitionException",
                        "Undefined offset with no reset policy for partitions: [\(partition)]"))
            }
        }
        try resetPositions(assigned.filter { positions[$0] == nil }, by: deadline)
    }

    private func assign(by deadline: Deadline) throws(ToolError) {
        guard case .partition(let partition, let start) = settings.source else { return }
        try findTopics(by: deadline)
        assigned = [partition]
        switch start {
        case .offset(let offset):
            fetched[partition] = offset
            positions[partition] = offset
        case .earliest: try setPositions(assigned, at: -2, by: deadline)
        case .latest: try setPositions(assigned, at: -1, by: deadline)
        }
    }

    // MARK: - Topics

    /// Waits until there is a topic to read.
    private func findTopics(by deadline: Deadline) throws(ToolError) {
        while true {
            try refresh(by: deadline)
            if !topics.isEmpty || filter != nil { return }
            try cluster.pause(millis: Cluster.retryMillis, by: deadline)
            if deadline.hasPassed { throw .exception(Exception(.timeout, nil)) }
        }
    }

    /// Asks which topics there are. A member joins again when they are others than before.
    private func refresh(by deadline: Deadline) throws(ToolError) {
        let patience = min(deadline, .after(millis: Self.callMillis))
        let name = settings.topicName
        let response = try cluster.metadata(
            of: name.map { [$0] }, creating: name != nil && settings.createsTopics, by: patience, call: "metadata")
        let before = topics.map { ($0.name ?? "", $0.partitions.count) }
        topics = response.topics.filter { topic in
            guard topic.errorCode == .none, let found = topic.name else { return false }
            guard let filter else { return found == name && !topic.partitions.isEmpty }
            return filter.matches(found) && !TopicFilter.internalTopics.contains(found)
        }.sorted { $0.name ?? "" < $1.name ?? "" }
        nextMetadata = .after(millis: settings.metadataMillis)
        isMetadataStale = false
        if let name, topics.isEmpty {
            let error = response.topics.first?.errorCode ?? .unknownTopicOrPartition
            if error == .invalidTopicException || error == .topicAuthorizationFailed {
                throw .exception(.init(error, error == .invalidTopicException ? "Invalid topics: [\(name)]" : nil))
            }
            cluster.warnOfMetadata(name, error)
        }
        let after = topics.map { ($0.name ?? "", $0.partitions.count) }
        let isChanged = !before.elementsEqual(after, by: ==)
        if settings.isMember, isChanged, !before.isEmpty || filter != nil { membership.rejoin() }
    }

    // MARK: - Positions

    /// Sets where to begin, by the policy for partitions without an offset.
    private func resetPositions(_ partitions: [TopicPartition], by deadline: Deadline) throws(ToolError) {
        for partition in assigned { fetched[partition] = positions[partition] }
        try setPositions(partitions, at: settings.reset == .earliest ? -2 : -1, by: deadline)
    }

    private func setPositions(
        _ partitions: [TopicPartition], at time: Int64, by deadline: Deadline
    ) throws(ToolError) {
        var missing = partitions
        while !missing.isEmpty {
            let client = AdminClient(cluster, timeoutMillis: min(deadline.remainingMillis + 1, Self.callMillis))
            let wanted = Dictionary(missing.map { ($0, time) }) { $1 }
            let found = try client.offsets(
                of: wanted, in: topics, isolationLevel: settings.readsCommittedOnly ? 1 : 0)
            for (partition, answer) in found where answer.errorCode == .none {
                fetched[partition] = answer.offset
                positions[partition] = answer.offset
            }
            missing = missing.filter { found[$0].map { $0.errorCode != .none } ?? true }
            guard !missing.isEmpty else { return }
            try cluster.pause(millis: Cluster.retryMillis, by: deadline)
            if deadline.hasPassed { throw .exception(Exception(.timeout, nil)) }
            try refresh(by: deadline)
        }
    }

    // MARK: - Fetching

    private func fetch(by deadline: Deadline) throws(ToolError) {
        let patience = Deadline.after(millis: settings.fetchWaitMillis + Self.callMillis)
        let wait = min(settings.fetchWaitMillis, deadline.remainingMillis, membership.heartbeatDue.remainingMillis)
        let led = Leaders.byNode(assigned, in: topics)
        if led.reduce(0, { $0 + $1.partitions.count }) < assigned.count { isMetadataStale = true }
        guard !led.isEmpty else { return try cluster.pause(millis: Cluster.retryMillis, by: deadline) }
        var sent: [(connection: Connection, ticket: Connection.Ticket)] = []
        for (node, partitions) in led {
            let connection = try cluster.connection(to: .node(node), by: patience, call: "fetch")
            do throws(NetworkFailure) {
                sent.append((connection, try connection.send(Fetch.self, request(partitions, waitMillis: wait))))
            } catch {
                isMetadataStale = true
                try cluster.recover(from: error, Fetch.self, connection, by: patience, call: "fetch")
            }
        }
        for (connection, ticket) in sent {
            var response: Fetch.Response?
            do throws(NetworkFailure) { response = try connection.receive(Fetch.self, ticket, by: patience) } catch {
                isMetadataStale = true
                try cluster.recover(from: error, Fetch.self, connection, by: patience, call: "fetch")
            }
            if let response { try take(response, by: deadline) }
        }
    }

    private func request(_ partitions: [TopicPartition], waitMillis: Int64) -> Fetch.Request {
        var request = Fetch.Request()
        request.maxWaitMs = Int32(clamping: waitMillis)
        request.minBytes = Int32(clamping: settings.fetchBytesMin)
        request.maxBytes = Int32(clamping: settings.fetchBytesMax)
        request.isolationLevel = settings.readsCommittedOnly ? 1 : 0
        request.topics = partitions.byTopic.map { name, numbers in
            var topic = Fetch.Request.Topic()
            topic.topic = name
            topic.partitions = numbers.map { number in
                var partition = Fetch.Request.Topic.Partition()
                partition.partition = number
                partition.fetchOffset = fetched[TopicPartition(topic: name, partition: number)] ?? 0
                partition.partitionMaxBytes = Int32(clamping: settings.partitionBytesMax)
                return partition
            }
            return topic
        }
        return request
    }

    private func take(_ response: Fetch.Response, by deadline: Deadline) throws(ToolError) {
        guard response.errorCode == .none else { throw .exception(.init(response.errorCode)) }
        var arrived: [IncomingRecord] = []
        for topic in response.responses {
            for part in topic.partitions {
                let partition = TopicPartition(topic: topic.topic, partition: part.partitionIndex)
                guard let offset = fetched[partition] else { continue }
                try handle(part.errorCode, partition, by: deadline)
                guard part.errorCode == .none, case .bytes(let bytes) = part.records, !bytes.isEmpty else { continue }
                do throws(RecordsError) {
                    let read = try FetchedRecords(
                        bytes, of: partition, from: offset,
                        aborted: settings.readsCommittedOnly
                            ? (part.abortedTransactions ?? []).map { ($0.producerID, $0.firstOffset) } : [],
                        checksSums: settings.checksSums)
                    fetched[partition] = read.nextOffset
                    // What holds no records that are shown is read, too.
                    if read.records.isEmpty { positions[partition] = read.nextOffset }
                    arrived += read.records
                } catch {
                    throw .exception(
                        Exception(
                            .kafka,
                            "Received exception when fetching the next record from \(partition). If needed, please seek "
                                + "past the record to continue consumption. (\(error.message))"))
                }
                // Who has been served comes last next time.
                assigned.removeAll { $0 == partition }
                assigned.append(partition)
            }
        }
        waiting = arrived.reversed() + waiting
    }

    private func handle(_ error: KafkaError, _ partition: TopicPartition, by deadline: Deadline) throws(ToolError) {
        switch error {
        case .none: return
        case .offsetOutOfRange:
            guard settings.reset != .none else {
                throw .exception(
                    .init(
                        "org.apache.kafka.clients.consumer.OffsetOutOfRangeException",
                        "Fetch position is out of range for partition \(partition)"))
            }
            try setPositions([partition], at: settings.reset == .earliest ? -2 : -1, by: deadline)
        case .topicAuthorizationFailed:
            throw .exception(.init(error, "Not authorized to access topics: [\(partition.topic)]"))
        default:
            // The partition is elsewhere, or not ready: ask where, but not without a pause.
            isMetadataStale = true
            try cluster.pause(millis: Cluster.retryMillis, by: deadline)
        }
    }
}

extension ConsumerSettings {
    /// Whether partitions come from the group.
    var isMember: Bool {
        if case .partition = source { return false }
        return true
    }

    /// The topic, when one is named.
    var topicName: String? {
        switch source {
        case .topic(let name): name
        case .include: nil
        case .partition(let partition, _): partition.topic
        }
    }
}
