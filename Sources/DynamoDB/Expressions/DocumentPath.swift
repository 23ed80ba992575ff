/// The way to a value in an item: an attribute's name, then names in maps and positions in lists.
public struct DocumentPath: Hashable, Sendable {
    /// One step.
    public enum Element: Hashable, Sendable {
        /// A member of a map; the first element is always one.
        case name(Text)
        /// A position in a list, from zero.
        case index(Int)
    }

    /// The steps, at least one.
    public let elements: [Element]

    /// The levels that a path may have.
    static let levelsMax = 32
    /// The greatest position that a path may name.
    static let indexMax = Int(Int32.max)

    init(_ elements: [Element]) {
        self.elements = elements
    }

    /// The attribute in which it begins.
    public var attribute: Text {
        if case .name(let name) = elements[0] { return name }
        return ""
    }

    /// Whether it goes into the attribute.
    public var isNested: Bool { elements.count > 1 }

    /// The value at its end.
    func value(in item: Item?) -> AttributeValue? {
        guard var value = item?[attribute] else { return nil }
        for element in elements.dropFirst() {
            switch (element, value) {
            case (.name(let name), .m(let map)):
                guard let member = map[name] else { return nil }
                value = member
            case (.index(let index), .l(let list)):
                guard index < list.count else { return nil }
                value = list[index]
            default: return nil
            }
        }
        return value
    }

    /// As AWS writes it in messages: `[a, [1], b]`.
    var description: String {
        let parts = elements.map { element in
            switch element {
            case .name(let name): name.string
            case .index(let index): "[\(index)]"
            }
        }
        return "[" + parts.joined(separator: ", ") + "]"
    }

    /// How two paths are in each other's way.
    enum Clash { case overlap, conflict }

    /// Two paths overlap when one leads into the other, and conflict when one takes for a map what the other takes for a
    /// list.
    func clash(with other: DocumentPath) -> Clash? {
        for (mine, its) in zip(elements, other.elements) {
            switch (mine, its) {
            case (.name, .index), (.index, .name): return .conflict
            default: if mine != its { return nil }
            }
        }
        return .overlap
    }

    /// Throws AWS's error when two of the paths clash; an overlap before a conflict.
    static func checkDistinct(_ paths: [DocumentPath]) throws(ExpressionProblem) {
        guard paths.count > 1 else { return }
        var conflict: (DocumentPath, DocumentPath)?
        // Only paths into one attribute can clash; there may be two thousand paths.
        var byAttribute: [Text: [DocumentPath]] = [:]
        for path in paths {
            for earlier in byAttribute[path.attribute, default: []] {
                switch earlier.clash(with: path) {
                case .overlap: throw .init(Messages.pathsOverlap(earlier.description, path.description))
                case .conflict: if conflict == nil { conflict = (earlier, path) }
                case nil: break
                }
            }
            byAttribute[path.attribute, default: []].append(path)
        }
        if let (one, two) = conflict { throw .init(Messages.pathsConflict(one.description, two.description)) }
    }
}

/// What is wrong with an expression; the caller puts the parameter's name in front.
struct ExpressionProblem: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
