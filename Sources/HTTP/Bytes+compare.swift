extension UnsafeRawBufferPointer {
    /// Whether these are exactly the ASCII bytes of `text`.
    @inlinable
    public func isEqual(_ text: StaticString) -> Bool {
        guard text.utf8CodeUnitCount == count else { return false }
        let other = text.utf8Start
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }

    /// Whether these are the ASCII bytes of `text`, which is in lower case, in any case.
    @inlinable
    public func isEqualIgnoringCase(_ text: StaticString) -> Bool {
        guard text.utf8CodeUnitCount == count else { return false }
        let other = text.utf8Start
        for index in 0..<count {
            var byte = self[index]
            if byte &- 0x41 < 26 { byte |= 0x20 }
            if byte != other[index] { return false }
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

    /// `tchar`, RFC 9110 section 5.6.2.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        if byte < 64 { return tokenLow >> UInt64(byte) & 1 == 1 }
        return byte < 128 && tokenHigh >> UInt64(byte - 64) & 1 == 1
    }
}
