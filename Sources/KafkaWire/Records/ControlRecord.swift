/// The records of control batches: the ends of transactions. The key is a version and a type; an end marker's value is
/// a version and the coordinator's epoch.
public enum ControlRecord {
    /// What a control batch says.
    public enum Kind: Int16, Sendable {
        case abort = 0
        case commit = 1
    }

    /// The batch that ends the transaction of `producerID`, before it has its offset.
    public static func endTransaction(
        _ kind: Kind, producerID: Int64, producerEpoch: Int16, coordinatorEpoch: Int32, timestamp: Int64
    ) -> [UInt8] {
        var builder = RecordBatchBuilder()
        builder.producerID = producerID
        builder.producerEpoch = producerEpoch
        builder.isTransactional = true
        builder.isControlBatch = true
        var key: [UInt8] = []
        key.appendBigEndian(Int16(0))
        key.appendBigEndian(kind.rawValue)
        var value: [UInt8] = []
        value.appendBigEndian(Int16(0))
        value.appendBigEndian(coordinatorEpoch)
        builder.append(timestamp: timestamp, key: key, value: value)
        return builder.build()
    }

    /// The kind that the key of a control record names; nil for a kind that is not known here.
    public static func kind(ofKey key: UnsafeRawBufferPointer) -> Kind? {
        key.count >= 4 ? Kind(rawValue: key.bigEndian(Int16.self, at: 2)) : nil
    }
}
