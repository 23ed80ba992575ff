import DynamoDB

/// The `X-Amz-Target` field: service, version and operation.
enum Target {
    private static let prefix = Array("DynamoDB_20120810.".utf8)

    /// The operation that is asked for; nil for another service, another version, and an operation that there is not.
    static func operation(_ field: UnsafeRawBufferPointer?) -> Operation? {
        guard let field, field.count > prefix.count, field.prefix(prefix.count).elementsEqual(prefix) else {
            return nil
        }
        return Operations.named(UnsafeRawBufferPointer(rebasing: field[prefix.count...]))
    }
}

/// The `Content-Type` field.
enum ContentType {
    private static let types = [Array("application/x-amz-json-1.0".utf8), Array("application/json".utf8)]

    /// Whether AWS reads the body as JSON. Without a body the type does not matter.
    static func isJSON(_ field: UnsafeRawBufferPointer?, emptyBody: Bool) -> Bool {
        if emptyBody { return true }
        guard let field else { return false }
        let type = field.prefix { $0 != 0x3B && $0 != 0x20 }
        return types.contains { type.elementsEqual($0) }
    }
}

/// The region that a request is signed for, from the credential's scope in `Authorization`.
struct SignedRegion {
    private let unsigned: String
    private var last: (bytes: [UInt8], region: String) = ([], "")

    init(unsigned: String) { self.unsigned = unsigned }

    /// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, ...`; what cannot be read counts as unsigned.
    mutating func of(authorization field: UnsafeRawBufferPointer?) -> String {
        guard let field, let scope = Self.region(in: field) else { return unsigned }
        if !last.bytes.elementsEqual(scope) { last = (Array(scope), String(decoding: scope, as: UTF8.self)) }
        return last.region
    }

    private static let credential = Array("Credential=".utf8)
    /// Regions are short names of lower-case letters, digits and hyphens; anything else must not get into an ARN.
    private static let lengthMax = 32

    private static func region(in field: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
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
        return UnsafeRawBufferPointer(rebasing: region)
    }
}
