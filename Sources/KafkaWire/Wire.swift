/// What was read is not a message of Kafka's protocol: the connection that sent it is closed.
package enum WireError: Error, Equatable, Sendable {
    /// The message ends before its fields do, or claims more than there is.
    case truncated
    /// A length or a count is negative where it must not be, or a variable-length integer does not end.
    case malformed
    /// A field that must have a value is null.
    case unexpectedNull
}

/// A structure of Kafka's protocol: one `layout` reads it and writes it, in all its versions.
package protocol WireStructure: SendableMetatype {
    /// The structure with every field at its default.
    init()
    /// Names each field once, in the order of the wire, under the condition of its versions.
    mutating func layout(_ w: inout Wire) throws(WireError)
}

/// The one cursor over Kafka's wire format: reads fields from bytes that somebody else owns, or appends them to bytes of its own.
///
/// `version` is the version of the message, `flexible` whether that version has compact lengths and tagged fields. Reading never goes beyond
/// its bytes, and nothing is allocated for a length or a count that the bytes cannot hold.
package struct Wire {
    /// The version of the message.
    package let version: Int16
    /// Whether lengths are compact and structures end in tagged fields (KIP-482).
    package let flexible: Bool
    /// Whether fields are read, and not written.
    package let isReading: Bool

    private let input: UnsafeRawBufferPointer
    private var position = 0
    /// What has been written.
    package private(set) var output: [UInt8] = []
    /// Where records that stay outside belong in `output`, in ascending order.
    package private(set) var external: [ExternalRecords] = []

    /// Reads from `bytes`, which must outlive the cursor.
    package init(reading bytes: UnsafeRawBufferPointer, version: Int16, flexible: Bool) {
        self.version = version
        self.flexible = flexible
        isReading = true
        input = bytes
    }

    /// Writes; `reserving` is a guess at the size.
    package init(writingVersion version: Int16, flexible: Bool, reserving capacity: Int = 256) {
        self.version = version
        self.flexible = flexible
        isReading = false
        input = UnsafeRawBufferPointer(start: nil, count: 0)
        output.reserveCapacity(capacity)
    }

    /// Bytes not yet read.
    package var remaining: Int { input.count - position }

    /// Bytes already read.
    package var consumed: Int { position }

    /// Writes `size` over the first four bytes of the output.
    mutating func putSize(_ size: Int) {
        precondition(output.count >= 4 && size <= Int(Int32.max), "a frame has at most 2 GiB")
        output.withUnsafeMutableBytes { $0.storeBytes(of: Int32(size).bigEndian, as: Int32.self) }
    }

    // MARK: - Numbers

    private mutating func take<T: FixedWidthInteger>(_: T.Type) throws(WireError) -> T {
        guard remaining >= MemoryLayout<T>.size else { throw .truncated }
        let value = input.loadUnaligned(fromByteOffset: position, as: T.self)
        position += MemoryLayout<T>.size
        return T(bigEndian: value)
    }

    private mutating func put<T: FixedWidthInteger>(_ value: T) {
        withUnsafeBytes(of: value.bigEndian) { output.append(contentsOf: $0) }
    }

    private mutating func integer<T: FixedWidthInteger>(_ value: inout T) throws(WireError) {
        if isReading { value = try take(T.self) } else { put(value) }
    }

    package mutating func field(_ value: inout Int8) throws(WireError) { try integer(&value) }
    package mutating func field(_ value: inout Int16) throws(WireError) { try integer(&value) }
    package mutating func field(_ value: inout UInt16) throws(WireError) { try integer(&value) }
    package mutating func field(_ value: inout Int32) throws(WireError) { try integer(&value) }
    package mutating func field(_ value: inout UInt32) throws(WireError) { try integer(&value) }
    package mutating func field(_ value: inout Int64) throws(WireError) { try integer(&value) }

    package mutating func field(_ value: inout Bool) throws(WireError) {
        if isReading { value = try take(UInt8.self) != 0 } else { output.append(value ? 1 : 0) }
    }

    package mutating func field(_ value: inout Double) throws(WireError) {
        var bits = value.bitPattern
        try integer(&bits)
        value = Double(bitPattern: bits)
    }

    package mutating func field(_ value: inout UUID) throws(WireError) {
        try integer(&value.high)
        try integer(&value.low)
    }

    package mutating func field(_ value: inout KafkaError) throws(WireError) {
        var code = value.rawValue
        try integer(&code)
        value = KafkaError(rawValue: code) ?? .unknownServerError
    }

    private mutating func takeUnsignedVarint() throws(WireError) -> UInt32 {
        var value: UInt32 = 0
        for shift in stride(from: UInt32(0), through: 28, by: 7) {
            let byte = try take(UInt8.self)
            if shift == 28, byte > 0x0F { throw .malformed }
            value |= UInt32(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .malformed
    }

    private mutating func putUnsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(rest))
    }

    // MARK: - Lengths

    /// A length or count on the wire: nil for null. `short` is the two-byte form of strings in versions that are not flexible.
    private mutating func takeLength(short: Bool) throws(WireError) -> Int? {
        let length: Int
        if flexible {
            length = Int(try takeUnsignedVarint()) - 1
        } else {
            length = short ? Int(try take(Int16.self)) : Int(try take(Int32.self))
        }
        if length == -1 { return nil }
        guard length >= 0 else { throw .malformed }
        guard length <= remaining else { throw .truncated }
        return length
    }

    private mutating func putLength(_ length: Int?, short: Bool) {
        if flexible {
            putUnsignedVarint(UInt32((length ?? -1) + 1))
        } else if short {
            put(Int16(length ?? -1))
        } else {
            put(Int32(length ?? -1))
        }
    }

    /// A compact length holds any size, a short one 32,767 bytes: what is longer is cut at a character, as only messages of our own can be.
    private func fitting(_ text: String) -> Substring {
        guard !flexible, text.utf8.count > Int(Int16.max) else { return text[...] }
        return text.prefix(Int(Int16.max) / 4)
    }

    // MARK: - Strings and bytes

    package mutating func field(_ value: inout String?) throws(WireError) {
        if isReading {
            guard let length = try takeLength(short: true) else {
                value = nil
                return
            }
            value = String(decoding: input[position..<position + length], as: UTF8.self)
            position += length
        } else if let text = value {
            let cut = fitting(text)
            putLength(cut.utf8.count, short: true)
            output.append(contentsOf: cut.utf8)
        } else {
            putLength(nil, short: true)
        }
    }

    /// A string that only some versions may have as null: in the others a null is refused, and written as an empty string.
    package mutating func field(_ value: inout String?, nullable: Bool) throws(WireError) {
        if nullable { return try field(&value) }
        var present = value ?? ""
        try field(&present)
        value = present
    }

    package mutating func field(_ value: inout String) throws(WireError) {
        var optional: String? = isReading ? nil : value
        try field(&optional)
        guard let present = optional else { throw .unexpectedNull }
        value = present
    }

    package mutating func field(_ value: inout [UInt8]?) throws(WireError) {
        if isReading {
            guard let length = try takeLength(short: false) else {
                value = nil
                return
            }
            value = [UInt8](input[position..<position + length])
            position += length
        } else {
            putLength(value?.count, short: false)
            if let bytes = value { output.append(contentsOf: bytes) }
        }
    }

    package mutating func field(_ value: inout [UInt8]) throws(WireError) {
        var optional: [UInt8]? = isReading ? nil : value
        try field(&optional)
        guard let present = optional else { throw .unexpectedNull }
        value = present
    }

    package mutating func field(_ value: inout RecordData) throws(WireError) {
        if isReading {
            var bytes: [UInt8]?
            try field(&bytes)
            value = bytes.map(RecordData.bytes) ?? .null
            return
        }
        switch value {
        case .null: putLength(nil, short: false)
        case .bytes(let bytes):
            putLength(bytes.count, short: false)
            output.append(contentsOf: bytes)
        case .external(let id, let length):
            putLength(length, short: false)
            external.append(ExternalRecords(position: output.count, id: id, length: length))
        }
    }

    // MARK: - Structures and arrays

    package mutating func field<Structure: WireStructure>(_ value: inout Structure) throws(WireError) {
        try value.layout(&self)
    }

    /// A structure that may be null is preceded by a byte: -1 for null, 1 for present.
    package mutating func field<Structure: WireStructure>(_ value: inout Structure?) throws(WireError) {
        var marker: Int8 = value == nil ? -1 : 1
        try integer(&marker)
        guard marker >= 0 else {
            value = nil
            return
        }
        var structure = value ?? Structure()
        try structure.layout(&self)
        value = structure
    }

    private mutating func elements<Element>(
        _ value: inout [Element]?, _ empty: @autoclosure () -> Element,
        _ layout: (inout Element, inout Wire) throws(WireError) -> Void
    ) throws(WireError) {
        guard isReading else {
            putLength(value?.count, short: false)
            guard value != nil else { return }
            for index in value!.indices { try layout(&value![index], &self) }
            return
        }
        guard let count = try takeLength(short: false) else {
            value = nil
            return
        }
        var read: [Element] = []
        read.reserveCapacity(min(count, 64))
        for _ in 0..<count {
            var element = empty()
            try layout(&element, &self)
            read.append(element)
        }
        value = read
    }

    private mutating func present<Element>(
        _ value: inout [Element], _ empty: @autoclosure () -> Element,
        _ layout: (inout Element, inout Wire) throws(WireError) -> Void
    ) throws(WireError) {
        var optional: [Element]? = value
        value = []
        try elements(&optional, empty(), layout)
        guard let elements = optional else { throw .unexpectedNull }
        value = elements
    }

    package mutating func field<Structure: WireStructure>(_ value: inout [Structure]?) throws(WireError) {
        try elements(&value, Structure()) { (element, w) throws(WireError) in try element.layout(&w) }
    }

    /// An array that only some versions may have as null: in the others a null is refused, and written as an empty array.
    package mutating func field<Structure: WireStructure>(
        _ value: inout [Structure]?, nullable: Bool
    ) throws(WireError) {
        if nullable { return try field(&value) }
        var present = value ?? []
        value = nil
        try field(&present)
        value = present
    }

    package mutating func field<Structure: WireStructure>(_ value: inout [Structure]) throws(WireError) {
        try present(&value, Structure()) { (element, w) throws(WireError) in try element.layout(&w) }
    }

    package mutating func field(_ value: inout [Int8]) throws(WireError) {
        try present(&value, 0) { (element, w) throws(WireError) in try w.field(&element) }
    }

    package mutating func field(_ value: inout [Int32]) throws(WireError) {
        try present(&value, 0) { (element, w) throws(WireError) in try w.field(&element) }
    }

    package mutating func field(_ value: inout [Int32]?) throws(WireError) {
        try elements(&value, 0) { (element, w) throws(WireError) in try w.field(&element) }
    }

    package mutating func field(_ value: inout [Int64]) throws(WireError) {
        try present(&value, 0) { (element, w) throws(WireError) in try w.field(&element) }
    }

    package mutating func field(_ value: inout [String]) throws(WireError) {
        try present(&value, "") { (element, w) throws(WireError) in try w.field(&element) }
    }

    package mutating func field(_ value: inout [String]?) throws(WireError) {
        try elements(&value, "") { (element, w) throws(WireError) in try w.field(&element) }
    }

    package mutating func field(_ value: inout [UUID]) throws(WireError) {
        try present(&value, UUID.zero) { (element, w) throws(WireError) in try w.field(&element) }
    }

    // MARK: - Tagged fields

    /// The end of a structure that has no tagged fields of its own: in flexible versions those of others are skipped.
    package mutating func endOfStructure() throws(WireError) {
        guard flexible else { return }
        if isReading { _ = try takeTags() } else { output.append(0) }
    }

    /// The end of a structure with tagged fields: `body` names each once, in ascending order of tags.
    package mutating func taggedFields(_ body: (inout TaggedFields) throws(WireError) -> Void) throws(WireError) {
        guard flexible else { return }
        if isReading {
            let section = try takeTags()
            guard !section.isEmpty else { return }
            var fields = TaggedFields(version: version, found: section)
            try body(&fields)
            return
        }
        var fields = TaggedFields(version: version, found: nil)
        try body(&fields)
        putUnsignedVarint(UInt32(fields.written.count))
        for (tag, bytes) in fields.written {
            putUnsignedVarint(tag)
            putUnsignedVarint(UInt32(bytes.count))
            output.append(contentsOf: bytes)
        }
    }

    /// Goes over the tagged fields and returns their bytes: nothing is kept of each, however many a message says there are.
    private mutating func takeTags() throws(WireError) -> UnsafeRawBufferPointer {
        let count = try takeUnsignedVarint()
        let start = position
        for _ in 0..<count { _ = try takeTag() }
        return UnsafeRawBufferPointer(rebasing: input[start..<position])
    }

    /// One tagged field.
    fileprivate mutating func takeTag() throws(WireError) -> (tag: UInt32, bytes: UnsafeRawBufferPointer) {
        let tag = try takeUnsignedVarint()
        let length = Int(try takeUnsignedVarint())
        guard length <= remaining else { throw .truncated }
        defer { position += length }
        return (tag, UnsafeRawBufferPointer(rebasing: input[position..<position + length]))
    }
}

/// The tagged fields at the end of a structure, while they are read or written.
package struct TaggedFields {
    private let version: Int16
    /// When reading: the fields' bytes, known to be whole.
    private let found: UnsafeRawBufferPointer?
    fileprivate var written: [(UInt32, [UInt8])] = []

    fileprivate init(version: Int16, found: UnsafeRawBufferPointer?) {
        self.version = version
        self.found = found
    }

    /// One tagged field: read when it is there, written when `isSet` (it differs from its default).
    package mutating func field(
        _ tag: UInt32, isSet: Bool, _ layout: (inout Wire) throws(WireError) -> Void
    ) throws(WireError) {
        if let found {
            var section = Wire(reading: found, version: version, flexible: true)
            while section.remaining > 0 {
                let next = try section.takeTag()
                guard next.tag == tag else { continue }
                var w = Wire(reading: next.bytes, version: version, flexible: true)
                return try layout(&w)
            }
        } else if isSet {
            var w = Wire(writingVersion: version, flexible: true, reserving: 32)
            try layout(&w)
            written.append((tag, w.output))
        }
    }
}
