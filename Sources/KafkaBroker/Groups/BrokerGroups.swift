import KafkaWire

/// The broker's groups: the coordinator over `__consumer_offsets`, and the requests that wait in it.
package final class BrokerGroups: BrokerPart {
    let coordinator: GroupCoordinator
    let offsetsTopic: OffsetsTopic
    private unowned let broker: Broker
    /// A connection has one request at a time.
    private var waiting: [ReplyID: (client: ClientID, answer: (GroupReply) -> Void)] = [:]
    private var replyOfClient: [ClientID: ReplyID] = [:]

    /// Reads what the topic holds.
    init(broker: Broker) throws(StorageError) {
        self.broker = broker
        offsetsTopic = OffsetsTopic(broker: broker)
        coordinator = GroupCoordinator(configuration: .init(broker.configuration), log: offsetsTopic)
        coordinator.deliver = { [unowned self] reply, answer in deliver(reply, answer) }
        let coordinator = coordinator
        try offsetsTopic.replay { group, record in coordinator.replay(record, of: group) }
        coordinator.recovered(at: broker.moment) { broker.catalog.topic(named: $0) != nil }
    }

    // MARK: - Requests

    /// Gives a request to its group; the answer comes now or later.
    func submit<Served: ServedAPI>(
        _: Served.Type, _ request: GroupRequest, to group: String, _ context: RequestContext,
        _ response: @escaping (GroupReply) -> Served.Response
    ) -> Answer<Served.Response> {
        switch coordinator.submit(request, to: GroupID(group), at: broker.moment) {
        case .answered(let reply):
            return .now(response(reply))
        case .waiting(let id):
            let token = context.token
            waiting[id] = (
                token.client, { [unowned broker] in broker.answer(Served.self, token, response($0)) }
            )
            replyOfClient[token.client] = id
            return .parked
        }
    }

    private func deliver(_ id: ReplyID, _ reply: GroupReply) {
        guard let (client, answer) = waiting.removeValue(forKey: id) else { return }
        replyOfClient[client] = nil
        answer(reply)
    }

    /// A member's id: what it calls itself, and a random (version 4) UUID.
    func newMemberID(_ prefix: String) -> String {
        let high = broker.configuration.random() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = broker.configuration.random() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        func hex(_ value: UInt64, _ digits: Int) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: digits - text.count) + text
        }
        return "\(prefix)-\(hex(high >> 32, 8))-\(hex(high >> 16 & 0xFFFF, 4))-\(hex(high & 0xFFFF, 4))"
            + "-\(hex(low >> 48, 4))-\(hex(low & 0xFFFF_FFFF_FFFF, 12))"
    }

    // MARK: - Events

    /// What groups have committed for the topic goes; with `__consumer_offsets` itself all groups go.
    func topicDeleted(_ topic: Topic) {
        if topic.name == Topic.consumerOffsets {
            offsetsTopic.forget()
            coordinator.unload(at: broker.moment)
        } else {
            coordinator.topicDeleted(topic.name, at: broker.moment)
        }
    }

    package var nextDeadlineMillis: Int64? { coordinator.nextDeadline }

    package func advance(to now: Int64) { coordinator.advance(to: broker.moment) }

    package var isMeasuredSteadily: Bool { true }

    /// A member stays in its group until its session ends: only the answer has no one to go to.
    package func disconnected(_ client: ClientID) {
        guard let id = replyOfClient.removeValue(forKey: client) else { return }
        waiting[id] = nil
    }
}

extension GroupConfiguration {
    /// The broker's settings.
    init(_ configuration: Broker.Configuration) {
        self.init()
        minSessionTimeoutMillis = configuration.groupMinSessionTimeoutMillis
        maxSessionTimeoutMillis = configuration.groupMaxSessionTimeoutMillis
        initialRebalanceDelayMillis = configuration.groupInitialRebalanceDelayMillis
        maxSize = Int(configuration.groupMaxSize)
        maxOffsetMetadataSize = Int(configuration.offsetMetadataMaxBytes)
        offsetsRetentionMillis = Int64(configuration.offsetsRetentionMinutes) * 60_000
        offsetsRetentionCheckIntervalMillis = configuration.offsetsRetentionCheckIntervalMillis
    }
}
