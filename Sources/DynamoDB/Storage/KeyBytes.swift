#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Keys as bytes that sort as DynamoDB sorts keys.
///
/// A key is its attributes one after the other. Each is written with every zero byte as 00 FF and an end of 00 00, so that a
/// shorter value sorts before a longer one that it begins, and the entries of one partition are exactly those that begin with
/// the bytes of its partition key.
enum KeyBytes {
    /// Appends a key attribute's value with its end. False when the value is of a type that cannot be a key.
    static func append(_ value: AttributeValue, to bytes: inout [UInt8]) -> Bool {
        guard appendOpen(value, to: &bytes) else { return false }
        bytes.append(0)
        bytes.append(0)
        return true
    }

    /// Appends a key attribute's value without its end: what all values that begin with it begin with.
    static func appendOpen(_ value: AttributeValue, to bytes: inout [UInt8]) -> Bool {
        switch value {
        case .s(let text):
            text.withBytes { escape($0, to: &bytes) }
        case .b(let binary):
            binary.array.withUnsafeBytes { escape($0, to: &bytes) }
        case .n(let number):
            let start = bytes.count
            number.appendKeyBytes(to: &bytes)
            // Digits, never zero bytes but at the end; escaped like everything else.
            if bytes[start...].contains(0) {
                let raw = Array(bytes[start...])
                bytes.removeSubrange(start...)
                raw.withUnsafeBytes { escape($0, to: &bytes) }
            }
        default:
            return false
        }
        return true
    }

    private static func escape(_ value: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        guard let base = value.baseAddress, value.count > 0 else { return }
        if memchr(base, 0, value.count) == nil {
            bytes.append(contentsOf: value)
            return
        }
        for byte in value {
            bytes.append(byte)
            if byte == 0 { bytes.append(0xFF) }
        }
    }

    /// The first bytes that sort after everything that begins with `prefix`; nil when there are none.
    static func successor(ofPrefix prefix: [UInt8]) -> [UInt8]? {
        var bytes = prefix
        while let last = bytes.popLast() {
            if last < 0xFF {
                bytes.append(last + 1)
                return bytes
            }
        }
        return nil
    }

    /// The bytes that sort directly after `key`.
    static func next(after key: [UInt8]) -> [UInt8] { key + [0] }

    /// The place of a partition in a parallel scan, 0 to 2^32 - 1: a hash of the partition key's bytes that never changes.
    static func hash(_ partition: UnsafeRawBufferPointer) -> UInt32 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in partition { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash ^= hash >> 33
        hash &*= 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 33
        return UInt32(truncatingIfNeeded: hash >> 32)
    }
}

/// A stretch of keys: from `lower` inclusive to `upper` exclusive; nil is no bound.
struct KeyRange: Hashable, Sendable {
    var lower: [UInt8]
    var upper: [UInt8]?

    /// All keys.
    static let all = KeyRange(lower: [], upper: nil)

    /// All keys that begin with `prefix`.
    init(prefix: [UInt8]) {
        lower = prefix
        upper = KeyBytes.successor(ofPrefix: prefix)
    }

    init(lower: [UInt8], upper: [UInt8]?) {
        self.lower = lower
        self.upper = upper
    }
}

/// The bytes of one item's key.
struct KeyValue: Hashable, Sendable {
    /// All key attributes.
    var bytes: [UInt8]
    /// How many of them are the partition key's.
    var partitionCount: Int

    /// See `KeyBytes.hash`.
    var hash: UInt32 {
        bytes.withUnsafeBytes { KeyBytes.hash(UnsafeRawBufferPointer(rebasing: $0[..<partitionCount])) }
    }
}

extension KeySchema {
    /// The key of an item whose key attributes are known to be there and of the right types; nil when they are not.
    func value(of item: Item) -> KeyValue? {
        var key = KeyValue(bytes: [], partitionCount: 0)
        key.bytes.reserveCapacity(64)
        for (index, attribute) in attributes.enumerated() {
            guard let value = item[attribute.name], value.type == attribute.type,
                KeyBytes.append(value, to: &key.bytes)
            else { return nil }
            if index == partitionCount - 1 { key.partitionCount = key.bytes.count }
        }
        return key
    }

    /// Whether none of an item's key attributes is empty, and partition key and sort key are of a size that a key may have.
    func hasValidSizes(_ item: Item) -> Bool {
        var sizes = (partition: 0, sort: 0)
        for (position, attribute) in attributes.enumerated() {
            guard let value = item[attribute.name] else { continue }
            if value.isEmptyKey { return false }
            if position < partitionCount { sizes.partition += value.size } else { sizes.sort += value.size }
        }
        return sizes.partition <= TableSchema.partitionKeyBytesMax && sizes.sort <= TableSchema.sortKeyBytesMax
    }

    /// The key attributes of an item.
    func attributes(of item: Item) -> Item {
        var key = Item()
        for attribute in attributes { key[attribute.name] = item[attribute.name] }
        return key
    }
}

extension Array where Element == UInt8 {
    /// The bytes in place, with an error of its own type from `body`.
    @inline(__always)
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { (buffer) throws(Failure) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
