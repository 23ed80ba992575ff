import KafkaWire

/// An API that the broker serves.
package protocol ServedAPI: KafkaAPI {
    /// The versions that are served, at most those that have a layout.
    static var served: ClosedRange<Int16> { get }
    /// The versions that ApiVersions tells.
    static var advertised: ClosedRange<Int16> { get }
    /// Handles one request, which is the handler's own: what it holds may be taken out of it without a copy.
    static func handle(_ request: consuming Request, _ context: RequestContext, _ broker: Broker) -> Answer<Response>
}

extension ServedAPI {
    package static var served: ClosedRange<Int16> { versions }
    package static var advertised: ClosedRange<Int16> { served }
}

/// The one list of what the broker serves: dispatch, ApiVersions, the coverage table and tests derive from it.
package enum APIs {
    /// Every API, in the order of keys.
    package static let all: [API] = [
        API(Produce.self),
        API(Fetch.self),
        API(ListOffsets.self),
        API(Metadata.self),
        API(OffsetCommit.self),
        API(OffsetFetch.self),
        API(FindCoordinator.self),
        API(JoinGroup.self),
        API(Heartbeat.self),
        API(LeaveGroup.self),
        API(SyncGroup.self),
        API(DescribeGroups.self),
        API(ListGroups.self),
        API(ApiVersions.self),
        API(CreateTopics.self),
        API(DeleteTopics.self),
        API(DeleteRecords.self),
        API(InitProducerId.self),
        API(OffsetForLeaderEpoch.self),
        API(DescribeConfigs.self),
        API(AlterConfigs.self),
        API(DescribeLogDirs.self),
        API(CreatePartitions.self),
        API(DeleteGroups.self),
        API(ElectLeaders.self),
        API(IncrementalAlterConfigs.self),
        API(AlterPartitionReassignments.self),
        API(ListPartitionReassignments.self),
        API(OffsetDelete.self),
        API(DescribeQuorum.self),
        API(UpdateFeatures.self),
        API(DescribeCluster.self),
        API(DescribeProducers.self),
        API(GetTelemetrySubscriptions.self),
        API(PushTelemetry.self),
        API(ListConfigResources.self),
        API(DescribeTopicPartitions.self),
    ]

    private static let table: [API?] = {
        var table = [API?](repeating: nil, count: Int(all.map(\.key).max() ?? 0) + 1)
        for api in all { table[Int(api.key)] = api }
        return table
    }()

    /// The API with a key; nil when there is none.
    package static func byKey(_ key: Int16) -> API? {
        table.indices.contains(Int(key)) ? table[Int(key)] : nil
    }
}

/// One API of the list.
package struct API: Sendable {
    /// The API key.
    package let key: Int16
    /// The name in the protocol's documentation.
    package let name: String
    /// The versions that are served.
    package let served: ClosedRange<Int16>
    /// The versions that ApiVersions tells.
    package let advertised: ClosedRange<Int16>
    /// The type of its requests, for those who look at any API without naming it.
    package let request: any WireStructure.Type
    /// The type of its responses.
    package let response: any WireStructure.Type
    private let flexibleFrom: Int16
    private let run: @Sendable (UnsafeRawBufferPointer, RequestContext, Broker) throws(WireError) -> Outcome

    package init<Served: ServedAPI>(_: Served.Type) {
        key = Served.key
        name = "\(Served.self)"
        served = Served.served
        advertised = Served.advertised
        request = Served.Request.self
        response = Served.Response.self
        flexibleFrom = Served.flexibleFrom
        run = { (body, context, broker) throws(WireError) in
            let request = try Frame.decode(
                Served.Request.self, body, version: context.version, flexible: Served.isFlexible(context.version))
            switch Served.handle(consume request, context, broker) {
            case .now(let response): return .respond(ResponseFrame(Served.self, context.token, response))
            case .withRecords(let response, let regions):
                return .respond(ResponseFrame(Served.self, context.token, response, regions: regions))
            case .parked: return .parked(context.token)
            case .nothing: return .nothing
            case .close: return .close
            }
        }
    }

    /// Whether a version's header and body are flexible.
    package func isFlexible(_ version: Int16) -> Bool { version >= flexibleFrom }

    func handle(
        _ body: UnsafeRawBufferPointer, _ context: RequestContext, _ broker: Broker
    ) throws(WireError) -> Outcome {
        try run(body, context, broker)
    }
}
