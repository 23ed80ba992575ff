import Testing

@testable import KafkaWire

@Suite("Wire") struct WireTests {
    func read<S: WireStructure>(_: S.Type, _ bytes: [UInt8], _ version: Int16, _ flexible: Bool) throws(WireError) -> S {
        var result = S()
        var failure: WireError?
        bytes.withUnsafeBytes { raw in
            do throws(WireError) {
                result = try Frame.decode(S.self, raw, version: version, flexible: flexible)
            } catch { failure = error }
        }
        if let failure { throw failure }
        return result
    }

    func write<S: WireStructure>(_ value: S, _ version: Int16, _ flexible: Bool) throws -> [UInt8] {
        var value = value
        var w = Wire(writingVersion: version, flexible: flexible)
        try value.layout(&w)
        return w.output
    }

    @Test("A JoinGroup request reads back as it was written, in every version")
    func joinGroupRoundTrip() throws {
        for version in JoinGroup.versions {
            var request = JoinGroup.Request()
            request.groupID = "g"
            request.sessionTimeoutMs = 10_000
            if version >= 1 { request.rebalanceTimeoutMs = 60_000 }
            request.memberID = "m"
            if version >= 5 { request.groupInstanceID = "i" }
            request.protocolType = "consumer"
            var range = JoinGroup.Request.SupportedProtocol()
            range.name = "range"
            range.metadata = [1, 2, 3]
            request.protocols = [range]
            if version >= 8 { request.reason = "why" }
            let flexible = JoinGroup.isFlexible(version)
            #expect(try read(JoinGroup.Request.self, write(request, version, flexible), version, flexible) == request)
        }
    }

    @Test("A count beyond the message's bytes is refused before anything is allocated")
    func lyingCount() {
        #expect(throws: WireError.truncated) {
            try read(Metadata.Request.self, [0x7F, 0xFF, 0xFF, 0xFF], 1, false)
        }
    }

    @Test("Bytes left over after a message are refused")
    func leftOver() {
        #expect(throws: WireError.malformed) { try read(Heartbeat.Request.self, [0, 0, 0, 0, 0, 0, 0, 0, 9], 0, false) }
    }

    @Test("An unknown tagged field is skipped")
    func unknownTag() throws {
        var bytes = try write(Heartbeat.Request(), 4, true)
        #expect(bytes.removeLast() == 0)
        bytes += [1, 0x63, 2, 0xAB, 0xCD]
        #expect(try read(Heartbeat.Request.self, bytes, 4, true) == Heartbeat.Request())
    }

    @Test("A UUID reads back from its 22 characters")
    func uuid() {
        let id = UUID(randomHigh: 0x0123_4567_89AB_CDEF, randomLow: 0xFEDC_BA98_7654_3210)
        #expect(UUID(id.description) == id)
        #expect(UUID.zero.description == "AAAAAAAAAAAAAAAAAAAAAA")
    }
}
