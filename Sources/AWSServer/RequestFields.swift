import DynamoDB
import HTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The `X-Amz-Target` field: service, version and operation.
enum Target {
    private static let prefix: StaticString = "DynamoDB_20120810."

    /// The operation that is asked for; nil for another service, another version, and an operation that there is not.
    static func operation(_ field: UnsafeRawBufferPointer?) -> Operation? {
        let count = prefix.utf8CodeUnitCount
        guard let field, field.count > count,
            UnsafeRawBufferPointer(rebasing: field[..<count]).isEqual(prefix)
        else { return nil }
        return Operations.named(UnsafeRawBufferPointer(rebasing: field[count...]))
    }
}

/// The `Content-Type` field.
enum ContentType {
    /// Whether AWS reads the body as JSON. Without a body the type does not matter.
    static func isJSON(_ field: UnsafeRawBufferPointer?, emptyBody: Bool) -> Bool {
        if emptyBody { return true }
        guard let field else { return false }
        let type = UnsafeRawBufferPointer(rebasing: field.prefix { $0 != 0x3B && $0 != 0x20 })
        return type.isEqual("application/x-amz-json-1.0") || type.isEqual("application/json")
    }
}

/// The region that a request is signed for, from the credential's scope in `Authorization`.
struct SignedRegion {
    private let unsigned: String
    /// The beginning of the field that was read last, up to the region's end, and the region. Clients sign for one region.
    private var last: (start: [UInt8], region: String) = ([], "")

    init(unsigned: String) { self.unsigned = unsigned }

    /// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ...`; what cannot be read counts as unsigned.
    mutating func of(authorization field: UnsafeRawBufferPointer?) -> String {
        guard let field else { return unsigned }
        if field.begins(with: last.start) { return last.region }
        guard let region = Self.region(in: field) else { return unsigned }
        last = (Array(field[..<(region.endIndex + 1)]), String(decoding: field[region], as: UTF8.self))
        return last.region
    }

    private static let credential = Array("Credential=".utf8)
    /// Regions are short names of lower-case letters, digits and hyphens; anything else must not get into an ARN.
    private static let lengthMax = 32

    private static func region(in field: UnsafeRawBufferPointer) -> Range<Int>? {
        var start = 0
        while start + credential.count <= field.count,
            !field[start..<start + credential.count].elementsEqual(credential)
        {
            start += 1
        }
        var slashes: [Int] = []
        var index = start + credential.count
        while index < field.count, field[index] != 0x2C, slashes.count < 3 {
            if field[index] == 0x2F { slashes.append(index) }
            index += 1
        }
        guard slashes.count == 3 else { return nil }
        let region = field[slashes[1] + 1..<slashes[2]]
        let isName = region.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard !region.isEmpty, region.count <= lengthMax, isName else { return nil }
        return region.startIndex..<region.endIndex
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func begins(with start: [UInt8]) -> Bool {
        guard !start.isEmpty, count >= start.count else { return false }
        return start.withUnsafeBytes { memcmp(baseAddress!, $0.baseAddress!, start.count) == 0 }
    }
}
