/// An action of a service: its name, what it takes, and what answers it. Dispatch, documents and tests derive from lists of these.
public struct ServiceAction<Context>: Sendable {
    /// Its name in AWS's API.
    public let name: String
    /// The parameters that do what AWS says.
    public let supported: [String]
    /// The parameters that are refused for now.
    public let refused: [String]
    /// Whether only signed requests may ask for it, where signatures are checked.
    public let isSigned: Bool
    /// Answers it.
    public let handle: Handler

    /// Reads the request, carries it out, and gives the answer's structure.
    public typealias Handler = @Sendable (Input, Context) throws(ServiceError) -> Document

    /// An action.
    public init(
        _ name: String, supported: [String], refused: [String] = [], isSigned: Bool = true, handle: @escaping Handler
    ) {
        self.name = name
        self.supported = supported
        self.refused = refused
        self.isSigned = isSigned
        self.handle = handle
    }
}

/// The constraints of a model that a request breaks. AWS reports them together.
public struct Constraints {
    private var violations: [String] = []

    /// None so far.
    public init() {}

    /// Notes that a value breaks a constraint.
    public mutating func add(_ value: String?, at path: String, _ constraint: String) {
        let shown = value.map { "'\($0)'" } ?? "null"
        violations.append("Value \(shown) at '\(path)' failed to satisfy constraint: Member must \(constraint)")
    }

    /// The length of a string, in characters. Nothing when it is absent.
    public mutating func check(_ value: String?, at path: String, length: ClosedRange<Int>) {
        guard let value else { return }
        let count = value.unicodeScalars.count
        if count > length.upperBound {
            add(value, at: path, "have length less than or equal to \(length.upperBound)")
        }
        if count < length.lowerBound {
            add(value, at: path, "have length greater than or equal to \(length.lowerBound)")
        }
    }

    /// Whether a number is in its bounds. Nothing when it is absent.
    public mutating func check(_ value: Int?, at path: String, in range: ClosedRange<Int>) {
        guard let value else { return }
        if value > range.upperBound {
            add(String(value), at: path, "have value less than or equal to \(range.upperBound)")
        }
        if value < range.lowerBound {
            add(String(value), at: path, "have value greater than or equal to \(range.lowerBound)")
        }
    }

    /// Whether a string is one of a set. Nothing when it is absent.
    public mutating func check(_ value: String?, at path: String, in set: [String]) {
        guard let value, !set.contains(value) else { return }
        add(value, at: path, "satisfy enum value set: [\(set.joined(separator: ", "))]")
    }

    /// Throws what was noted.
    public func check() throws(ServiceError) {
        guard !violations.isEmpty else { return }
        let count = violations.count
        throw .validation(
            "\(count) validation error\(count == 1 ? "" : "s") detected: \(violations.joined(separator: "; "))")
    }
}

extension ServiceAction {
    /// The same action where more is known than it needs.
    public func within<Outer>(
        _ context: @escaping @Sendable (Outer) throws(ServiceError) -> Context
    ) -> ServiceAction<Outer> {
        ServiceAction<Outer>(name, supported: supported, refused: refused, isSigned: isSigned) {
            (input, outer) throws(ServiceError) in try self.handle(input, context(outer))
        }
    }
}
