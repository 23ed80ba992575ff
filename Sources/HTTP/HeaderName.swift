/// The header fields that are looked for in every request: such a field is recognised when its line is read, and found again without a
/// look at the others.
public enum HeaderName: UInt8, Sendable {
    /// Any other field.
    case other
    case host, expect, connection, contentLength, transferEncoding
    case origin, contentType, authorization, acceptEncoding, contentEncoding
    /// `X-Amz-Target`, in which AWS's JSON protocols say what is asked for.
    case amazonTarget

    init(_ name: UnsafeRawBufferPointer) {
        switch name.count {
        case 4 where name.isEqualIgnoringCase("host"): self = .host
        case 6 where name.isEqualIgnoringCase("expect"): self = .expect
        case 6 where name.isEqualIgnoringCase("origin"): self = .origin
        case 10 where name.isEqualIgnoringCase("connection"): self = .connection
        case 12 where name.isEqualIgnoringCase("content-type"): self = .contentType
        case 12 where name.isEqualIgnoringCase("x-amz-target"): self = .amazonTarget
        case 13 where name.isEqualIgnoringCase("authorization"): self = .authorization
        case 14 where name.isEqualIgnoringCase("content-length"): self = .contentLength
        case 15 where name.isEqualIgnoringCase("accept-encoding"): self = .acceptEncoding
        case 16 where name.isEqualIgnoringCase("content-encoding"): self = .contentEncoding
        case 17 where name.isEqualIgnoringCase("transfer-encoding"): self = .transferEncoding
        default: self = .other
        }
    }
}

/// Where the named fields of a head are: of one that stands twice, the first.
struct HeaderPlaces {
    /// By name the field's number, counted from 1.
    private var numbers = SIMD16<UInt16>()

    @inline(__always)
    subscript(name: HeaderName) -> Int? {
        let number = numbers[Int(name.rawValue)]
        return number == 0 ? nil : Int(number) - 1
    }

    /// Notes the field that was read last.
    @inline(__always)
    mutating func note(_ name: HeaderName, count: Int) {
        if numbers[Int(name.rawValue)] == 0 { numbers[Int(name.rawValue)] = UInt16(truncatingIfNeeded: count) }
    }
}
