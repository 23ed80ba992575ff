/// A request's structure, its members read by the types that the service's model gives them.
///
/// Each reading throws AWS's error for a value of another type. A member that is absent or null is nil.
public struct Input: Sendable {
    private let members: [Document.Member]

    /// The members of a structure; nil when the document is none.
    public init?(_ document: Document) {
        guard case .structure(let members) = document else { return nil }
        self.members = members
    }

    /// The value of a member; of those with one name the last.
    public func value(_ name: String) -> Document? {
        guard let value = members.last(where: { $0.name == name })?.value, value != .null else { return nil }
        return value
    }

    /// A string.
    public func string(_ name: String) throws(ServiceError) -> String? {
        guard let value = value(name) else { return nil }
        return try Self.string(value)
    }

    private static func string(_ value: Document) throws(ServiceError) -> String {
        guard case .text(let text) = value else { throw wrongType(value, "String") }
        return text
    }

    /// A whole number.
    public func integer(_ name: String) throws(ServiceError) -> Int? {
        guard let value = value(name) else { return nil }
        switch value {
        case .integer(let number): return Int(number)
        case .double(let number) where number.magnitude < 0x1p53: return Int(number)
        case .text(let text):
            guard let number = Int(text) else { throw Self.wrongType(value, "Integer") }
            return number
        default: throw Self.wrongType(value, "Integer")
        }
    }

    /// A boolean.
    public func boolean(_ name: String) throws(ServiceError) -> Bool? {
        guard let value = value(name) else { return nil }
        switch value {
        case .boolean(let flag): return flag
        case .text("true"): return true
        case .text("false"): return false
        default: throw Self.wrongType(value, "Boolean")
        }
    }

    /// A moment, in seconds since 1970.
    public func timestamp(_ name: String) throws(ServiceError) -> Double? {
        guard let value = value(name) else { return nil }
        switch value {
        case .integer(let seconds): return Double(seconds)
        case .double(let seconds) where seconds.isFinite: return seconds
        case .timestamp(let seconds) where seconds.isFinite: return seconds
        case .text(let text):
            guard let seconds = Timestamp.parse(text) else { throw .malformed("timestamp must follow ISO8601") }
            return seconds
        default: throw Self.wrongType(value, "Timestamp")
        }
    }

    /// A list of strings; nil when it is absent.
    public func strings(_ name: String) throws(ServiceError) -> [String]? {
        guard let elements = try list(name) else { return nil }
        return try elements.map { (element) throws(ServiceError) in try Self.string(element) }
    }

    /// A list of structures; nil when it is absent.
    public func structures(_ name: String) throws(ServiceError) -> [Input]? {
        guard let elements = try list(name) else { return nil }
        return try elements.map { (element) throws(ServiceError) in
            guard let structure = Input(element) else { throw Self.wrongType(element, "Structure") }
            return structure
        }
    }

    /// A structure; nil when it is absent.
    public func structure(_ name: String) throws(ServiceError) -> Input? {
        guard let value = value(name) else { return nil }
        guard let structure = Input(value) else { throw Self.wrongType(value, "Structure") }
        return structure
    }

    private func list(_ name: String) throws(ServiceError) -> [Document]? {
        guard let value = value(name) else { return nil }
        switch value {
        case .list(let elements): return elements
        // How the query protocol sends an empty list: its name with nothing.
        case .text(""): return []
        default: throw Self.wrongType(value, "List")
        }
    }

    private static func wrongType(_ value: Document, _ wanted: String) -> ServiceError {
        let found =
            switch value {
            case .null: "NULL_VALUE"
            case .boolean(let flag): flag ? "TRUE_VALUE" : "FALSE_VALUE"
            case .integer: "NUMBER_VALUE"
            case .double, .timestamp: "DECIMAL_VALUE"
            case .text: "STRING_VALUE"
            case .list: "START_ARRAY"
            case .structure: "START_OBJECT"
            }
        return .malformed("\(found) cannot be converted to \(wanted)")
    }
}
