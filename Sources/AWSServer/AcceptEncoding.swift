import HTTP

/// A way in which a body is compressed (RFC 9110 section 8.4.1).
enum ContentCoding: Equatable {
    /// A gzip stream: RFC 1952.
    case gzip
    /// A zlib stream: RFC 1950.
    case deflate

    /// The coding of a name, in any case; nil for one that AWS does not know.
    init?(name: UnsafeRawBufferPointer) {
        if name.isEqualIgnoringCase("gzip") {
            self = .gzip
        } else if name.isEqualIgnoringCase("deflate") {
            self = .deflate
        } else {
            return nil
        }
    }

    /// Its name in a field.
    var name: StaticString {
        switch self {
        case .gzip: "gzip"
        case .deflate: "deflate"
        }
    }
}

/// The `Accept-Encoding` field, read as AWS reads it. That is not quite RFC 9110: `identity` counts for nothing, a weight is whatever
/// follows the first `q=` of a member, one that is no number is 1, and a weight outside 0 to 1 is the nearer of the two.
enum AcceptEncoding {
    /// The coding for an answer that is worth it; nil when it is to be sent as it is.
    ///
    /// The one with the greatest weight, of equal ones the first that is named. `*` stands for those that are not named, gzip first, and
    /// yields to one that is.
    static func coding(_ field: UnsafeRawBufferPointer?) -> ContentCoding? {
        // What most clients of AWS send or leave out.
        guard let field, !field.isEmpty, !field.isEqual("identity") else { return nil }
        var best: (coding: ContentCoding, weight: Double)?
        var named: (gzip: Bool, deflate: Bool) = (false, false)
        var others: Double = 0
        field.forEachMember { member in
            let end = member.firstIndex(of: UInt8(ascii: ";")) ?? member.count
            let name = UnsafeRawBufferPointer(rebasing: member[..<end]).trimmed()
            let weight = weight(UnsafeRawBufferPointer(rebasing: member[end...]))
            if name.isEqual("*") {
                others = max(others, weight)
            } else if let coding = ContentCoding(name: name) {
                if coding == .gzip { named.gzip = true } else { named.deflate = true }
                if weight > best?.weight ?? 0 { best = (coding, weight) }
            }
        }
        if others > best?.weight ?? 0 {
            if !named.gzip { return .gzip }
            if !named.deflate { return .deflate }
        }
        return best?.coding
    }

    /// The weight in a member's parameters, from 0 to 1.
    private static func weight(_ parameters: UnsafeRawBufferPointer) -> Double {
        var at = 0
        while at + 1 < parameters.count, parameters[at] != UInt8(ascii: "q") || parameters[at + 1] != UInt8(ascii: "=")
        {
            at += 1
        }
        guard at + 1 < parameters.count else { return 1 }
        let rest = UnsafeRawBufferPointer(rebasing: parameters[(at + 2)...])
        let text = UnsafeRawBufferPointer(rebasing: rest.prefix { $0 != UInt8(ascii: ";") }).trimmed()
        return number(text).map { min(max($0, 0), 1) } ?? 1
    }

    /// A decimal number with an optional sign; its first 18 digits count.
    private static func number(_ text: UnsafeRawBufferPointer) -> Double? {
        var at = 0
        var isNegative = false
        if let sign = text.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            at = 1
        }
        var value: Double = 0
        var scale: Double = 1
        var digits = 0
        var isFraction = false
        while at < text.count {
            let byte = text[at]
            at += 1
            if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
                continue
            }
            guard byte &- 0x30 < 10 else { return nil }
            digits += 1
            if digits <= 18 {
                value = value * 10 + Double(byte - 0x30)
                if isFraction { scale *= 10 }
            }
        }
        guard digits > 0 else { return nil }
        return (isNegative ? -value : value) / scale
    }
}
