/// A request, looked at in place: valid during the handler's call only. Copy what is to be kept.
public struct HTTPRequest: ~Copyable {
    /// In its parser, which nobody else touches meanwhile: a copy would cost more than the rest of the call.
    let head: UnsafePointer<RequestHead>
    private let bytes: UnsafeRawBufferPointer
    /// The body.
    public let body: UnsafeRawBufferPointer

    init(head: UnsafePointer<RequestHead>, bytes: UnsafeRawBufferPointer, body: UnsafeRawBufferPointer) {
        self.head = head
        self.bytes = bytes
        self.body = body
    }

    /// The method.
    public var method: HTTPMethod { head.pointee.method }

    /// The method's name as sent.
    public var methodBytes: UnsafeRawBufferPointer {
        let start = head.pointee.lineStart
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + head.pointee.methodCount])
    }

    /// The request target as sent: path and query, printable ASCII.
    public var target: UnsafeRawBufferPointer {
        let start = head.pointee.targetStart
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + head.pointee.targetCount])
    }

    /// The target up to `?`, as sent.
    public var pathBytes: UnsafeRawBufferPointer {
        let target = target
        let end = target.firstIndex(of: 0x3F) ?? target.count
        return UnsafeRawBufferPointer(rebasing: target[..<end])
    }

    /// The target up to `?`, percent signs decoded.
    public var path: String { percentDecoded(pathBytes, plusIsSpace: false) }

    /// The target after `?`, as sent; nil without one.
    public var query: String? {
        let target = target
        guard let mark = target.firstIndex(of: 0x3F) else { return nil }
        return String(decoding: target[(mark + 1)...], as: UTF8.self)
    }

    /// 0 for HTTP/1.0, 1 for HTTP/1.1.
    public var minorVersion: Int { head.pointee.minorVersion }

    /// Whether the connection goes on after the answer, as far as the client is concerned.
    public var isKeptAlive: Bool { head.pointee.isKeptAlive }

    /// The value of the first field with this name; nil without one. Costs no search.
    public func header(_ name: HeaderName) -> UnsafeRawBufferPointer? {
        guard let number = head.pointee.places[name] else { return nil }
        return head.pointee.fields[number].value(in: bytes)
    }

    /// The value of the first field with this name, given in lower case; nil without one. Costs no allocation.
    public func header(_ name: StaticString) -> UnsafeRawBufferPointer? {
        for field in head.pointee.fields where Int(field.nameCount) == name.utf8CodeUnitCount {
            if field.name(in: bytes).isEqualIgnoringCase(name) { return field.value(in: bytes) }
        }
        return nil
    }

    /// The number of header fields.
    public var fieldCount: Int { head.pointee.fields.count }

    /// The name of a header field as sent, in the order sent.
    public func fieldName(_ index: Int) -> UnsafeRawBufferPointer {
        head.pointee.fields[index].name(in: bytes)
    }

    /// The value of a header field, without spaces around it.
    public func fieldValue(_ index: Int) -> UnsafeRawBufferPointer {
        head.pointee.fields[index].value(in: bytes)
    }
}

/// Decodes `%XX`; what is not two hexadecimal digits stays as it is.
func percentDecoded(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var at = bytes.startIndex
    func digit(_ index: some Any, _ byte: UInt8) -> UInt8? {
        if byte &- 0x30 < 10 { return byte - 0x30 }
        let lower = byte | 0x20
        return lower &- 0x61 < 6 ? lower - 0x61 + 10 : nil
    }
    while at < bytes.endIndex {
        let byte = bytes[at]
        let next = bytes.index(after: at)
        if byte == 0x25, next < bytes.endIndex, let high = digit(next, bytes[next]) {
            let last = bytes.index(after: next)
            if last < bytes.endIndex, let low = digit(last, bytes[last]) {
                decoded.append(high << 4 | low)
                at = bytes.index(after: last)
                continue
            }
        }
        decoded.append(plusIsSpace && byte == 0x2B ? 0x20 : byte)
        at = next
    }
    return String(decoding: decoded, as: UTF8.self)
}
