#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A string as DynamoDB sees it: valid UTF-8, equal and ordered by its bytes.
///
/// Swift's `String` compares by canonical equivalence ("é" composed equals "é" decomposed); DynamoDB compares bytes, so
/// attribute names, keys and values are `Text`. Up to 15 bytes take no allocation.
public struct Text: Hashable, Comparable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The same characters as a Swift string.
    public let string: String
    /// The first eight bytes as a number, the first one highest, zeros where there are fewer: most comparisons end here.
    private let head: UInt64

    /// Takes over a Swift string.
    public init(_ string: String) {
        var string = string
        head = string.withUTF8 { Text.head(of: UnsafeRawBufferPointer($0)) }
        self.string = string
    }

    /// A literal.
    public init(stringLiteral value: StaticString) {
        self = value.withUTF8Buffer { Text(ascii: UnsafeRawBufferPointer($0)) }
    }

    /// Copies bytes that must be UTF-8; nil when they are not.
    public init?(utf8 bytes: UnsafeRawBufferPointer) {
        // Most text is ASCII, and Swift's validation of what may be more takes its time.
        if ByteOrder.isASCII(bytes) {
            string = Text.string(ascii: bytes)
        } else {
            let validated = String(validating: bytes.bindMemory(to: UInt8.self), as: UTF8.self)
            guard let validated else { return nil }
            string = validated
        }
        head = Text.head(of: bytes)
    }

    /// Copies bytes known to be UTF-8, such as ASCII.
    @inline(__always)
    init(ascii bytes: UnsafeRawBufferPointer) {
        string = Text.string(ascii: bytes)
        head = Text.head(of: bytes)
    }

    /// Strings of up to 15 bytes, as most names and keys are, are made in place: half of what a decoding costs.
    @inline(__always)
    private static func string(ascii bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.count <= 15, let start = bytes.baseAddress else { return String(decoding: bytes, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: bytes.count) { room in
            memcpy(room.baseAddress!, start, bytes.count)
            return bytes.count
        }
    }

    @inline(__always)
    private static func head(of bytes: UnsafeRawBufferPointer) -> UInt64 {
        if bytes.count >= 8 { return UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)) }
        var head: UInt64 = 0
        for byte in bytes { head = head << 8 | UInt64(byte) }
        return bytes.isEmpty ? 0 : head << (8 * UInt64(8 - bytes.count))
    }

    /// The length in UTF-8 bytes, which is what DynamoDB counts.
    public var count: Int { string.utf8.count }

    /// Whether it has no bytes.
    public var isEmpty: Bool { string.utf8.isEmpty }

    /// The UTF-8 bytes.
    public var utf8: String.UTF8View { string.utf8 }

    /// The string itself.
    public var description: String { string }

    /// Calls `body` with the UTF-8 bytes in place.
    @inline(__always)
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let result = string.utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) {
            return result
        }
        // Not reached for native strings; bridged ones are made contiguous at init.
        return Array(string.utf8).withUnsafeBytes(body)
    }

    /// Whether the bytes of `prefix` begin this text.
    public func hasPrefix(_ prefix: Text) -> Bool {
        withBytes { all in prefix.withBytes { ByteOrder.hasPrefix(all, $0) } }
    }

    /// Whether the bytes of `part` occur anywhere in this text.
    public func contains(_ part: Text) -> Bool {
        withBytes { all in part.withBytes { ByteOrder.contains(all, $0) } }
    }

    /// Equal when every byte is.
    @inline(__always)
    public static func == (left: Text, right: Text) -> Bool {
        guard left.head == right.head, left.count == right.count else { return false }
        return left.count <= 8 || left.compareAll(right) == 0
    }

    /// Ordered by bytes, as unsigned numbers; a prefix comes first.
    @inline(__always)
    public static func < (left: Text, right: Text) -> Bool {
        if left.head != right.head { return left.head < right.head }
        // Of two texts with the same first eight bytes, one that has no more than these begins the other.
        if left.count <= 8 || right.count <= 8 { return left.count < right.count }
        return left.compareAll(right) < 0
    }

    private func compareAll(_ other: Text) -> Int {
        withBytes { a in other.withBytes { b in ByteOrder.compare(a, b) } }
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: $0) }
        hasher.combine(0xFF as UInt8)
    }
}

/// Comparison of byte strings.
enum ByteOrder {
    /// Whether no byte is above 127. Eight at a time.
    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var highs: UInt64 = 0
        var index = 0
        while index + 8 <= bytes.count {
            highs |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < bytes.count {
            highs |= UInt64(bytes[index])
            index += 1
        }
        return highs & 0x8080_8080_8080_8080 == 0
    }

    /// Negative, zero or positive as `a` comes before, equals or comes after `b`.
    @inline(__always)
    static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        let shared = min(a.count, b.count)
        if shared > 0 {
            let order = memcmp(a.baseAddress!, b.baseAddress!, shared)
            if order != 0 { return Int(order) }
        }
        return a.count - b.count
    }

    /// Whether `all` begins with `prefix`.
    static func hasPrefix(_ all: UnsafeRawBufferPointer, _ prefix: UnsafeRawBufferPointer) -> Bool {
        guard prefix.count <= all.count else { return false }
        return prefix.isEmpty || memcmp(all.baseAddress!, prefix.baseAddress!, prefix.count) == 0
    }

    /// Whether `part` occurs in `all`; in time linear in the two lengths whatever they hold.
    static func contains(_ all: UnsafeRawBufferPointer, _ part: UnsafeRawBufferPointer) -> Bool {
        guard !part.isEmpty else { return true }
        guard part.count <= all.count else { return false }
        guard part.count <= 32 else { return containsLong(all, part) }
        var start = 0
        while start <= all.count - part.count {
            let left = all.count - part.count - start + 1
            guard let found = memchr(all.baseAddress! + start, Int32(part[0]), left) else { return false }
            if memcmp(found, part.baseAddress!, part.count) == 0 { return true }
            start = UnsafeRawPointer(found) - all.baseAddress! + 1
        }
        return false
    }

    /// Knuth, Morris and Pratt's search.
    private static func containsLong(_ all: UnsafeRawBufferPointer, _ part: UnsafeRawBufferPointer) -> Bool {
        var borders = [Int](repeating: 0, count: part.count)
        var matched = 0
        for index in 1..<part.count {
            while matched > 0, part[index] != part[matched] { matched = borders[matched - 1] }
            if part[index] == part[matched] { matched += 1 }
            borders[index] = matched
        }
        matched = 0
        for byte in all {
            while matched > 0, byte != part[matched] { matched = borders[matched - 1] }
            if byte == part[matched] { matched += 1 }
            if matched == part.count { return true }
        }
        return false
    }
}
