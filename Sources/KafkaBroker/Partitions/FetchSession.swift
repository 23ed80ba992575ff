import KafkaWire

/// What a client that fetches again and again has asked for (KIP-227): its next request says only what is new, and its answer has only the
/// partitions in which something is new.
final class FetchSession {
    /// Names a partition as the session's requests do: by its topic's id from version 13 on, before by its name.
    struct Key: Hashable {
        let topicID: UUID
        let topic: String
        let partition: Int32
    }

    /// A partition of the session.
    final class Partition {
        let key: Key
        /// What is asked of it.
        var asked: Fetch.Request.Topic.Partition
        /// What the client was told last.
        fileprivate var highWatermark: Int64 = -1
        fileprivate var logStartOffset: Int64 = -1
        fileprivate var isForgotten = false
        fileprivate var hadRecords = false

        fileprivate init(_ key: Key, _ asked: Fetch.Request.Topic.Partition) {
            self.key = key
            self.asked = asked
        }
    }

    let id: Int32
    /// Whether its requests name topics by their ids.
    let usesTopicIDs: Bool
    /// The epoch that the next request has to have.
    fileprivate(set) var epoch: Int32 = 1
    /// In the order in which they are read: those that had records go to the end, so that each has its turn.
    private(set) var partitions: [Partition] = []
    private var byKey: [Key: Partition] = [:]

    fileprivate let creationMillis: Int64
    fileprivate var lastUsedMillis: Int64

    fileprivate init(id: Int32, usesTopicIDs: Bool, now: Int64) {
        self.id = id
        self.usesTopicIDs = usesTopicIDs
        creationMillis = now
        lastUsedMillis = now
    }

    /// Takes over what a request says: partitions that are new or asked differently, and those that are no longer wanted.
    fileprivate func update(_ request: Fetch.Request) {
        for topic in request.topics {
            for asked in topic.partitions {
                let key = Key(topicID: topic.topicID, topic: topic.topic, partition: asked.partition)
                if let known = byKey[key] {
                    known.asked = asked
                } else {
                    let partition = Partition(key, asked)
                    byKey[key] = partition
                    partitions.append(partition)
                }
            }
        }
        guard !request.forgottenTopicsData.isEmpty else { return }
        for topic in request.forgottenTopicsData {
            for index in topic.partitions {
                let key = Key(topicID: topic.topicID, topic: topic.topic, partition: index)
                byKey.removeValue(forKey: key)?.isForgotten = true
            }
        }
        partitions.removeAll(where: \.isForgotten)
    }

    /// All that is asked, as one full request: topics in the session's order, each once in a row.
    func fullRequest(_ request: Fetch.Request) -> Fetch.Request {
        var request = request
        request.forgottenTopicsData = []
        request.topics = []
        for partition in partitions {
            let key = partition.key
            if request.topics.last.map({ $0.topicID == key.topicID && $0.topic == key.topic }) != true {
                var topic = Fetch.Request.Topic()
                topic.topic = key.topic
                topic.topicID = key.topicID
                request.topics.append(topic)
            }
            request.topics[request.topics.count - 1].partitions.append(partition.asked)
        }
        return request
    }

    /// Notes what the client is told of all partitions, in the session's order; takes out of the answer what is not new to it, unless
    /// everything `isWanted`, as on a session's first answer.
    func told(_ response: inout Fetch.Response, isWanted: Bool) {
        var index = 0
        response.responses = response.responses.compactMap { topic in
            var topic = topic
            topic.partitions = topic.partitions.filter { answered in
                defer { index += 1 }
                return partitions[index].isNew(answered) || isWanted
            }
            return topic.partitions.isEmpty ? nil : topic
        }
        guard partitions.contains(where: \.hadRecords) else { return }
        partitions = partitions.filter { !$0.hadRecords } + partitions.filter(\.hadRecords)
        for partition in partitions { partition.hadRecords = false }
    }
}

extension FetchSession.Partition {
    /// Whether something in the answer is new to the client: records, an end that has moved, an error, another epoch.
    fileprivate func isNew(_ answered: Fetch.Response.Topic.Partition) -> Bool {
        var isNew = false
        if case .external = answered.records {
            hadRecords = true
            isNew = true
        }
        if answered.highWatermark != highWatermark || answered.logStartOffset != logStartOffset { isNew = true }
        highWatermark = answered.highWatermark
        logStartOffset = answered.logStartOffset
        if answered.errorCode != .none {
            // Whatever comes after the error is new.
            highWatermark = -1
            isNew = true
        }
        return isNew || answered.divergingEpoch.epoch >= 0
    }
}

