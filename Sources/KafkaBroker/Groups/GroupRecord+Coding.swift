import KafkaWire

/// Kafka's own form of groups' records in `__consumer_offsets`.
extension GroupRecord {
    /// The version of an offset's value with an expiry of its own; without one Kafka writes version 3.
    private static let expiringOffsetVersion: Int16 = 1
    private static let offsetVersion: Int16 = 3
    private static let metadataVersion: Int16 = 3
    /// The longest string of a record's key or of a value that is not flexible, in bytes.
    private static let stringLengthMax = Int(Int16.max)

    /// The key and the value (nil for a tombstone); nil when a string is too long to be stored.
    func encoded(of group: GroupID) -> (key: [UInt8], value: [UInt8]?)? {
        guard hasStorableStrings, group.description.utf8.count <= Self.stringLengthMax else { return nil }
        switch self {
        case .metadata(let metadata):
            var key = GroupMetadataRecord.Key()
            key.group = group.description
            let value = metadata.map { metadata in
                var value = metadata.value
                return Self.encode(&value, type: Self.metadataVersion, version: Self.metadataVersion)
            }
            return (Self.encode(&key, type: GroupMetadataRecord.keyType, version: 0), value)
        case .offset(let partition, let offset):
            var key = OffsetCommitRecord.Key()
            key.group = group.description
            key.topic = partition.topic
            key.partition = partition.partition
            let value = offset.map { offset in
                var value = offset.value
                let version = offset.expireTimestamp == nil ? Self.offsetVersion : Self.expiringOffsetVersion
                return Self.encode(&value, type: version, version: version)
            }
            return (Self.encode(&key, type: OffsetCommitRecord.keyType, version: 0), value)
        }
    }

    /// A record by its key and value; nil when it is none of a classic group's, or cannot be read.
    static func decoded(
        key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?
    ) -> (group: GroupID, record: GroupRecord)? {
        guard let (type, keyBody) = prefixed(key) else { return nil }
        switch type {
        // Type 0 is the older form of 1, with the same fields.
        case 0, OffsetCommitRecord.keyType:
            guard let key = decode(OffsetCommitRecord.Key.self, keyBody, version: 0, flexibleFrom: .max) else {
                return nil
            }
            let partition = TopicPartition(topic: key.topic, partition: key.partition)
            guard let value else { return (GroupID(key.group), .offset(partition, nil)) }
            guard let (version, body) = prefixed(value), OffsetCommitRecord.valueVersions.contains(version),
                let stored = decode(
                    OffsetCommitRecord.Value.self, body, version: version,
                    flexibleFrom: OffsetCommitRecord.flexibleFrom)
            else { return nil }
            return (GroupID(key.group), .offset(partition, CommittedOffset(stored)))
        case GroupMetadataRecord.keyType:
            guard let key = decode(GroupMetadataRecord.Key.self, keyBody, version: 0, flexibleFrom: .max) else {
                return nil
            }
            guard let value else { return (GroupID(key.group), .metadata(nil)) }
            guard let (version, body) = prefixed(value), GroupMetadataRecord.valueVersions.contains(version),
                let stored = decode(
                    GroupMetadataRecord.Value.self, body, version: version,
                    flexibleFrom: GroupMetadataRecord.flexibleFrom)
            else { return nil }
            return (GroupID(key.group), .metadata(GroupMetadata(stored)))
        default:
            return nil
        }
    }

    private var hasStorableStrings: Bool {
        func fits(_ text: String?) -> Bool { (text?.utf8.count ?? 0) <= Self.stringLengthMax }
        switch self {
        case .offset(let partition, let offset):
            return fits(partition.topic) && fits(offset?.metadata)
        case .metadata(let metadata):
            guard let metadata else { return true }
            return fits(metadata.protocolType) && fits(metadata.protocolName) && fits(metadata.leader)
                && metadata.members.allSatisfy {
                    fits($0.id) && fits($0.instanceID) && fits($0.clientID) && fits($0.clientHost)
                }
        }
    }

    /// Two bytes of type or version, and the structure.
    private static func encode<Body: WireStructure>(_ body: inout Body, type: Int16, version: Int16) -> [UInt8] {
        var w = Wire(writingVersion: version, flexible: false)
        var type = type
        guard (try? w.field(&type)) != nil, (try? body.layout(&w)) != nil else {
            preconditionFailure("writing a record does not fail")
        }
        return w.output
    }

    private static func prefixed(_ bytes: UnsafeRawBufferPointer) -> (Int16, UnsafeRawBufferPointer)? {
        guard bytes.count >= 2 else { return nil }
        let prefix = Int16(bigEndian: bytes.loadUnaligned(as: Int16.self))
        return (prefix, UnsafeRawBufferPointer(rebasing: bytes[2...]))
    }

    private static func decode<Body: WireStructure>(
        _: Body.Type, _ bytes: UnsafeRawBufferPointer, version: Int16, flexibleFrom: Int16
    ) -> Body? {
        var w = Wire(reading: bytes, version: version, flexible: version >= flexibleFrom)
        var body = Body()
        return (try? body.layout(&w)) == nil ? nil : body
    }
}

extension CommittedOffset {
    fileprivate init(_ stored: OffsetCommitRecord.Value) {
        self.init(
            offset: stored.offset, leaderEpoch: stored.leaderEpoch, metadata: stored.metadata,
            commitTimestamp: stored.commitTimestamp,
            expireTimestamp: stored.expireTimestamp == -1 ? nil : stored.expireTimestamp)
    }

    fileprivate var value: OffsetCommitRecord.Value {
        var value = OffsetCommitRecord.Value()
        value.offset = offset
        value.leaderEpoch = leaderEpoch
        value.metadata = metadata
        value.commitTimestamp = commitTimestamp
        value.expireTimestamp = expireTimestamp ?? -1
        return value
    }
}

extension GroupMetadata {
    fileprivate init(_ stored: GroupMetadataRecord.Value) {
        self.init(
            protocolType: stored.protocolType, generation: stored.generation, protocolName: stored.protocol,
            leader: stored.leader, stateTimestamp: stored.currentStateTimestamp,
            members: stored.members.map {
                Member(
                    id: $0.memberID, instanceID: $0.groupInstanceID, clientID: $0.clientID,
                    clientHost: $0.clientHost, rebalanceTimeoutMillis: $0.rebalanceTimeout,
                    sessionTimeoutMillis: $0.sessionTimeout, subscription: $0.subscription,
                    assignment: $0.assignment)
            })
    }

    fileprivate var value: GroupMetadataRecord.Value {
        var value = GroupMetadataRecord.Value()
        value.protocolType = protocolType
        value.generation = generation
        value.protocol = protocolName
        value.leader = leader
        value.currentStateTimestamp = stateTimestamp
        value.members = members.map { member in
            var stored = GroupMetadataRecord.Value.Member()
            stored.memberID = member.id
            stored.groupInstanceID = member.instanceID
            stored.clientID = member.clientID
            stored.clientHost = member.clientHost
            stored.rebalanceTimeout = member.rebalanceTimeoutMillis
            stored.sessionTimeout = member.sessionTimeoutMillis
            stored.subscription = member.subscription
            stored.assignment = member.assignment
            return stored
        }
        return value
    }
}
