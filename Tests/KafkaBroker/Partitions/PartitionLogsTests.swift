import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("PartitionLogs") struct PartitionLogsTests {
    private func logs(_ directory: TemporaryDirectory, bootID: String = "a") throws -> PartitionLogs {
        try PartitionLogs(
            root: directory.path, durability: .process, openFiles: OpenFiles(on: SystemDisk()),
            background: BackgroundWork(), bootID: bootID)
    }

    private func log(_ logs: PartitionLogs, _ partition: Int32, topic: String = "t") throws -> PartitionLog {
        let id = UUID(high: 1, low: UInt64(topic.utf8.count))
        if let log = logs.openLog(topicID: id, partition: partition) { return log }
        return try logs.openLog(
            topic: topic, partition: partition, topicID: id, configuration: LogConfiguration(), now: noon)
    }

    @Test("The leader epoch begins at 0, stays over clean stops and is raised after each other one")
    func leaderEpoch() throws {
        let directory = try TemporaryDirectory()
        #expect(try logs(directory).leaderEpoch == 0)
        let crashed = try logs(directory)
        #expect(crashed.leaderEpoch == 1)
        crashed.close(now: noon)
        let clean = try logs(directory)
        #expect(clean.leaderEpoch == 1)
        #expect(try logs(directory).leaderEpoch == 2)
    }

    @Test("A partition that no run opened since a crash is still recovered after later clean stops")
    func unopened() throws {
        let directory = try TemporaryDirectory()
        let first = try logs(directory)
        try log(first, 0).put(batch(count: 2))
        try log(first, 1).put(batch(count: 2))
        // Torn by the crash: half a batch behind the last one.
        for partition in 0...1 {
            let path = directory.path + "/t-\(partition)/00000000000000000000.log"
            let bytes = try #require(SystemDisk().contents(of: path))
            try SystemDisk().replace(path, with: bytes + bytes[..<40], sync: false)
        }
        let second = try logs(directory)
        #expect(try log(second, 0).logEndOffset == 2)
        second.close(now: noon)
        let third = try logs(directory)
        third.close(now: noon)
        let fourth = try logs(directory)
        #expect(fourth.leaderEpoch == 1)
        let late = try log(fourth, 1)
        #expect(late.logEndOffset == 2)
        try late.put(batch(count: 1))
        #expect(try late.values().count == 3)
    }

    @Test("What a crash of the machine left is checked fully, also when a crash of the process follows")
    func machineCrash() {
        let closed = ShutdownState.begin(after: nil, bootID: "a")
        let afterPower = ShutdownState.begin(after: closed.running, bootID: "b")
        #expect(afterPower.shutdown(of: "t-0") == .machineCrash)
        var state = afterPower
        state.recovered("t-0")
        let left = ShutdownState.begin(
            after: state.closed(unopened: ["t-0", "t-1"].filter { $0 != "t-0" }), bootID: "b")
        #expect(left.shutdown(of: "t-0") == .clean)
        #expect(left.shutdown(of: "t-1") == .machineCrash)
        let killed = ShutdownState.begin(after: left.running, bootID: "b")
        #expect(killed.shutdown(of: "t-0") == .processCrash)
        #expect(killed.shutdown(of: "t-1") == .machineCrash)
    }

    @Test("A deleted topic's directories are gone, and its name can be used again at once")
    func delete() throws {
        let directory = try TemporaryDirectory()
        let logs = try logs(directory)
        let old = try log(logs, 0)
        try old.put(batch(count: 2))
        var gone: [String] = []
        logs.onAbandon = { gone.append($0.name) }
        logs.delete(topicNamed: "t", id: UUID(high: 1, low: 1), partitionCount: 3)
        #expect(gone == ["t-0"])
        #expect(!SystemDisk().names(in: directory.path).contains { $0.hasPrefix("t-") })
        #expect(try log(logs, 0).logEndOffset == 0)
    }

    @Test("Directories of deleted topics and of none are removed at the start; others stay")
    func strays() throws {
        let directory = try TemporaryDirectory()
        let logs = try logs(directory)
        try log(logs, 0, topic: "a-b").put(batch(count: 1))
        try log(logs, 0, topic: "cc").put(batch(count: 1))
        try SystemDisk().create(directory.path + "/d-0.abc-delete")
        try SystemDisk().create(directory.path + "/other")
        logs.removeStrays { $0 == "a-b" }
        #expect(SystemDisk().names(in: directory.path) == ["a-b-0", "other", ShutdownState.fileName])
    }

    @Test("The name of a deleted directory stays within 255 bytes")
    func longName() {
        let name = String(repeating: "x", count: 249) + "-12"
        let deleted = PartitionLog.deletedName(name, UUID(high: .max, low: .max))
        #expect(deleted.utf8.count <= 255)
        #expect(deleted.hasSuffix("-delete"))
    }
}

@Suite("LeaderEpochs") struct LeaderEpochsTests {
    @Test("Epochs know where they begin and end, and are cut with the log")
    func epochs() throws {
        var epochs = LeaderEpochs()
        var isNew: Bool
        isNew = epochs.assign(0, startOffset: 0)
        #expect(isNew)
        isNew = epochs.assign(0, startOffset: 5)
        #expect(!isNew)
        isNew = epochs.assign(3, startOffset: 10)
        #expect(isNew)
        isNew = epochs.assign(4, startOffset: 20)
        #expect(isNew)
        #expect(epochs.epoch(of: 9) == 0)
        #expect(epochs.epoch(of: 10) == 3)
        #expect(epochs.endOffset(of: 0, logEndOffset: 30) == (0, 10))
        #expect(epochs.endOffset(of: 2, logEndOffset: 30) == (0, 10))
        #expect(epochs.endOffset(of: 4, logEndOffset: 30) == (4, 30))
        #expect(epochs.endOffset(of: 5, logEndOffset: 30) == (-1, -1))
        #expect(LeaderEpochs(text: epochs.text) == epochs)
        #expect(LeaderEpochs(text: "0\n2\n1 1\n") == nil)
        let cut = epochs.truncate(toEnd: 20)
        #expect(cut)
        #expect(epochs.latest == 3)
        // An epoch without records gives its place to the next.
        isNew = epochs.assign(7, startOffset: 10)
        #expect(isNew)
        #expect(epochs.entries == [.init(epoch: 0, startOffset: 0), .init(epoch: 7, startOffset: 10)])
    }
}
