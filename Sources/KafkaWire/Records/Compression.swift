/// Kafka's codecs, by their number in a batch's attributes.
public enum Compression: Int, CaseIterable, Sendable {
    case none = 0
    case gzip = 1
    case snappy = 2
    case lz4 = 3
    case zstd = 4

    /// The name in `compression.type`.
    public var name: String {
        switch self {
        case .none: "none"
        case .gzip: "gzip"
        case .snappy: "snappy"
        case .lz4: "lz4"
        case .zstd: "zstd"
        }
    }

    /// The codec of that name in `compression.type` ("uncompressed" is what topics call none).
    public init?(name: String) {
        if name == "uncompressed" {
            self = .none
        } else if let found = Self.allCases.first(where: { $0.name == name }) {
            self = found
        } else {
            return nil
        }
    }

    /// Decompresses the whole of `input` into `output`, whose old content is dropped.
    ///
    /// Throws `RecordsError.decompression` when the bytes are not of this codec or end early, `.tooLarge` above `limit`
    /// bytes.
    public func decompress(
        _ input: UnsafeRawBufferPointer, into output: inout [UInt8], limit: Int
    ) throws(RecordsError) {
        output.removeAll(keepingCapacity: true)
        switch self {
        case .none: output.append(contentsOf: input)
        case .gzip: try Gzip.decompress(input, into: &output, limit: limit)
        case .snappy: try Snappy.decompress(input, into: &output, limit: limit)
        case .lz4: try LZ4.decompress(input, into: &output, limit: limit)
        case .zstd: try Zstd.decompress(input, into: &output, limit: limit)
        }
    }

    /// `input` compressed at `level` (nil for the codec's usual one), in the framing that Kafka's own clients write.
    public func compress(_ input: UnsafeRawBufferPointer, level: Int32? = nil) -> [UInt8] {
        switch self {
        case .none: [UInt8](input)
        case .gzip: Gzip.compress(input, level: level)
        case .snappy: Snappy.compress(input)
        case .lz4: LZ4.compress(input, level: level)
        case .zstd: Zstd.compress(input, level: level)
        }
    }
}

/// An array that a C codec fills from its end on, growing up to a limit.
enum GrowingOutput {
    /// What one call of a codec did: the bytes it wrote, and whether it is done.
    struct Step {
        var written: Int
        var finished: Bool
    }

    /// Calls `step` with room at the end of `output` until it says it is finished. Throws `RecordsError.tooLarge` above
    /// `limit`.
    static func fill(
        _ output: inout [UInt8], limit: Int, firstRoom: Int,
        _ step: (UnsafeMutableRawBufferPointer) throws(RecordsError) -> Step
    ) throws(RecordsError) {
        var room = max(4096, min(firstRoom, limit))
        while true {
            let start = output.count
            // One byte above the limit shows that there is more.
            let wanted = min(room, limit - start + 1)
            var outcome: Result<Step, RecordsError> = .success(Step(written: 0, finished: true))
            output.append(contentsOf: repeatElement(0, count: wanted))
            output.withUnsafeMutableBytes { bytes in
                do throws(RecordsError) {
                    outcome = .success(try step(UnsafeMutableRawBufferPointer(rebasing: bytes[start...])))
                } catch {
                    outcome = .failure(error)
                }
            }
            let done = try outcome.get()
            output.removeLast(wanted - done.written)
            if output.count > limit { throw .tooLarge(limit: limit) }
            if done.finished { return }
            room = max(4096, output.count)
        }
    }
}
