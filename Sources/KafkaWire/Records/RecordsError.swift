/// Why bytes are not a valid record batch. The texts are Apache Kafka's (`DefaultRecordBatch`, `DefaultRecord`,
/// `LogValidator`).
public enum RecordsError: Error, Equatable, Sendable {
    /// The batch's size or checksum is wrong; Kafka's CORRUPT_MESSAGE.
    case corrupt(String)
    /// The batch is whole, but what it says of itself or of its records is wrong; Kafka's INVALID_RECORD.
    case invalid(String)
    /// The compressed bytes are not what their codec makes; Kafka's UNKNOWN_SERVER_ERROR.
    case decompression(String)
    /// The codec number is not one of Kafka's.
    case unknownCompression(Int)
    /// The records would take more than `limit` bytes decompressed.
    case tooLarge(limit: Int)

    /// What is wrong, in one sentence.
    public var message: String {
        switch self {
        case .corrupt(let text), .invalid(let text), .decompression(let text): text
        case .unknownCompression(let id): "Unknown compression type id: \(id)"
        case .tooLarge(let limit): "The records of the batch take more than \(limit) bytes decompressed"
        }
    }
}
