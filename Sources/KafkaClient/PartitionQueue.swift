import Synchronization

/// The records of one assigned partition between the polling thread and the task that works on them, in order.
final class PartitionQueue: Sendable {
    /// At this many records the partition is paused.
    static let highWater = 200
    /// At this few it is resumed.
    static let lowWater = 50

    private struct State {
        var records: [ConsumerRecord] = []
        var first = 0
        var waiter: CheckedContinuation<ConsumerRecord?, Never>?
        var stopped = false
        var finished = false
        var count: Int { records.count - first }
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.count } }

    /// Whether the task has ended: nothing of this partition is worked on any more.
    var isFinished: Bool { state.withLock { $0.finished } }

    func put(_ record: ConsumerRecord) {
        let waiter: CheckedContinuation<ConsumerRecord?, Never>? = state.withLock { state in
            if state.stopped { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.records.append(record)
            return nil
        }
        waiter?.resume(returning: record)
    }

    /// The next record; nil when the partition is no longer ours. One task asks.
    func next() async -> ConsumerRecord? {
        await withCheckedContinuation { continuation in
            let ready: ConsumerRecord?? = state.withLock { state in
                if state.stopped { return .some(nil) }
                guard state.count > 0 else {
                    state.waiter = continuation
                    return .none
                }
                let record = state.records[state.first]
                state.first += 1
                if state.first == state.records.count || state.first >= 1024 {
                    state.records.removeFirst(state.first)
                    state.first = 0
                }
                return .some(record)
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    /// Gives the partition up: what waits in the queue is dropped, the record in work is finished.
    func stop() {
        let waiter = state.withLock { state in
            state.stopped = true
            state.records = []
            state.first = 0
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: nil)
    }

    var isStopped: Bool { state.withLock { $0.stopped } }

    func finish() { state.withLock { $0.finished = true } }
}
