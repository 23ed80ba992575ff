/// The name of a connection within its loop: safe to keep and to send between threads, because a slot that is used again
/// has another generation.
public struct ConnectionID: Hashable, Sendable, CustomStringConvertible {
    /// The place in the loop's table.
    public let slot: UInt32
    /// How often the place was used before.
    public let generation: UInt32

    /// Names a connection.
    public init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    /// Reads back `rawValue`.
    public init(rawValue: UInt64) {
        self.init(slot: UInt32(truncatingIfNeeded: rawValue), generation: UInt32(truncatingIfNeeded: rawValue >> 32))
    }

    /// Both numbers in one.
    public var rawValue: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

    /// `slot.generation`.
    public var description: String { "\(slot).\(generation)" }
}

/// The connections of a loop by slot and generation.
struct ConnectionTable {
    private struct Slot {
        var generation: UInt32 = 0
        var connection: Connection?
    }

    private var slots: [Slot] = []
    private var free: [UInt32] = []

    var all: [Connection] { slots.compactMap(\.connection) }
    var count: Int { slots.count - free.count }

    subscript(id: ConnectionID) -> Connection? {
        guard id.slot < slots.count, slots[Int(id.slot)].generation == id.generation else { return nil }
        return slots[Int(id.slot)].connection
    }

    mutating func reserve() -> ConnectionID {
        if let slot = free.popLast() { return ConnectionID(slot: slot, generation: slots[Int(slot)].generation) }
        slots.append(Slot())
        return ConnectionID(slot: UInt32(slots.count - 1), generation: 0)
    }

    mutating func set(_ connection: Connection) { slots[Int(connection.id.slot)].connection = connection }

    mutating func remove(_ id: ConnectionID) {
        slots[Int(id.slot)].connection = nil
        slots[Int(id.slot)].generation &+= 1
        free.append(id.slot)
    }
}
