/// A request's method.
public enum HTTPMethod: String, Hashable, Sendable, CaseIterable {
    /// GET
    case get = "GET"
    /// HEAD
    case head = "HEAD"
    /// POST
    case post = "POST"
    /// PUT
    case put = "PUT"
    /// DELETE
    case delete = "DELETE"
    /// OPTIONS
    case options = "OPTIONS"
    /// PATCH
    case patch = "PATCH"
    /// Any other; `HTTPRequest.methodBytes` has its name.
    case other = "OTHER"

    init(bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 3: self = bytes.isEqual("GET") ? .get : bytes.isEqual("PUT") ? .put : .other
        case 4: self = bytes.isEqual("POST") ? .post : bytes.isEqual("HEAD") ? .head : .other
        case 5: self = bytes.isEqual("PATCH") ? .patch : .other
        case 6: self = bytes.isEqual("DELETE") ? .delete : .other
        case 7: self = bytes.isEqual("OPTIONS") ? .options : .other
        default: self = .other
        }
    }
}
