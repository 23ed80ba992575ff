/// The records of one partition in Produce and Fetch: opaque to the message around them.
package enum RecordData: Equatable, Sendable {
    /// No records at all.
    case null
    /// The batches' bytes.
    case bytes([UInt8])
    /// `length` bytes that stay where they are and are sent from there: `id` says to the caller which they are.
    case external(id: Int, length: Int)

    /// The size in bytes.
    package var count: Int {
        switch self {
        case .null: 0
        case .bytes(let bytes): bytes.count
        case .external(_, let length): length
        }
    }
}

/// A place in an encoded message where records from outside belong.
package struct ExternalRecords: Equatable, Sendable {
    /// Where in the encoded bytes.
    package let position: Int
    /// Which records: the `id` of `RecordData.external`.
    package let id: Int
    /// How many bytes.
    package let length: Int
}
