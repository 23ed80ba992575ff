/// Which group has to be looked at when: a binary heap with at most one live entry a group.
///
/// A deadline that moves later costs nothing: the old entry stays and the group is asked again when it comes up.
struct GroupDeadlines {
    private struct Entry {
        var deadline: Int64
        /// Orders equal deadlines by the time of their scheduling, so that a run can be repeated.
        var order: UInt64
        var group: GroupID

        static func < (a: Entry, b: Entry) -> Bool { (a.deadline, a.order) < (b.deadline, b.order) }
    }

    private var heap: [Entry] = []
    private var scheduled: [GroupID: Int64] = [:]
    private var lastOrder: UInt64 = 0

    /// The earliest deadline, perhaps one that has moved since.
    var first: Int64? { heap.first?.deadline }

    mutating func schedule(_ group: GroupID, at deadline: Int64) {
        if let earlier = scheduled[group], earlier <= deadline { return }
        scheduled[group] = deadline
        lastOrder += 1
        heap.append(Entry(deadline: deadline, order: lastOrder, group: group))
        var child = heap.count - 1
        while child > 0, heap[child] < heap[(child - 1) / 2] {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the first group whose deadline is not after now.
    mutating func next(upTo now: Int64) -> GroupID? {
        while let entry = heap.first, entry.deadline <= now {
            removeFirst()
            guard scheduled[entry.group] == entry.deadline else { continue }
            scheduled[entry.group] = nil
            return entry.group
        }
        return nil
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
