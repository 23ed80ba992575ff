import Testing

@testable import KafkaWire

/// A message by its name in `definitionFrames`, and what reads and writes it.
private struct Codec: Sendable {
    let label: String
    let name: String
    let versions: ClosedRange<Int16>
    /// Reads a body and writes it again.
    let again: @Sendable ([UInt8], Int16) throws -> [UInt8]

    init<Body: WireStructure>(_: Body.Type, _ label: String, _ versions: ClosedRange<Int16>, flexibleFrom: Int16) {
        self.label = label
        name = "\(Body.self)"
        self.versions = versions
        again = { bytes, version in
            var body = try bytes.withUnsafeBytes {
                try Frame.decode(Body.self, $0, version: version, flexible: version >= flexibleFrom)
            }
            var wire = Wire(writingVersion: version, flexible: version >= flexibleFrom)
            try body.layout(&wire)
            return wire.output
        }
    }

    static func both<API: KafkaAPI>(_: API.Type) -> [Codec] {
        [
            Codec(API.Request.self, "\(API.key) request", API.versions, flexibleFrom: API.flexibleFrom),
            Codec(API.Response.self, "\(API.key) response", API.versions, flexibleFrom: API.flexibleFrom),
        ]
    }

    static let admin: [Codec] =
        both(AlterConfigs.self) + both(CreatePartitions.self) + both(ElectLeaders.self)
        + both(IncrementalAlterConfigs.self) + both(AlterPartitionReassignments.self)
        + both(ListPartitionReassignments.self) + both(OffsetDelete.self) + both(DescribeQuorum.self)
        + both(UpdateFeatures.self) + both(DescribeCluster.self) + both(GetTelemetrySubscriptions.self)
        + both(PushTelemetry.self) + both(ListConfigResources.self) + both(DescribeTopicPartitions.self)

    static let all: [Codec] =
        both(Produce.self) + both(Fetch.self) + both(ListOffsets.self) + both(Metadata.self) + both(OffsetCommit.self)
        + both(OffsetFetch.self) + both(FindCoordinator.self) + both(JoinGroup.self) + both(Heartbeat.self)
        + both(LeaveGroup.self) + both(SyncGroup.self) + both(DescribeGroups.self) + both(ListGroups.self)
        + both(ApiVersions.self) + both(CreateTopics.self) + both(DeleteTopics.self) + both(InitProducerId.self)
        + both(DescribeConfigs.self) + both(DeleteGroups.self) + both(DeleteRecords.self)
        + both(OffsetForLeaderEpoch.self) + both(DescribeLogDirs.self) + both(DescribeProducers.self) + admin
        + [
            Codec(GroupMetadataRecord.Key.self, "GroupMetadataKey record", 0...0, flexibleFrom: .max),
            Codec(
                GroupMetadataRecord.Value.self, "GroupMetadataValue record", GroupMetadataRecord.valueVersions,
                flexibleFrom: GroupMetadataRecord.flexibleFrom),
            Codec(OffsetCommitRecord.Key.self, "OffsetCommitKey record", 0...0, flexibleFrom: .max),
            Codec(
                OffsetCommitRecord.Value.self, "OffsetCommitValue record", OffsetCommitRecord.valueVersions,
                flexibleFrom: OffsetCommitRecord.flexibleFrom),
        ]
}

/// A body of `definitionFrames`.
private struct DefinitionFrame {
    let label: String
    let version: Int16
    var bytes: [UInt8] = []

    /// By label.
    static let all: [String: [DefinitionFrame]] = {
        var frames: [DefinitionFrame] = []
        for line in (definitionFrames + "\n" + adminDefinitionFrames).split(separator: "\n") {
            if line.contains(" ") {
                let words = line.split(separator: " ")
                frames.append(DefinitionFrame(label: "\(words[0]) \(words[1])", version: Int16(words[2])!))
            } else {
                frames[frames.count - 1].bytes += hexadecimal(line)
            }
        }
        return Dictionary(grouping: frames, by: \.label)
    }()
}

/// The bytes of hexadecimal text; spaces and line ends are left out.
func hexadecimal(_ text: some StringProtocol) -> [UInt8] {
    let digits = text.utf8.filter { $0 > 0x20 }.map { $0 <= 0x39 ? $0 - 0x30 : $0 - 0x61 + 10 }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

@Suite("Messages")
struct DefinitionTests {
    @Test(
        "Every message of every version reads as Kafka's definitions write it, and is written the same again",
        arguments: Codec.all)
    fileprivate func definitions(_ codec: Codec) throws {
        for version in codec.versions {
            let frames = DefinitionFrame.all[codec.label, default: []].filter { $0.version == version }
            #expect(!frames.isEmpty, "\(codec.label) \(version) has no frame")
            for frame in frames {
                let again = try codec.again(frame.bytes, version)
                #expect(again == frame.bytes, "\(codec.label) \(version): \(frame.bytes)")
            }
        }
    }

    @Test("A message cut anywhere is refused", arguments: Codec.all)
    fileprivate func truncation(_ codec: Codec) throws {
        for frame in DefinitionFrame.all[codec.label, default: []] {
            for length in 0..<frame.bytes.count {
                // Not `#expect(throws:)`, which costs far more than the reading.
                do {
                    _ = try codec.again(Array(frame.bytes[..<length]), frame.version)
                    Issue.record("\(length) bytes of \(frame.bytes) are read as a whole message")
                } catch is WireError {
                    continue
                }
            }
        }
    }

    @Test("A message with changed bytes is read or refused, and what was read can be written", arguments: Codec.all)
    fileprivate func mutation(_ codec: Codec) throws {
        var random = SplitMix(state: 4)
        for frame in DefinitionFrame.all[codec.label, default: []] {
            for _ in 0..<30 {
                var bytes = frame.bytes
                for _ in 0...random.below(3) where !bytes.isEmpty {
                    let place = random.below(bytes.count)
                    switch random.below(4) {
                    case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                    case 1: bytes[place] = [0, 0x7F, 0x80, 0xFF][random.below(4)]
                    case 2: bytes.remove(at: place)
                    default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                    }
                }
                do {
                    let again = try codec.again(bytes, frame.version)
                    // No message grows: text that is not UTF-8 takes at most three times its bytes, everything else what it took.
                    if again.count > 3 * bytes.count + 16 { Issue.record("\(bytes) grows to \(again)") }
                } catch is WireError {
                    continue
                }
            }
        }
    }
}

/// The same numbers for the same seed, everywhere.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
