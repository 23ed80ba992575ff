import DynamoDB
import KafkaBroker

/// How far a consumer group is, as the control API tells it.
struct GroupProgress: Equatable, Sendable {
    /// A partition that the group reads.
    struct Partition: Equatable, Sendable {
        var topic: String
        var partition: Int
        /// What was committed; nil when nothing was.
        var committed: Int?
        /// The offset of the next record.
        var end: Int
        /// How many offsets are left to read.
        var lag: Int
    }

    /// Its name.
    var name: String
    /// Kafka's name of its state: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`.
    var state: String
    /// How many members it has.
    var members: Int
    /// What it reads.
    var partitions: [Partition]

    /// How many offsets it has left to read.
    var lag: Int { partitions.reduce(0) { $0 + $1.lag } }
}

extension Broker {
    /// How far the consumer groups are.
    func groupProgress() -> Result<[GroupProgress], Failure> {
        do throws(StorageError) {
            return .success(
                try groupLags().map { group in
                    GroupProgress(
                        name: group.name, state: group.state, members: group.memberCount,
                        partitions: group.partitions.map {
                            .init(
                                topic: $0.topic, partition: Int($0.partition), committed: $0.committed.map { Int($0) },
                                end: Int($0.end), lag: Int($0.lag))
                        })
                })
        } catch {
            return .failure(Failure(.other, "Kafka cannot read its data: \(error)"))
        }
    }
}

extension GroupProgress {
    /// `{"groups":[...]}`.
    static func json(_ groups: [GroupProgress]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("groups")
        writer.beginArray()
        for group in groups {
            writer.beginObject()
            writer.key("group")
            writer.string(group.name)
            writer.key("state")
            writer.string(group.state)
            writer.key("members")
            writer.integer(group.members)
            writer.key("lag")
            writer.integer(group.lag)
            writer.key("partitions")
            writer.beginArray()
            for partition in group.partitions { partition.write(to: &writer) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// Reads what `json` writes; nil when it is something else.
    static func read(_ json: [UInt8]) -> [GroupProgress]? {
        json.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            return try? groups(&reader)
        }
    }

    private static func groups(_ reader: inout JSONReader) throws(DynamoDBError) -> [GroupProgress] {
        var groups: [GroupProgress] = []
        try reader.beginStructure("lag")
        while let key = try reader.nextKey() {
            guard case "groups" = key else {
                try reader.skip()
                continue
            }
            try reader.beginList()
            while try reader.nextElement() { groups.append(try GroupProgress(&reader)) }
        }
        try reader.end()
        return groups
    }

    private init(_ reader: inout JSONReader) throws(DynamoDBError) {
        self.init(name: "", state: "", members: 0, partitions: [])
        try reader.beginStructure("group")
        while let key = try reader.nextKey() {
            switch key {
            case "group": name = try reader.text().string
            case "state": state = try reader.text().string
            case "members": members = try reader.long()
            case "partitions":
                try reader.beginList()
                while try reader.nextElement() { partitions.append(try Partition(&reader)) }
            default: try reader.skip()
            }
        }
    }
}

extension GroupProgress.Partition {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("topic")
        writer.string(topic)
        writer.key("partition")
        writer.integer(partition)
        if let committed {
            writer.key("committed")
            writer.integer(committed)
        }
        writer.key("end")
        writer.integer(end)
        writer.key("lag")
        writer.integer(lag)
        writer.endObject()
    }

    fileprivate init(_ reader: inout JSONReader) throws(DynamoDBError) {
        self.init(topic: "", partition: 0, committed: nil, end: 0, lag: 0)
        try reader.beginStructure("partition")
        while let key = try reader.nextKey() {
            switch key {
            case "topic": topic = try reader.text().string
            case "partition": partition = try reader.long()
            case "committed": committed = try reader.long()
            case "end": end = try reader.long()
            case "lag": lag = try reader.long()
            default: try reader.skip()
            }
        }
    }
}
