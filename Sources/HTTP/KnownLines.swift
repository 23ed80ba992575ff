#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The lines of a connection's request before: most of the next one's are the same, byte for byte, and are compared instead of read.
struct KnownLines {
    private var head: [UInt8] = []
    private var fields: [HeaderField] = []

    /// Longer heads are rare, and are not remembered.
    private static let bytesMax = 2048

    /// The field of the line that begins at `at` in `bytes`, if that is the line that had this number.
    @inline(__always)
    func field(_ number: Int, at: Int, of bytes: UnsafeRawBufferPointer) -> HeaderField? {
        guard number < fields.count, let base = bytes.baseAddress else { return nil }
        var field = fields[number]
        guard at + Int(field.lineCount) <= bytes.count else { return nil }
        let isSame = head.withUnsafeBytes {
            memcmp($0.baseAddress! + Int(field.start), base + at, Int(field.lineCount)) == 0
        }
        guard isSame else { return nil }
        field.start = UInt32(at)
        return field
    }

    /// Remembers a whole head instead.
    mutating func remember(_ bytes: UnsafeRawBufferPointer, count: Int, _ fields: [HeaderField]) {
        self.fields.removeAll(keepingCapacity: true)
        head.removeAll(keepingCapacity: true)
        guard count <= Self.bytesMax else { return }
        self.fields.append(contentsOf: fields)
        head.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }
}
