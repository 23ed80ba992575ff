/// Every config of a group, with Kafka's defaults. They are kept and told; consumer groups of the new kind and share groups, which they are for, come
/// later.
package enum GroupConfigs {
    /// By name.
    package static let all: [ConfigDefinition] = [
        ConfigDefinition(
            "consumer.assignment.interval.ms", .int, "1000", .atLeast(0),
            synonyms: ["group.consumer.assignment.interval.ms"],
            "The time between two assignments of a consumer group, in milliseconds."),
        ConfigDefinition(
            "consumer.assignor.offload.enable", .boolean, "true", synonyms: ["group.consumer.assignor.offload.enable"],
            "Whether assignments of a consumer group are computed beside the coordinator."),
        ConfigDefinition(
            "consumer.heartbeat.interval.ms", .int, "5000", .atLeast(1),
            synonyms: ["group.consumer.heartbeat.interval.ms"],
            "The heartbeat interval of a consumer group, in milliseconds."),
        ConfigDefinition(
            "consumer.session.timeout.ms", .int, "45000", .atLeast(1), synonyms: ["group.consumer.session.timeout.ms"],
            "The session time-out of a consumer group, in milliseconds."),
        ConfigDefinition(
            "errors.deadletterqueue.copy.record.enable", .boolean, "false",
            "Whether the dead letter queue gets the record itself."),
        ConfigDefinition(
            "errors.deadletterqueue.topic.name", .string, "",
            "The topic that takes records which a share group could not process."),
        ConfigDefinition(
            "share.assignment.interval.ms", .int, "1000", .atLeast(0), synonyms: ["group.share.assignment.interval.ms"],
            "The time between two assignments of a share group, in milliseconds."),
        ConfigDefinition(
            "share.assignor.offload.enable", .boolean, "true", synonyms: ["group.share.assignor.offload.enable"],
            "Whether assignments of a share group are computed beside the coordinator."),
        ConfigDefinition("share.auto.offset.reset", .string, "latest", "Where a share group without offsets begins."),
        ConfigDefinition(
            "share.delivery.count.limit", .int, "5", .atLeast(2), synonyms: ["group.share.delivery.count.limit"],
            "The number of times that a share group delivers a record."),
        ConfigDefinition(
            "share.heartbeat.interval.ms", .int, "5000", .atLeast(1), synonyms: ["group.share.heartbeat.interval.ms"],
            "The heartbeat interval of a share group, in milliseconds."),
        ConfigDefinition(
            "share.isolation.level", .string, "read_uncommitted", .oneOf(["read_committed", "read_uncommitted"]),
            "Whether a share group reads records of open transactions."),
        ConfigDefinition(
            "share.partition.max.record.locks", .int, "2000", .atLeast(100),
            synonyms: ["group.share.partition.max.record.locks"],
            "The number of records of a partition that a share group locks at once."),
        ConfigDefinition(
            "share.record.lock.duration.ms", .int, "30000", .atLeast(1000),
            synonyms: ["group.share.record.lock.duration.ms"],
            "The time for which a share group locks a record, in milliseconds."),
        ConfigDefinition(
            "share.renew.acknowledge.enable", .boolean, "true", "Whether a share consumer may renew a record's lock."),
        ConfigDefinition(
            "share.session.timeout.ms", .int, "45000", .atLeast(1), synonyms: ["group.share.session.timeout.ms"],
            "The session time-out of a share group, in milliseconds."),
        ConfigDefinition(
            "streams.acceptable.recovery.lag", .long, "10000", .atLeast(0),
            synonyms: ["group.streams.acceptable.recovery.lag"],
            "How far behind a task may be and still count as caught up."),
        ConfigDefinition(
            "streams.assignment.interval.ms", .int, "1000", .atLeast(0),
            synonyms: ["group.streams.assignment.interval.ms"],
            "The time between two assignments of a streams group, in milliseconds."),
        ConfigDefinition(
            "streams.assignor.name", .string, nil, synonyms: ["group.streams.assignors"],
            "The assignor of the streams group."),
        ConfigDefinition(
            "streams.assignor.offload.enable", .boolean, "true", synonyms: ["group.streams.assignor.offload.enable"],
            "Whether assignments of a streams group are computed beside the coordinator."),
        ConfigDefinition(
            "streams.heartbeat.interval.ms", .int, "5000", .atLeast(1),
            synonyms: ["group.streams.heartbeat.interval.ms"],
            "The heartbeat interval of a streams group, in milliseconds."),
        ConfigDefinition(
            "streams.initial.rebalance.delay.ms", .int, "3000", .atLeast(0),
            synonyms: ["group.streams.initial.rebalance.delay.ms"],
            "How long a new streams group waits for more members."),
        ConfigDefinition(
            "streams.num.standby.replicas", .int, "0", .atLeast(0), synonyms: ["group.streams.num.standby.replicas"],
            "The number of standby replicas of a task."),
        ConfigDefinition(
            "streams.num.warmup.replicas", .int, "2", .atLeast(0), synonyms: ["group.streams.num.warmup.replicas"],
            "The number of warm-up replicas of a streams group."),
        ConfigDefinition(
            "streams.rack.aware.assignment.tags", .list, "", synonyms: ["group.streams.rack.aware.assignment.tags"],
            "Client tags over which the group spreads its tasks."),
        ConfigDefinition(
            "streams.session.timeout.ms", .int, "45000", .atLeast(1), synonyms: ["group.streams.session.timeout.ms"],
            "The session time-out of a streams group, in milliseconds."),
        ConfigDefinition(
            "streams.task.offset.interval.ms", .int, "60000", .atLeast(1),
            synonyms: ["group.streams.task.offset.interval.ms"],
            "The time between reports of task offsets by a streams group, in milliseconds."),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The config of a name; nil for an unknown one.
    package static func named(_ name: String) -> ConfigDefinition? { byName[name] }

    /// Why configs are refused for a group, in Kafka's words; nil for good ones. The broker has the bounds.
    static func fault(in configs: [(name: String, value: String)], _ settings: BrokerSettings) -> String? {
        for (name, _) in configs where named(name) == nil { return "Unknown group config name: \(name)" }
        for (name, value) in configs { if let fault = named(name)?.fault(in: value) { return fault } }
        for (name, value) in configs {
            guard let number = named(name).flatMap({ Int32($0.canonical(value)) }),
                let synonym = named(name)?.synonyms.first
            else { continue }
            func bound(_ word: String) -> Int32? {
                let parts = synonym.split(separator: ".", maxSplits: 2)
                guard parts.count == 3 else { return nil }
                return settings.value("group.\(parts[1]).\(word).\(parts[2])").flatMap { Int32($0) }
            }
            switch (bound("min"), bound("max")) {
            case (let low?, let high?) where number < low || number > high:
                return "\(name) must be in the range \(low) to \(high) inclusive."
            case (nil, let high?) where number > high: return "\(name) must be less than or equal to \(high)"
            case (let low?, nil) where number < low: return "\(name) must be greater than or equal to \(low)"
            default: break
            }
        }
        return nil
    }
}
