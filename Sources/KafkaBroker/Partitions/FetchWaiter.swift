import KafkaWire

/// A request's place in its session.
struct FetchTurn {
    let session: FetchSession
    /// The session's epoch after the request: a later request has raised it.
    let epoch: Int32
    /// Whether it began the session: its answer has every partition.
    let isFirst: Bool
}

/// A Fetch that waits until enough records are there or its time is up. It waits once: what wakes it takes it from all
/// its partitions.
package final class FetchWaiter {
    let request: Fetch.Request
    /// Its place in its session, if it has one.
    let turn: FetchTurn?
    let context: RequestContext
    /// By the clock that only runs forward.
    let deadlineMillis: Int64
    /// Bytes that are missing to `min_bytes`.
    fileprivate var bytesMissing: Int
    fileprivate let logs: [PartitionLog]
    fileprivate var isDone = false

    init(
        request: Fetch.Request, turn: FetchTurn? = nil, context: RequestContext, deadlineMillis: Int64,
        bytesMissing: Int, logs: [PartitionLog]
    ) {
        self.request = request
        self.turn = turn
        self.context = context
        self.deadlineMillis = deadlineMillis
        self.bytesMissing = bytesMissing
        self.logs = logs
    }
}

/// All waiting fetches.
package final class FetchWaiters: BrokerPart {
    /// Answers a waiter that is through with waiting.
    var answer: (FetchWaiter) -> Void = { _ in }

    private var byClient: [ClientID: FetchWaiter] = [:]
    /// A binary heap by deadline; those that are done are left in it until they come up.
    private var heap: [FetchWaiter] = []
    private var ready: [FetchWaiter] = []

    deinit {
        // A log and those that wait for it keep each other.
        for waiter in byClient.values { remove(waiter) }
    }

    /// How many wait.
    package var count: Int { byClient.count }

    /// Lets a fetch wait for records in its partitions.
    func add(_ waiter: FetchWaiter) {
        byClient[waiter.context.client.id] = waiter
        for log in waiter.logs { log.fetchWaiters.append(waiter) }
        heap.append(waiter)
        siftUp(heap.count - 1)
    }

    /// Notes that `count` bytes can be read that could not before; `answerReady` then answers those that have enough.
    func recordsCame(to log: PartitionLog, _ count: Int) {
        for waiter in log.fetchWaiters where !waiter.isDone {
            waiter.bytesMissing = waiter.bytesMissing.subtractingReportingOverflow(count).partialValue
            if waiter.bytesMissing <= 0 {
                waiter.isDone = true
                ready.append(waiter)
            }
        }
    }

    /// Answers those that have enough.
    func answerReady() {
        while !ready.isEmpty {
            let now = ready
            ready = []
            for waiter in now {
                remove(waiter)
                answer(waiter)
            }
        }
    }

    package var isMeasuredSteadily: Bool { true }

    package var nextDeadlineMillis: Int64? {
        while let first = heap.first, first.isDone { removeFirst() }
        return heap.first?.deadlineMillis
    }

    package func advance(to now: Int64) {
        while let deadline = nextDeadlineMillis, deadline <= now {
            let waiter = heap[0]
            waiter.isDone = true
            remove(waiter)
            answer(waiter)
        }
    }

    package func disconnected(_ client: ClientID) {
        guard let waiter = byClient[client] else { return }
        waiter.isDone = true
        ready.removeAll { $0 === waiter }
        remove(waiter)
    }

    private func remove(_ waiter: FetchWaiter) {
        if byClient[waiter.context.client.id] === waiter { byClient[waiter.context.client.id] = nil }
        for log in waiter.logs { log.fetchWaiters.removeAll { $0 === waiter } }
        // Done ones below the top must not pile up: a busy consumer leaves one for every record that wakes it.
        if heap.count > 64, heap.count > 2 * byClient.count {
            heap = heap.filter { !$0.isDone }.sorted { $0.deadlineMillis < $1.deadlineMillis }
        }
    }

    // MARK: Heap

    private func siftUp(_ start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 2
            guard heap[index].deadlineMillis < heap[parent].deadlineMillis else { return }
            heap.swapAt(index, parent)
            index = parent
        }
    }

    private func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && heap[child].deadlineMillis < heap[least].deadlineMillis {
                least = child
            }
            if least == index { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
