/// The hash by which Kafka's producers choose a key's partition: MurmurHash2 with 32 bits and Kafka's seed.
enum Murmur2 {
    /// The hash of `bytes` (org.apache.kafka.common.utils.Utils.murmur2).
    static func hash(_ bytes: [UInt8]) -> Int32 {
        let m: UInt32 = 0x5BD1_E995
        var h: UInt32 = 0x9747_B28C ^ UInt32(truncatingIfNeeded: bytes.count)
        let whole = bytes.count & ~3
        for start in stride(from: 0, to: whole, by: 4) {
            var k =
                UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
                | UInt32(bytes[start + 3]) << 24
            k = k &* m
            k ^= k >> 24
            h = (h &* m) ^ (k &* m)
        }
        let rest = bytes[whole...]
        if !rest.isEmpty {
            for (index, byte) in rest.enumerated() { h ^= UInt32(byte) << UInt32(8 * index) }
            h = h &* m
        }
        h ^= h >> 13
        h = h &* m
        h ^= h >> 15
        return Int32(bitPattern: h)
    }

    /// The partition of a key among `count`.
    static func partition(of key: [UInt8], among count: Int) -> Int32 {
        Int32(Int(hash(key) & 0x7FFF_FFFF) % count)
    }
}

/// The partition of records without a key: one partition until a batch's worth of bytes has gone there, then another by chance (KIP-794).
struct StickyPartitioner {
    private let batchBytes: Int
    private var current: Int32?
    private var bytesThere = 0

    /// `batchBytes` is the producer's batch.size.
    init(batchBytes: Int) { self.batchBytes = batchBytes }

    /// The partition for a record of `bytes` bytes, of those that can be written to.
    mutating func partition(
        among available: [Int32], bytes: Int, using random: inout some RandomNumberGenerator
    ) -> Int32 {
        if bytesThere >= batchBytes || current.map({ !available.contains($0) }) ?? true {
            current = available.randomElement(using: &random) ?? 0
            bytesThere = 0
        }
        bytesThere += bytes
        return current ?? 0
    }
}
