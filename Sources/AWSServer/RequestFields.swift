import DynamoDB
import HTTP

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The fields of a request that AWS's port looks at, found in one pass; of a field that stands twice, the first. Valid as long as the
/// request.
struct RequestFields {
    private(set) var host: UnsafeRawBufferPointer?
    private(set) var target: UnsafeRawBufferPointer?
    private(set) var contentType: UnsafeRawBufferPointer?
    private(set) var authorization: UnsafeRawBufferPointer?
    private(set) var origin: UnsafeRawBufferPointer?
    private(set) var acceptEncoding: UnsafeRawBufferPointer?
    private(set) var contentEncoding: UnsafeRawBufferPointer?

    init(_ request: borrowing HTTPRequest) {
        for index in 0..<request.fieldCount {
            let name = request.fieldName(index)
            switch name.count {
            case 4 where host == nil && name.isEqualIgnoringCase("host"):
                host = request.fieldValue(index)
            case 6 where origin == nil && name.isEqualIgnoringCase("origin"):
                origin = request.fieldValue(index)
            case 12 where target == nil && name.isEqualIgnoringCase("x-amz-target"):
                target = request.fieldValue(index)
            case 12 where contentType == nil && name.isEqualIgnoringCase("content-type"):
                contentType = request.fieldValue(index)
            case 13 where authorization == nil && name.isEqualIgnoringCase("authorization"):
                authorization = request.fieldValue(index)
            case 15 where acceptEncoding == nil && name.isEqualIgnoringCase("accept-encoding"):
                acceptEncoding = request.fieldValue(index)
            case 16 where contentEncoding == nil && name.isEqualIgnoringCase("content-encoding"):
                contentEncoding = request.fieldValue(index)
            default: break
            }
        }
    }
}

/// The path of a request.
enum RequestPath {
    /// Whether it is the one that AWS answers on, `/`: also with slashes too many, and in the absolute form that a proxy may be sent.
    static func isRoot(_ path: UnsafeRawBufferPointer) -> Bool {
        if path.isEqual("/") { return true }
        var rest = path[...]
        if rest.starts(with: "http://".utf8) || rest.starts(with: "https://".utf8) {
            let authority = rest.firstIndex(of: UInt8(ascii: "/")).map { $0 + 2 } ?? rest.endIndex
            rest = rest[authority...]
            rest = rest.drop { $0 != UInt8(ascii: "/") }
        } else if rest.isEmpty {
            return false
        }
        return rest.allSatisfy { $0 == UInt8(ascii: "/") }
    }
}

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

/// The `Content-Type` field, which AWS's answer takes over.
enum ContentType {
    /// `application/x-amz-json-1.0`, what every SDK sends.
    case amazonJSON
    /// `application/json`.
    case json

    /// The type of a request's body; nil for one that AWS does not read. Without a body the type does not matter.
    init?(_ field: UnsafeRawBufferPointer?, emptyBody: Bool) {
        guard let field else {
            guard emptyBody else { return nil }
            self = .json
            return
        }
        let type = UnsafeRawBufferPointer(rebasing: field.prefix { $0 != 0x3B && $0 != 0x20 && $0 != 0x09 })
        if type.isEqual("application/x-amz-json-1.0") {
            self = .amazonJSON
        } else if emptyBody || type.isEqual("application/json") {
            self = .json
        } else {
            return nil
        }
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
