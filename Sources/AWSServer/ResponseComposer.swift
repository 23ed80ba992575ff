import CCRC32
import HTTP

/// What the request says of the form of its answer.
struct AnswerForm {
    /// The type of the answer.
    var type = ContentType.amazonJSON
    /// Whether a script of another origin asks: it must be told that it may look.
    var isForOrigin = false
    /// How a long answer is compressed.
    var coding: ContentCoding?
}

/// Makes answers as AWS sends them.
struct ResponseComposer: ~Copyable {
    private var ids: RequestIDs
    /// The head of the answer that was made last.
    private(set) var head = ResponseHead()

    init(seed: UInt64) { ids = RequestIDs(seed: seed) }

    /// Makes the head of an answer: status line and fields. Returns what follows it: the body, compressed if that is asked for, and
    /// nothing when the request is a HEAD.
    mutating func compose(
        status: Int, body: [UInt8], form: AnswerForm, date: [UInt8], isKeptAlive: Bool, isHead: Bool
    ) -> [UInt8] {
        if let coding = form.coding, body.count >= Compression.bytesMin {
            var compressed: [UInt8] = []
            Compression.append(body, coding, to: &compressed)
            begin(status, compressed, form, date, isKeptAlive)
            ResponseWriter.append("Content-Encoding: ", to: &head)
            ResponseWriter.append(coding.name, to: &head)
            ResponseWriter.append("\r\n\r\n", to: &head)
            return isHead ? [] : compressed
        }
        begin(status, body, form, date, isKeptAlive)
        ResponseWriter.append("\r\n", to: &head)
        return isHead ? [] : body
    }

    /// The head that was made last and what follows it.
    func whole(with content: [UInt8]) -> [UInt8] {
        var whole: [UInt8] = []
        whole.reserveCapacity(head.count + content.count)
        whole.append(contentsOf: head.bytes)
        whole.append(contentsOf: content)
        return whole
    }

    /// The status line and all fields but those of compression. The checksum is of the bytes that are sent: clients check it before they
    /// decompress.
    private mutating func begin(
        _ status: Int, _ body: [UInt8], _ form: AnswerForm, _ date: [UInt8], _ isKeptAlive: Bool
    ) {
        head.removeAll()
        ResponseWriter.appendStatusLine(status, to: &head)
        ResponseWriter.append("Server: Server\r\nDate: ", to: &head)
        date.withUnsafeBytes { head.append($0) }
        switch form.type {
        case .amazonJSON:
            ResponseWriter.append("\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: ", to: &head)
        case .json:
            ResponseWriter.append("\r\nContent-Type: application/json\r\nContent-Length: ", to: &head)
        }
        ResponseWriter.appendDecimal(body.count, to: &head)
        if isKeptAlive {
            ResponseWriter.append("\r\nConnection: keep-alive\r\nx-amzn-RequestId: ", to: &head)
        } else {
            ResponseWriter.append("\r\nConnection: close\r\nx-amzn-RequestId: ", to: &head)
        }
        ids.append(to: &head)
        ResponseWriter.append("\r\nx-amz-crc32: ", to: &head)
        ResponseWriter.appendDecimal(Int(CRC32.checksum(body)), to: &head)
        ResponseWriter.append("\r\n", to: &head)
        if form.isForOrigin { CrossOrigin.append(to: &head) }
    }

    /// An id for an answer that is made elsewhere.
    mutating func appendRequestID(to output: inout [UInt8]) { ids.append(to: &output) }

    /// An id for an answer of another service, whose ids have another form.
    mutating func makeUUID() -> String { ids.makeUUID() }
}

/// Request ids as AWS's are: 52 capital letters and digits. They have to differ, not to be secret.
struct RequestIDs {
    private var random: UInt64

    private static let length = 52

    init(seed: UInt64) { random = seed | 1 }

    mutating func append<Output: ResponseBytes & ~Copyable>(to output: inout Output) {
        withUnsafeTemporaryAllocation(byteCount: Self.length + 4, alignment: 8) { id in
            for index in 0..<(Self.length + 4) / 8 {
                id.storeBytes(of: Self.characters(of: next()), toByteOffset: index * 8, as: UInt64.self)
            }
            output.append(UnsafeRawBufferPointer(rebasing: id[..<Self.length]))
        }
    }

    /// A random UUID in its usual form.
    mutating func makeUUID() -> String {
        let digits = Array("0123456789abcdef".utf8)
        let (high, low) = (next() & ~0xF000 | 0x4000, next() & ~(3 << 62) | 2 << 62)
        var text: [UInt8] = []
        for index in 0..<32 {
            if [8, 12, 16, 20].contains(index) { text.append(UInt8(ascii: "-")) }
            let half = index < 16 ? high : low
            text.append(digits[Int(half >> UInt64(60 - index % 16 * 4) & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Eight characters at once: five bits of each byte are a number, 0 to 25 a letter from A, 26 to 31 a digit from 0.
    private static func characters(of bits: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let numbers = bits & (0x1F &* ones)
        let digits = (numbers &+ (0x80 - 26) &* ones) >> 7 & ones
        return numbers &+ 0x41 &* ones &- digits &* (0x41 + 26 - 0x30)
    }

    /// xorshift64*
    private mutating func next() -> UInt64 {
        random ^= random >> 12
        random ^= random << 25
        random ^= random >> 27
        return random &* 0x2545_F491_4F6C_DD1D
    }
}

/// The CRC-32 that AWS's clients check.
enum CRC32 {
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { nestbox_crc32($0.baseAddress, $0.count) }
    }
}
