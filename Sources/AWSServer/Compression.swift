import CZlib
import HTTP

/// Reads request bodies that are compressed.
enum Decompression {
    /// A client has reason for one coding; each one more costs as much time as the first.
    private static let codingsMax = 2
    /// Gzip streams in a row; each costs time without giving a byte.
    private static let membersMax = 1024

    /// The codings that a body went through, in their order; nil when there is one that AWS does not know, or too many.
    static func codings(of request: borrowing HTTPRequest) -> [ContentCoding]? {
        var codings: [ContentCoding] = []
        var areKnown = true
        for index in 0..<request.fieldCount where request.fieldName(index).isEqualIgnoringCase("content-encoding") {
            request.fieldValue(index).forEachMember { member in
                if member.isEqualIgnoringCase("identity") { return }
                if let coding = ContentCoding(name: member) { codings.append(coding) } else { areKnown = false }
            }
        }
        return areKnown && codings.count <= codingsMax ? codings : nil
    }

    /// The bytes that a body stands for; nil when it is not what its codings say, and when it stands for more than `limit` bytes, of which
    /// no more are made.
    static func decode(_ body: UnsafeRawBufferPointer, _ codings: [ContentCoding], limit: Int) -> [UInt8]? {
        var bytes: [UInt8]?
        for coding in codings.reversed() {
            if let input = bytes {
                bytes = input.withUnsafeBytes { decode($0, coding, limit: limit) }
            } else {
                bytes = decode(body, coding, limit: limit)
            }
            if bytes == nil { return nil }
        }
        return bytes
    }

    private static func decode(_ input: UnsafeRawBufferPointer, _ coding: ContentCoding, limit: Int) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, coding.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(input.count)
        var output: [UInt8] = []
        output.reserveCapacity(min(limit, max(4096, input.count * 4)))
        var members = 1
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64 << 10) { room in
            while true {
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                let code = inflate(&stream, Z_NO_FLUSH)
                let written = room.count - Int(stream.avail_out)
                guard written <= limit - output.count else { return nil }
                output.append(contentsOf: room[..<written])
                switch code {
                case Z_STREAM_END:
                    if stream.avail_in == 0 { return output }
                    // Gzip streams may follow each other (RFC 1952 section 2.2), zlib streams may not.
                    members += 1
                    guard coding == .gzip, members <= membersMax, inflateReset(&stream) == Z_OK else { return nil }
                case Z_OK where written > 0 || stream.avail_in > 0: continue
                default: return nil
                }
            }
        }
    }
}

/// Compresses answers.
enum Compression {
    /// The answers that AWS compresses have at least so many bytes.
    static let bytesMin = 4096
    /// The quickest: the loop waits meanwhile, and what is saved goes over the loopback interface.
    private static let level: Int32 = 1

    /// Appends the compressed form of `body` to `output`.
    static func append(_ body: [UInt8], _ coding: ContentCoding, to output: inout [UInt8]) {
        var stream = z_stream()
        let begun = deflateInit2_(
            &stream, level, Z_DEFLATED, coding.windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(begun == Z_OK, "zlib refuses to start")
        defer { deflateEnd(&stream) }
        body.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(input.count)
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64 << 10) { room in
                var code = Z_OK
                while code != Z_STREAM_END {
                    stream.next_out = room.baseAddress
                    stream.avail_out = UInt32(room.count)
                    code = deflate(&stream, Z_FINISH)
                    precondition(code == Z_STREAM_END || code == Z_OK, "zlib cannot go on")
                    output.append(contentsOf: room[..<(room.count - Int(stream.avail_out))])
                }
            }
        }
    }
}

extension ContentCoding {
    /// What zlib calls it: 15 bits of window; 16 more ask for the gzip wrapper.
    fileprivate var windowBits: Int32 {
        switch self {
        case .gzip: 15 + 16
        case .deflate: 15
        }
    }
}
