import CZlib
import HTTP

/// Makes the heads of answers as AWS sends them, and sends head and body in one piece.
struct ResponseComposer {
    private var random: UInt64
    private var whole: [UInt8] = []

    private static let fields = Array("Content-Type: application/x-amz-json-1.0\r\nContent-Length: ".utf8)
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".utf8)
    private static let requestIDLength = 52

    init(seed: UInt64) { random = seed | 1 }

    /// Status line and fields, with the empty line.
    mutating func head(status: Int, body: [UInt8], date: [UInt8], isKeptAlive: Bool) -> [UInt8] {
        var head: [UInt8] = []
        head.reserveCapacity(320)
        ResponseWriter.appendStatusLine(status, to: &head)
        ResponseWriter.append("Server: Server\r\nDate: ", to: &head)
        head += date
        ResponseWriter.append("\r\n", to: &head)
        head += Self.fields
        ResponseWriter.appendDecimal(body.count, to: &head)
        if isKeptAlive {
            ResponseWriter.append("\r\nConnection: keep-alive\r\nx-amzn-RequestId: ", to: &head)
        } else {
            ResponseWriter.append("\r\nConnection: close\r\nx-amzn-RequestId: ", to: &head)
        }
        appendRequestID(to: &head)
        ResponseWriter.append("\r\nx-amz-crc32: ", to: &head)
        ResponseWriter.appendDecimal(Int(CRC32.checksum(body)), to: &head)
        ResponseWriter.append("\r\n\r\n", to: &head)
        return head
    }

    /// Sends an answer whose head is made.
    mutating func send(_ head: [UInt8], _ body: [UInt8], through exchange: HTTPExchange) {
        whole.removeAll(keepingCapacity: true)
        whole += head
        if !exchange.isHead { whole += body }
        whole.withUnsafeBytes { exchange.respond(raw: $0) }
        if whole.capacity > 1 << 20 { whole = [] }
    }

    /// 52 capital letters and digits, as AWS's request ids are.
    mutating func requestID() -> String {
        var id: [UInt8] = []
        appendRequestID(to: &id)
        return String(decoding: id, as: UTF8.self)
    }

    private mutating func appendRequestID(to output: inout [UInt8]) {
        var bits: UInt64 = 0
        for index in 0..<Self.requestIDLength {
            if index % 12 == 0 { bits = nextRandom() }
            output.append(Self.alphabet[Int(bits & 31)])
            bits >>= 5
        }
    }

    /// xorshift64*: request ids have to differ, not to be secret.
    private mutating func nextRandom() -> UInt64 {
        random ^= random >> 12
        random ^= random << 25
        random ^= random >> 27
        return random &* 0x2545_F491_4F6C_DD1D
    }
}

/// The CRC-32 of zlib, which AWS's clients check.
enum CRC32 {
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { buffer in
            UInt32(truncatingIfNeeded: crc32_z(0, buffer.baseAddress, buffer.count))
        }
    }
}
