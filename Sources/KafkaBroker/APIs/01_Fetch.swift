import KafkaWire

extension Fetch: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var request = request
        var session: FetchSession?
        let part = broker.fetchSessions.part(request, usesTopicIDs: context.version >= 13, now: broker.steadyNow)
        switch part {
        case .none: break
        case .first(let new):
            session = new
            request = new.fullRequest(request)
        case .further(let known):
            session = known
            request = known.fullRequest(request)
        case .refused(let error):
            var response = Response()
            response.errorCode = error
            return .now(response)
        }
        let turn = session.map { FetchTurn(session: $0, epoch: $0.epoch, isFirst: request.sessionEpoch == 0) }
        var read = Read(request, context, broker)
        read.run()
        // What the answer may not carry is not worth waiting for.
        let minBytes = min(Int(request.minBytes), Int(request.maxBytes), Int(broker.configuration.fetchMaxBytes))
        let isEnough =
            request.maxWaitMs <= 0 || read.logs.isEmpty || read.bytesRead >= minBytes || read.mustAnswerNow
        guard !isEnough else { return .withRecords(answer(read, turn), read.regions) }
        broker.fetches.add(
            FetchWaiter(
                request: request, turn: turn, context: context,
                deadlineMillis: broker.steadyNow + Int64(request.maxWaitMs),
                bytesMissing: minBytes - read.bytesRead, logs: read.logs))
        return .parked
    }

    /// Answers a fetch that has waited, with what is there now.
    static func answer(_ waiter: FetchWaiter, _ broker: Broker) {
        // Another request of the session has come in between, by another connection: its partitions are no longer this one's.
        if let turn = waiter.turn, turn.session.epoch != turn.epoch {
            var response = Response()
            response.errorCode = .invalidFetchSessionEpoch
            response.sessionID = turn.session.id
            return broker.answer(Fetch.self, waiter.context.token, response)
        }
        var read = Read(waiter.request, waiter.context, broker)
        read.run()
        broker.answer(Fetch.self, waiter.context.token, answer(read, waiter.turn), regions: read.regions)
    }

    private static func answer(_ read: Read, _ turn: FetchTurn?) -> Response {
        guard let turn else { return read.response }
        var response = read.response
        response.sessionID = turn.session.id
        turn.session.told(&response, isWanted: turn.isFirst)
        return response
    }

    /// One pass over a request's partitions.
    private struct Read {
        private let request: Request
        private let context: RequestContext
        private let broker: Broker
        private(set) var response = Response()
        private(set) var regions: [LogRegion] = []
        /// The partitions that could be read.
        private(set) var logs: [PartitionLog] = []
        private(set) var bytesRead = 0
        /// Whether a partition has an error or a diverging epoch, which no waiting mends.
        private(set) var mustAnswerNow = false
        private var bytesLeft: Int

        init(_ request: Request, _ context: RequestContext, _ broker: Broker) {
            self.request = request
            self.context = context
            self.broker = broker
            bytesLeft = min(Int(request.maxBytes), Int(broker.configuration.fetchMaxBytes))
        }

        mutating func run() {
            response.responses.reserveCapacity(request.topics.count)
            for asked in request.topics {
                let topic =
                    context.version >= 13
                    ? broker.catalog.topic(id: asked.topicID) : broker.catalog.topic(named: asked.topic)
                var answered = Response.Topic()
                answered.topic = asked.topic
                answered.topicID = asked.topicID
                answered.partitions.reserveCapacity(asked.partitions.count)
                for partition in asked.partitions {
                    var result = Response.Topic.Partition()
                    result.partitionIndex = partition.partition
                    result.highWatermark = -1
                    result.records = .bytes([])
                    do throws(KafkaError) {
                        try read(partition, topic, &result)
                    } catch {
                        mustAnswerNow = true
                        result.errorCode = error
                        if error == .fencedLeaderEpoch, context.version >= 16 { nameLeader(&result) }
                    }
                    answered.partitions.append(result)
                }
                response.responses.append(answered)
            }
        }

        private mutating func read(
            _ asked: Request.Topic.Partition, _ topic: Topic?, _ result: inout Response.Topic.Partition
        ) throws(KafkaError) {
            guard let topic else { throw context.version >= 13 ? .unknownTopicID : .unknownTopicOrPartition }
            guard topic.hasPartition(asked.partition) else { throw .unknownTopicOrPartition }
            let log = try broker.openLog(topic, asked.partition)
            try log.check(currentLeaderEpoch: asked.currentLeaderEpoch)
            if let diverging = try divergingEpoch(asked, log) {
                mustAnswerNow = true
                result.divergingEpoch.epoch = diverging.epoch
                result.divergingEpoch.endOffset = diverging.offset
            } else {
                let region = try log.read(
                    from: asked.fetchOffset, maxBytes: min(Int(asked.partitionMaxBytes), bytesLeft),
                    minOneBatch: bytesRead == 0)
                if let region {
                    result.records = .external(id: regions.count, length: region.length)
                    regions.append(region)
                    bytesRead += region.length
                    bytesLeft = max(0, bytesLeft - region.length)
                }
            }
            logs.append(log)
            result.highWatermark = log.highWatermark
            result.lastStableOffset = log.highWatermark
            result.logStartOffset = log.logStartOffset
            result.abortedTransactions = request.isolationLevel == 1 ? [] : nil
        }

        /// Where the asker's log leaves ours, when it says which epoch it read last; nil when it does not.
        private func divergingEpoch(
            _ asked: Request.Topic.Partition, _ log: PartitionLog
        ) throws(KafkaError) -> (epoch: Int32, offset: Int64)? {
            guard asked.lastFetchedEpoch >= 0 else { return nil }
            let end = log.endOffset(ofEpoch: asked.lastFetchedEpoch)
            guard end.epoch >= 0, end.offset >= 0 else { throw .offsetOutOfRange }
            return end.epoch < asked.lastFetchedEpoch || end.offset < asked.fetchOffset ? end : nil
        }

        private mutating func nameLeader(_ result: inout Response.Topic.Partition) {
            result.currentLeader.leaderID = broker.configuration.nodeID
            result.currentLeader.leaderEpoch = broker.logs.leaderEpoch
            guard response.nodeEndpoints.isEmpty else { return }
            var node = Response.NodeEndpoint()
            node.nodeID = broker.configuration.nodeID
            node.host = context.client.advertisedHost
            node.port = context.client.advertisedPort
            response.nodeEndpoints = [node]
        }
    }
}

extension Broker {
    /// The log of a partition; `kafkaStorageError` when its files cannot be read.
    func openLog(_ topic: Topic, _ partition: Int32) throws(KafkaError) -> PartitionLog {
        do throws(StorageError) {
            return try log(topic, partition)
        } catch {
            throw .kafkaStorageError
        }
    }
}

extension PartitionLog {
    /// Holds the epoch that a client believes in (-1: it says none) against the partition's.
    func check(currentLeaderEpoch epoch: Int32) throws(KafkaError) {
        guard epoch >= 0, epoch != leaderEpoch else { return }
        throw epoch < leaderEpoch ? .fencedLeaderEpoch : .unknownLeaderEpoch
    }
}
