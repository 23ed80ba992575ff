/// The zigzag varints inside records: 32 bits take at most 5 bytes, 64 bits at most 10.
enum RecordVarint {
    /// Reads a 32-bit zigzag varint at `position` and moves it on; nil when the bytes end early or the varint is too
    /// long.
    @inline(__always)
    static func read32(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int32? {
        // One byte is by far the most frequent length.
        guard position < bytes.count else { return nil }
        let first = bytes[position]
        if first < 0x80 {
            position += 1
            return Int32(first >> 1) ^ -Int32(first & 1)
        }
        return readLong32(bytes, &position)
    }

    @inline(never)
    private static func readLong32(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int32? {
        var value: UInt32 = 0
        var shift: UInt32 = 0
        var at = position
        while at < bytes.count, shift <= 28 {
            let byte = bytes[at]
            at += 1
            value |= UInt32(byte & 0x7F) << shift
            if byte < 0x80 {
                position = at
                return Int32(bitPattern: value >> 1) ^ -Int32(bitPattern: value & 1)
            }
            shift += 7
        }
        return nil
    }

    /// Reads a 64-bit zigzag varint at `position` and moves it on; nil when the bytes end early or the varint is too
    /// long.
    @inline(__always)
    static func read64(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Int64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var at = position
        while at < bytes.count, shift <= 63 {
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                position = at
                return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
            }
            shift += 7
        }
        return nil
    }

    /// Appends `value` as a zigzag varint.
    static func append(_ value: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The bytes that `append` would write.
    static func length(_ value: Int64) -> Int {
        let rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        return rest == 0 ? 1 : (64 - rest.leadingZeroBitCount + 6) / 7
    }
}