/// All fetch sessions: at most so many, and so many partitions in all. When there is no room, one that has not been used for long makes
/// room, or an old one for a larger one; else the client is told that it has none, and goes on with full requests.
final class FetchSessions {
    /// `max.incremental.fetch.session.cache.slots`.
    let countMax: Int
    /// The most partitions in all sessions together: what a client can make the broker remember is bounded.
    let partitionCountMax: Int
    /// How long a session is safe from others (Kafka's constant).
    static let evictionMillis: Int64 = 120_000

    private let random: () -> UInt64
    private var sessions: [Int32: FetchSession] = [:]
    private var partitionCount = 0

    init(countMax: Int, partitionCountMax: Int = 200_000, random: @escaping () -> UInt64) {
        self.countMax = countMax
        self.partitionCountMax = partitionCountMax
        self.random = random
    }

    /// How many there are.
    var count: Int { sessions.count }

    /// What a request is part of.
    enum Part {
        /// No session.
        case none
        /// The first request of a session, which the answer will name.
        case first(FetchSession)
        /// A further request.
        case further(FetchSession)
        /// The request does not fit: its answer is this error.
        case refused(KafkaError)
    }

    /// Finds what a request is part of, and takes over what it says.
    func part(_ request: Fetch.Request, usesTopicIDs: Bool, now: Int64) -> Part {
        guard request.sessionEpoch > 0 else {
            // A full request ends the session that it names.
            if request.sessionID != 0 { remove(request.sessionID) }
            guard request.sessionEpoch == 0 else { return .none }
            return create(request, usesTopicIDs: usesTopicIDs, now: now).map { .first($0) } ?? .none
        }
        guard let session = sessions[request.sessionID] else { return .refused(.fetchSessionIDNotFound) }
        guard session.epoch == request.sessionEpoch else { return .refused(.invalidFetchSessionEpoch) }
        guard session.usesTopicIDs == usesTopicIDs else { return .refused(.fetchSessionTopicIDError) }
        partitionCount -= session.partitions.count
        session.update(request)
        partitionCount += session.partitions.count
        guard !session.partitions.isEmpty else {
            remove(session.id)
            return .none
        }
        guard partitionCount <= partitionCountMax else {
            remove(session.id)
            return .refused(.fetchSessionIDNotFound)
        }
        session.lastUsedMillis = now
        session.epoch = session.epoch == .max ? 1 : session.epoch + 1
        return .further(session)
    }

    private func create(_ request: Fetch.Request, usesTopicIDs: Bool, now: Int64) -> FetchSession? {
        let size = request.topics.reduce(0) { $0 + $1.partitions.count }
        guard size > 0, partitionCount + size <= partitionCountMax, countMax > 0 else { return nil }
        if sessions.count >= countMax, !makeRoom(for: size, now: now) { return nil }
        var id: Int32 = 0
        while id == 0 || sessions[id] != nil { id = Int32(truncatingIfNeeded: random() & 0x7FFF_FFFF) }
        let session = FetchSession(id: id, usesTopicIDs: usesTopicIDs, now: now)
        session.update(request)
        sessions[id] = session
        partitionCount += session.partitions.count
        return session
    }

    /// As Kafka does it: the one unused for longest goes when that is long enough; else the smallest of those that are old, for a larger one.
    private func makeRoom(for size: Int, now: Int64) -> Bool {
        func isBefore(_ a: FetchSession, _ b: FetchSession) -> Bool {
            (a.lastUsedMillis, a.id) < (b.lastUsedMillis, b.id)
        }
        if let idle = sessions.values.min(by: isBefore), now - idle.lastUsedMillis > Self.evictionMillis {
            remove(idle.id)
            return true
        }
        let old = sessions.values.filter { now - $0.creationMillis > Self.evictionMillis }
        let smallest = old.min { ($0.partitions.count, $0.id) < ($1.partitions.count, $1.id) }
        guard let smallest, smallest.partitions.count < size else { return false }
        remove(smallest.id)
        return true
    }

    private func remove(_ id: Int32) {
        if let session = sessions.removeValue(forKey: id) { partitionCount -= session.partitions.count }
    }
}
