/// The last offset of each key in the part of a log that is being compacted, in bounded memory: keys are known by their
/// hash (Kafka's `OffsetMap`).
struct KeyOffsets {
    private struct Slot {
        var hash: SipHash128
        /// -1 in a free slot.
        var offset: Int64
    }

    private static let free = Slot(hash: SipHash128(UnsafeRawBufferPointer(start: nil, count: 0)), offset: -1)

    /// How many keys there may be.
    let countMax: Int
    /// The keys so far.
    private(set) var count = 0
    /// The last offset that was looked at; -1 before the first.
    private(set) var latestOffset: Int64 = -1
    /// A power of two of slots, at most three quarters of them taken.
    private var slots: [Slot]

    /// A map that takes at most about `bytes` bytes (`log.cleaner.dedupe.buffer.size`).
    init(bytes: Int64) {
        var slotsMax = 8
        while slotsMax < 1 << 40, Int64(slotsMax) * 2 * Int64(MemoryLayout<Slot>.stride) <= bytes { slotsMax *= 2 }
        countMax = slotsMax / 4 * 3
        slots = Array(repeating: Self.free, count: min(1024, slotsMax))
    }

    /// Whether no other key finds place.
    var isFull: Bool { count >= countMax }

    /// Notes that everything up to `offset` was looked at.
    mutating func advance(to offset: Int64) { latestOffset = max(latestOffset, offset) }

    /// Notes the offset of a key; later ones come later. False when the map is full.
    mutating func put(_ key: UnsafeRawBufferPointer, _ offset: Int64) -> Bool {
        guard !isFull else { return false }
        let hash = SipHash128(key)
        let index = index(of: hash)
        if slots[index].offset < 0 { count += 1 }
        slots[index] = Slot(hash: hash, offset: offset)
        latestOffset = offset
        if count * 4 > slots.count * 3 { grow() }
        return true
    }

    /// The last offset of a key; -1 when it was not seen.
    func offset(of key: UnsafeRawBufferPointer) -> Int64 { slots[index(of: SipHash128(key))].offset }

    /// The slot of the hash, or the free one that it would get.
    private func index(of hash: SipHash128) -> Int {
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash.first) & mask
        while slots[index].offset >= 0, slots[index].hash != hash { index = (index + 1) & mask }
        return index
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Self.free, count: old.count * 2)
        for slot in old where slot.offset >= 0 { slots[index(of: slot.hash)] = slot }
    }
}
