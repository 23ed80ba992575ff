import DynamoDB
import HTTP

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
        if field.isEqual("application/x-amz-json-1.0") {
            self = .amazonJSON
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
