/// A binary value; equal and ordered by its bytes as unsigned numbers.
public struct Bytes: Hashable, Comparable, Sendable, ExpressibleByArrayLiteral {
    /// The bytes.
    public let array: [UInt8]

    /// Takes over an array.
    public init(_ array: [UInt8]) {
        self.array = array
    }

    /// A literal.
    public init(arrayLiteral elements: UInt8...) {
        array = elements
    }

    /// The number of bytes.
    public var count: Int { array.count }

    /// Whether the bytes of `prefix` begin this value.
    public func hasPrefix(_ prefix: Bytes) -> Bool {
        array.withUnsafeBytes { all in prefix.array.withUnsafeBytes { ByteOrder.hasPrefix(all, $0) } }
    }

    /// Whether the bytes of `part` occur anywhere in this value.
    public func contains(_ part: Bytes) -> Bool {
        array.withUnsafeBytes { all in part.array.withUnsafeBytes { ByteOrder.contains(all, $0) } }
    }

    /// Ordered by bytes; a prefix comes first.
    public static func < (left: Bytes, right: Bytes) -> Bool {
        left.array.withUnsafeBytes { a in right.array.withUnsafeBytes { b in ByteOrder.compare(a, b) < 0 } }
    }

    /// The value in base 64, as it stands on the wire.
    public var base64: String {
        var output: [UInt8] = []
        Base64.encode(array, into: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
