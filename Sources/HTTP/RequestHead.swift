/// A header field's line, as a place in the bytes of its head.
struct HeaderField: Hashable, Sendable {
    /// Where the line begins, and the name with it, in bytes from the beginning of the head.
    var start: UInt32
    var nameCount: UInt32
    /// From the line's beginning on.
    var valueOffset: UInt32
    var valueCount: UInt32
    /// Bytes of the line, its end included.
    var lineCount: UInt32
    var headerName = HeaderName.other

    @inline(__always)
    func name(in head: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer { head.slice(start, nameCount) }

    @inline(__always)
    func value(in head: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        head.slice(start + valueOffset, valueCount)
    }
}

/// The line and fields of a request, as places in the bytes it was read from, and what HTTP itself needs of them.
struct RequestHead {
    var method = HTTPMethod.other
    var methodCount = 0
    var lineStart = 0
    var targetStart = 0
    var targetCount = 0
    /// HTTP/1.x
    var minorVersion = 1
    var fields: [HeaderField] = []
    var places = HeaderPlaces()
    /// Bytes of line, fields and the empty line.
    var count = 0
    /// Nil without a Content-Length.
    var contentLength: Int?
    var isChunked = false
    var isKeptAlive = true
    var expectsContinue = false

    enum Result: Equatable {
        case needMore
        case done
        case failed(Int)
    }

    /// Reads a head from the beginning of `bytes`. Pure: the same bytes give the same result.
    /// What is found of `known` makes no difference to it.
    mutating func parse(
        _ bytes: UnsafeRawBufferPointer, _ limits: HTTPLimits, known: inout KnownLines
    ) -> Result {
        fields.removeAll(keepingCapacity: true)
        places = HeaderPlaces()
        contentLength = nil
        isChunked = false
        expectsContinue = false
        var at = 0
        // A line end too many after the request before is forgiven (RFC 9112 section 2.2).
        while at < bytes.count && at < 4 && (bytes[at] == 0x0D || bytes[at] == 0x0A) { at += 1 }
        lineStart = at
        let line = parseLine(bytes, &at, limits)
        guard line == .done else { return line }
        var seen = Seen()
        var areKnown = true
        while true {
            guard at < bytes.count else { return unfinished(bytes.count, limits) }
            if bytes[at] == 0x0A {
                at += 1
                break
            }
            if bytes[at] == 0x0D {
                guard at + 1 < bytes.count else { return unfinished(bytes.count, limits) }
                guard bytes[at + 1] == 0x0A else { return .failed(400) }
                at += 2
                break
            }
            if let field = known.field(fields.count, at: at, of: bytes) {
                at += Int(field.lineCount)
                fields.append(field)
            } else {
                let field = parseField(bytes, &at)
                guard field == .done else { return field == .needMore ? unfinished(at, limits) : field }
                areKnown = false
            }
            guard at <= limits.headBytes, fields.count <= limits.fieldCount else { return .failed(431) }
            let field = fields[fields.count - 1]
            guard field.headerName != .other else { continue }
            places.note(field.headerName, count: fields.count)
            if let status = note(bytes, field, &seen) { return .failed(status) }
        }
        guard at <= limits.headBytes else { return .failed(431) }
        if !areKnown { known.remember(bytes, count: at, fields) }
        count = at
        return finish(seen, limits)
    }

    private func unfinished(_ count: Int, _ limits: HTTPLimits) -> Result {
        count > limits.headBytes ? .failed(431) : .needMore
    }

