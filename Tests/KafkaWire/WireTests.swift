import Testing

@testable import KafkaWire

@Suite("Wire")
struct WireTests {
    private func read<T>(
        _ bytes: [UInt8], flexible: Bool, version: Int16 = 0, _ body: (inout Wire) throws -> T
    ) rethrows -> T {
        try bytes.withUnsafeBytes { buffer in
            var wire = Wire(reading: buffer, version: version, flexible: flexible)
            return try body(&wire)
        }
    }

    @Test("A string's length is refused when it is more than the bytes that are left")
    func lyingStringLength() {
        for (bytes, flexible) in [
            ([0x7F, 0xFF, 0x61] as [UInt8], false), ([0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x61], true),
        ] {
            #expect(throws: WireError.truncated) {
                try read(bytes, flexible: flexible) { wire in
                    var text = ""
                    try wire.field(&text)
                }
            }
        }
    }

    @Test("An array's length is refused when it is more than the bytes that are left")
    func lyingArrayLength() {
        #expect(throws: WireError.truncated) {
            try read([0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1], flexible: false) { wire in
                var values: [Int32] = []
                try wire.field(&values)
            }
        }
    }

    @Test("A varint of more than 32 bits is refused")
    func longVarint() {
        for bytes in [[0xFF, 0xFF, 0xFF, 0xFF, 0x1F] as [UInt8], [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]] {
            #expect(throws: WireError.malformed) {
                try read(bytes, flexible: true) { wire in
                    var text = ""
                    try wire.field(&text)
                }
            }
        }
    }

    @Test("A length below -1 is refused, and a null where none is allowed")
    func negativeLengths() {
        #expect(throws: WireError.malformed) {
            try read([0xFF, 0xFE], flexible: false) { wire in
                var text: String?
                try wire.field(&text)
            }
        }
        #expect(throws: WireError.unexpectedNull) {
            try read([0xFF, 0xFF], flexible: false) { wire in
                var text = ""
                try wire.field(&text)
            }
        }
        #expect(throws: WireError.unexpectedNull) {
            try read([0], flexible: true) { wire in
                var values: [Int32] = []
                try wire.field(&values)
            }
        }
    }

    @Test("Null topics mean all topics from version 1 of Metadata on, and are refused in version 0")
    func nullByVersion() throws {
        let null: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        let request = try null.withUnsafeBytes {
            try Frame.decode(Metadata.Request.self, $0, version: 1, flexible: false)
        }
        #expect(request.topics == nil)
        #expect(throws: WireError.unexpectedNull) {
            try null.withUnsafeBytes { try Frame.decode(Metadata.Request.self, $0, version: 0, flexible: false) }
        }
    }

    @Test("An absent string is written as an empty one in versions that know no null for it")
    func emptyForNull() throws {
        var response = JoinGroup.Response()
        response.protocolName = nil
        var old = Wire(writingVersion: 0, flexible: false)
        try response.layout(&old)
        // error, generation, protocol name
        #expect(old.output[..<8] == [0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0])
    }

    @Test("Bytes after a body are ignored, as Kafka does")
    func trailingBytes() throws {
        let bytes: [UInt8] = [0, 0, 0, 0, 0xAA, 0xBB]
        let request = try bytes.withUnsafeBytes {
            try Frame.decode(Metadata.Request.self, $0, version: 0, flexible: false)
        }
        #expect(request.topics?.isEmpty == true)
    }

    @Test("An unknown tagged field is skipped, whatever is in it")
    func unknownTag() throws {
        // One field, tag 9, three bytes; then a byte of the next structure.
        try read([1, 9, 3, 0xAA, 0xBB, 0xCC, 0x07], flexible: true) { wire in
            try wire.endOfStructure()
            var next: Int8 = 0
            try wire.field(&next)
            #expect(next == 7)
        }
    }

    @Test("Tagged fields that say they are more than there is are refused")
    func lyingTags() {
        for bytes in [[0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0] as [UInt8], [1, 0, 5, 1]] {
            #expect(throws: WireError.truncated) { try read(bytes, flexible: true) { try $0.endOfStructure() } }
        }
    }

    @Test("A tagged field is found among unknown ones before and after it")
    func tagAmongOthers() throws {
        // Response of ApiVersions 3: no error, no APIs, throttle 0; tags 9 (2 bytes), 1 (epoch 5), 12 (empty).
        let frame = hexadecimal("0000 01 00000000 03 0902aabb 01080000000000000005 0c00")
        let response = try frame.withUnsafeBytes {
            try Frame.decode(ApiVersions.Response.self, $0, version: 3, flexible: true)
        }
        #expect(response.finalizedFeaturesEpoch == 5)
    }

    @Test("A topic id is written as Kafka's tools write it, and read back")
    func uuidText() {
        let id = UUID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF)
        #expect(id.description == "ABEiM0RVZneImaq7zN3u_w")
        #expect(UUID("ABEiM0RVZneImaq7zN3u_w") == id)
        #expect(UUID("ABEiM0RVZneImaq7zN3u_x") == nil)
        #expect(UUID("ABEi") == nil)
        #expect(UUID.zero.description == "AAAAAAAAAAAAAAAAAAAAAA")
    }

    @Test("Only flexible versions have tagged fields after the request header")
    func requestHeaders() throws {
        let old: [UInt8] = [0, 18, 0, 2, 0, 0, 0, 9, 0, 1, 0x61]
        try old.withUnsafeBytes { frame in
            let (header, body) = try Frame.header(of: frame) { _, version in version >= 3 }
            #expect(header == RequestHeader(apiKey: 18, apiVersion: 2, correlationID: 9, clientID: "a"))
            #expect(body.isEmpty)
        }
        let new: [UInt8] = [0, 18, 0, 3, 0, 0, 0, 9, 0xFF, 0xFF, 1, 5, 2, 0xAA, 0xBB, 0x77]
        try new.withUnsafeBytes { frame in
            let (header, body) = try Frame.header(of: frame) { _, version in version >= 3 }
            #expect(header.clientID == nil)
            #expect([UInt8](body) == [0x77])
        }
        #expect(throws: WireError.truncated) {
            try [0, 18, 0, 2].withUnsafeBytes { _ = try Frame.header(of: $0) { _, _ in false } }
        }
    }

    @Test("A response's size counts the records that stay outside")
    func externalRecords() throws {
        var response = Fetch.Response()
        var topic = Fetch.Response.Topic()
        topic.topic = "t"
        var partition = Fetch.Response.Topic.Partition()
        partition.records = .external(id: 0, length: 1000)
        topic.partitions = [partition]
        response.responses = [topic]
        let encoded = try Frame.encode(
            &response, correlationID: 7, version: 4, flexible: false, flexibleHeader: false)
        let size = encoded.bytes.withUnsafeBytes { Int32(bigEndian: $0.loadUnaligned(as: Int32.self)) }
        #expect(Int(size) == encoded.bytes.count - 4 + 1000)
        #expect(encoded.external == [ExternalRecords(position: encoded.bytes.count, id: 0, length: 1000)])
        #expect(encoded.bytes.suffix(4) == [0, 0, 0x03, 0xE8])
    }
}
