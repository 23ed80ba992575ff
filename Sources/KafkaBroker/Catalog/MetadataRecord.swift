import KafkaWire

/// What the metadata log holds: every change of the catalog, in order.
enum MetadataRecord: Equatable {
    /// A topic was made.
    case topic(TopicRecord)
    /// A topic was deleted.
    case removeTopic(RemoveTopicRecord)
    /// Producer ids below this one may have been given out.
    case producerIDs(ProducerIDsRecord)
    /// All configs of a resource were set anew.
    case configs(ConfigsRecord)
    /// A topic got more partitions.
    case partitions(PartitionsRecord)

    struct TopicRecord: WireStructure, Equatable {
        var name = ""
        var id = UUID.zero
        var partitionCount: Int32 = 0
        var configs: [Config] = []

        mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&name)
            try w.field(&id)
            try w.field(&partitionCount)
            try w.field(&configs)
            try w.endOfStructure()
        }

        struct Config: WireStructure, Equatable {
            var name = ""
            var value = ""

            mutating func layout(_ w: inout Wire) throws(WireError) {
                try w.field(&name)
                try w.field(&value)
                try w.endOfStructure()
            }
        }
    }

    struct RemoveTopicRecord: WireStructure, Equatable {
        var id = UUID.zero

        mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&id)
            try w.endOfStructure()
        }
    }

    struct ProducerIDsRecord: WireStructure, Equatable {
        var nextProducerID: Int64 = 0

        mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&nextProducerID)
            try w.endOfStructure()
        }
    }

    struct ConfigsRecord: WireStructure, Equatable {
        var resourceType: Int8 = 0
        var resourceName = ""
        var configs: [TopicRecord.Config] = []

        mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&resourceType)
            try w.field(&resourceName)
            try w.field(&configs)
            try w.endOfStructure()
        }
    }

    struct PartitionsRecord: WireStructure, Equatable {
        var topicID = UUID.zero
        var partitionCount: Int32 = 0

        mutating func layout(_ w: inout Wire) throws(WireError) {
            try w.field(&topicID)
            try w.field(&partitionCount)
            try w.endOfStructure()
        }
    }

    /// The number that stands for the kind of record on disk.
    private enum Kind {
        static let topic: Int8 = 1
        static let removeTopic: Int8 = 2
        static let producerIDs: Int8 = 3
        static let configs: Int8 = 4
        static let partitions: Int8 = 5
    }

    /// Its bytes: kind, version, fields.
    func encoded() throws(WireError) -> [UInt8] {
        var w = Wire(writingVersion: 0, flexible: true)
        var version: Int8 = 0
        func begin(_ kind: Int8) throws(WireError) {
            var kind = kind
            try w.field(&kind)
            try w.field(&version)
        }
        switch self {
        case .topic(var record):
            try begin(Kind.topic)
            try record.layout(&w)
        case .removeTopic(var record):
            try begin(Kind.removeTopic)
            try record.layout(&w)
        case .producerIDs(var record):
            try begin(Kind.producerIDs)
            try record.layout(&w)
        case .configs(var record):
            try begin(Kind.configs)
            try record.layout(&w)
        case .partitions(var record):
            try begin(Kind.partitions)
            try record.layout(&w)
        }
        return w.output
    }

    /// Reads its bytes. A kind or version of a newer program is an error: what it means cannot be guessed.
    init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        var w = Wire(reading: bytes, version: 0, flexible: true)
        var kind: Int8 = 0
        var version: Int8 = 0
        try w.field(&kind)
        try w.field(&version)
        guard version == 0 else { throw .malformed }
        switch kind {
        case Kind.topic:
            var record = TopicRecord()
            try record.layout(&w)
            self = .topic(record)
        case Kind.removeTopic:
            var record = RemoveTopicRecord()
            try record.layout(&w)
            self = .removeTopic(record)
        case Kind.producerIDs:
            var record = ProducerIDsRecord()
            try record.layout(&w)
            self = .producerIDs(record)
        case Kind.configs:
            var record = ConfigsRecord()
            try record.layout(&w)
            self = .configs(record)
        case Kind.partitions:
            var record = PartitionsRecord()
            try record.layout(&w)
            self = .partitions(record)
        default: throw .malformed
        }
    }
}
