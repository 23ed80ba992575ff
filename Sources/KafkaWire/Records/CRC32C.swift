import CCRC32C

/// CRC-32C (Castagnoli), the sum of Kafka's record batches and of its producer snapshots.
public enum CRC32C {
    /// The sum of `bytes`, continued from `initial` (0 for a new sum).
    public static func checksum(_ bytes: UnsafeRawBufferPointer, continuing initial: UInt32 = 0) -> UInt32 {
        nestbox_crc32c(initial, bytes.baseAddress, bytes.count)
    }

    /// The sum of `bytes`.
    public static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { checksum($0) }
    }
}
