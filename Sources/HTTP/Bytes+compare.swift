#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension UnsafeRawBufferPointer {
    /// Whether these are exactly the ASCII bytes of `text`.
    @inline(__always)
    public func isEqual(_ text: StaticString) -> Bool {
        guard text.utf8CodeUnitCount == count else { return false }
        return count == 0 || memcmp(baseAddress!, text.utf8Start, count) == 0
    }

    /// Whether these are the ASCII bytes of `text`, which is in lower case, in any case. Eight at a time.
    public func isEqualIgnoringCase(_ text: StaticString) -> Bool {
        guard text.utf8CodeUnitCount == count else { return false }
        let other = UnsafeRawPointer(text.utf8Start)
        func isWordEqual(_ at: Int) -> Bool {
            ByteClass.lowercased(loadUnaligned(fromByteOffset: at, as: UInt64.self))
                == other.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        }
        guard count >= 8 else { return isEachByteEqual(other) }
        var at = 0
        while at + 8 < count {
            guard isWordEqual(at) else { return false }
            at += 8
        }
        // The last word may begin in the one before.
        return isWordEqual(count - 8)
    }

    private func isEachByteEqual(_ other: UnsafeRawPointer) -> Bool {
        for at in 0..<count {
            var byte = self[at]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            if byte != other.load(fromByteOffset: at, as: UInt8.self) { return false }
        }
        return true
    }

    /// Without spaces and tabs at both ends.
    public func trimmed() -> UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end && (self[start] == 0x20 || self[start] == 0x09) { start += 1 }
        while end > start && (self[end - 1] == 0x20 || self[end - 1] == 0x09) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }

    /// Calls `body` for each member of a comma-separated list, trimmed, without the empty ones.
    public func forEachMember(_ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        for index in 0...count where index == count || self[index] == 0x2C {
            let member = UnsafeRawBufferPointer(rebasing: self[start..<index]).trimmed()
            if !member.isEmpty { body(member) }
            start = index + 1
        }
    }
}

/// The classes of bytes of RFC 9110.
enum ByteClass {
    /// Bit n: the ASCII character n may stand in a token.
    private static let tokenLow: UInt64 = 0x03FF_6CFA_0000_0000
    private static let tokenHigh: UInt64 = 0x57FF_FFFF_C7FF_FFFE

    /// The byte 1, and the highest bit, in each of eight bytes.
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    static let highs: UInt64 = 0x8080_8080_8080_8080

    /// The highest bit of each of eight bytes whose lower seven bits are not less than `low` and not more than `high`, both ASCII.
    @inline(__always)
    private static func between(_ low: UInt64, _ high: UInt64, _ word: UInt64) -> UInt64 {
        let sevens = word & ~highs
        return (sevens &+ (0x80 &- low) &* ones) & ~(sevens &+ (0x7F &- high) &* ones) & ~word & highs
    }

    /// Eight bytes with ASCII's capitals made small.
    @inline(__always)
    static func lowercased(_ word: UInt64) -> UInt64 { word | between(0x41, 0x5A, word) >> 2 }

    /// The highest bit of each of eight bytes that is neither a letter nor a hyphen, which most of a token's are.
    @inline(__always)
    static func noLettersOrHyphens(_ word: UInt64) -> UInt64 {
        ~(between(0x61, 0x7A, word | 0x20 &* ones) | between(0x2D, 0x2D, word)) & highs
    }

    /// `tchar`, RFC 9110 section 5.6.2.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        if byte < 64 { return tokenLow >> UInt64(byte) & 1 == 1 }
        return byte < 128 && tokenHigh >> UInt64(byte - 64) & 1 == 1
    }
}
