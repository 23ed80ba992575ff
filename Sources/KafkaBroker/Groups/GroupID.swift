/// A group's name, compared by its bytes.
///
/// `String` compares by canonical equivalence, under which two different names of Kafka's would be one group.
struct GroupID: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    let description: String

    init(_ name: String) { description = name }
    init(stringLiteral name: String) { description = name }

    static func == (a: GroupID, b: GroupID) -> Bool { a.description.utf8.elementsEqual(b.description.utf8) }

    static func < (a: GroupID, b: GroupID) -> Bool {
        a.description.utf8.lexicographicallyPrecedes(b.description.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var name = description
        name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// The partition of `__consumer_offsets` that holds the group: Java's `String.hashCode` over UTF-16 without its sign
    /// bit (Kafka's `Utils.abs`), modulo the number of partitions.
    func partition(of partitionCount: Int32) -> Int32 {
        var hash: Int32 = 0
        for unit in description.utf16 { hash = hash &* 31 &+ Int32(unit) }
        return (hash & 0x7fff_ffff) % partitionCount
    }
}