    private mutating func parseLine(_ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ limits: HTTPLimits) -> Result {
        let start = at
        let end = min(bytes.count, start + limits.requestLineBytes)
        let ranOut: Result = end < bytes.count ? .failed(414) : .needMore
        while at < end, ByteClass.isToken(bytes[at]) { at += 1 }
        guard at < end else { return at - start > 64 ? .failed(400) : ranOut }
        guard at > start, at - start <= 64, bytes[at] == 0x20 else { return .failed(400) }
        methodCount = at - start
        method = HTTPMethod(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<at]))
        at += 1
        targetStart = at
        while at < end, bytes[at] > 0x20, bytes[at] < 0x7F { at += 1 }
        targetCount = at - targetStart
        guard at < end else { return ranOut }
        guard targetCount > 0, bytes[at] == 0x20 else { return .failed(400) }
        at += 1
        return parseVersion(bytes, &at, end, ranOut)
    }

    private mutating func parseVersion(
        _ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ end: Int, _ ranOut: Result
    ) -> Result {
        let prefix: StaticString = "HTTP/"
        for index in 0..<5 {
            guard at < end else { return ranOut }
            guard bytes[at] == prefix.utf8Start[index] else { return .failed(400) }
            at += 1
        }
        guard at < end else { return ranOut }
        let major = bytes[at]
        guard major &- 0x30 < 10 else { return .failed(400) }
        at += 1
        guard at < end else { return ranOut }
        guard bytes[at] == 0x2E else { return .failed(400) }
        at += 1
        guard at < end else { return ranOut }
        guard bytes[at] &- 0x30 < 10 else { return .failed(400) }
        minorVersion = bytes[at] == 0x30 ? 0 : 1
        at += 1
        guard at < end else { return ranOut }
        if bytes[at] == 0x0D {
            at += 1
            guard at < end else { return ranOut }
        }
        guard bytes[at] == 0x0A else { return .failed(400) }
        at += 1
        return major == 0x31 ? .done : .failed(505)
    }

    private mutating func parseField(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Result {
        let nameStart = at
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let others = ByteClass.noLettersOrHyphens(word)
            at += others == 0 ? 8 : others.trailingZeroBitCount >> 3
            if others != 0 { break }
        }
        while at < bytes.count, ByteClass.isToken(bytes[at]) { at += 1 }
        guard at < bytes.count else { return .needMore }
        // Also refuses folded lines and space before the colon (RFC 9112 sections 5.1 and 5.2).
        guard at > nameStart, bytes[at] == 0x3A else { return .failed(400) }
        let nameCount = at - nameStart
        at += 1
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
        let valueStart = at
        at = endOfText(bytes, at)
        guard at < bytes.count else { return .needMore }
        var valueEnd = at
        if bytes[at] == 0x0D {
            guard at + 1 < bytes.count else { return .needMore }
            at += 1
        }
        guard bytes[at] == 0x0A else { return .failed(400) }
        at += 1
        while valueEnd > valueStart, bytes[valueEnd - 1] == 0x20 || bytes[valueEnd - 1] == 0x09 { valueEnd -= 1 }
        var field = HeaderField(
            start: UInt32(nameStart), nameCount: UInt32(nameCount), valueOffset: UInt32(valueStart - nameStart),
            valueCount: UInt32(valueEnd - valueStart), lineCount: UInt32(at - nameStart))
        field.headerName = HeaderName(field.name(in: bytes))
        fields.append(field)
        return .done
    }

    /// The next byte that may not stand in a field's value: a control character other than tab. Eight at a time.
    private func endOfText(_ bytes: UnsafeRawBufferPointer, _ from: Int) -> Int {
        var at = from
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let below = (word &- 0x2020_2020_2020_2020) & ~word
            let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let equal = (delete &- 0x0101_0101_0101_0101) & ~delete
            // Above the first one a borrow may have set others; the first is right.
            let found = (below | equal) & ByteClass.highs
            if found == 0 {
                at += 8
                continue
            }
            at += found.trailingZeroBitCount >> 3
            if bytes[at] != 0x09 { return at }
            at += 1
        }
        while at < bytes.count {
            let byte = bytes[at]
            if (byte < 0x20 && byte != 0x09) || byte == 0x7F { return at }
            at += 1
        }
        return at
    }

    /// The fields that decide where the request ends and what becomes of the connection.
    private struct Seen {
        var hosts = 0
        var lengths = 0
        var codings = 0
        var close = false
        var keepAlive = false
    }

    private mutating func note(_ bytes: UnsafeRawBufferPointer, _ field: HeaderField, _ seen: inout Seen) -> Int? {
        let value = field.value(in: bytes)
        switch field.headerName {
        case .host: seen.hosts += 1
        case .expect:
            guard value.isEqualIgnoringCase("100-continue") else { return 417 }
            expectsContinue = true
        case .connection:
            value.forEachMember { member in
                if member.isEqualIgnoringCase("close") { seen.close = true }
                if member.isEqualIgnoringCase("keep-alive") { seen.keepAlive = true }
            }
        case .contentLength:
            seen.lengths += 1
            guard seen.lengths == 1, let length = Self.decimal(value) else { return 400 }
            contentLength = length
        case .transferEncoding:
            seen.codings += 1
            guard seen.codings == 1 else { return 400 }
            guard value.isEqualIgnoringCase("chunked") else { return 501 }
            isChunked = true
        default: break
        }
        return nil
    }

    private mutating func finish(_ seen: Seen, _ limits: HTTPLimits) -> Result {
        guard seen.hosts == 1 || (seen.hosts == 0 && minorVersion == 0) else { return .failed(400) }
        // Two ways to say where a body ends are how requests are smuggled (RFC 9112 section 6.1).
        if isChunked && (contentLength != nil || minorVersion == 0) { return .failed(400) }
        if let contentLength, contentLength > limits.bodyBytes { return .failed(413) }
        if minorVersion == 0 { expectsContinue = false }
        isKeptAlive = seen.close ? false : minorVersion == 1 || seen.keepAlive
        return .done
    }

    /// Digits only. A number too large for any limit is kept at the largest one.
    static func decimal(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard !bytes.isEmpty else { return nil }
        var value = 0
        for byte in bytes {
            let digit = byte &- 0x30
            guard digit < 10 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit))
            value = overflow || carry ? Int.max : sum
        }
        return value
    }
}

extension UnsafeRawBufferPointer {
    @inline(__always)
    func slice(_ start: UInt32, _ count: UInt32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[Int(start)..<Int(start) + Int(count)])
    }
}
