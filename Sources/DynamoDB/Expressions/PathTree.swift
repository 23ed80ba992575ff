/// Document paths that do not clash, joined at what they have in common.
struct PathTree<Leaf: Sendable>: Sendable {
    /// What is at the end of a path, or where paths part.
    indirect enum Node: Sendable {
        case leaf(Leaf)
        case branch([Branch])
    }

    struct Branch: Sendable {
        let element: DocumentPath.Element
        var node: Node
    }

    private(set) var branches: [Branch] = []

    init() {}

    /// Adds a path; one that clashes with a path that is there already is left out.
    mutating func insert(_ path: DocumentPath, _ leaf: Leaf) {
        PathTree.insert(path.elements[...], leaf, into: &branches)
    }

    private static func insert(
        _ path: ArraySlice<DocumentPath.Element>, _ leaf: Leaf, into branches: inout [Branch]
    ) {
        guard let element = path.first else { return }
        let rest = path.dropFirst()
        if let index = branches.firstIndex(where: { $0.element == element }) {
            guard case .branch(var inner) = branches[index].node, !rest.isEmpty else { return }
            branches[index].node = .branch([])
            insert(rest, leaf, into: &inner)
            branches[index].node = .branch(inner)
            return
        }
        if rest.isEmpty {
            branches.append(Branch(element: element, node: .leaf(leaf)))
        } else {
            var inner: [Branch] = []
            insert(rest, leaf, into: &inner)
            branches.append(Branch(element: element, node: .branch(inner)))
        }
    }

    /// What of an item the paths lead to, each value in its place; elements of lists keep their order and close up.
    func project(_ item: Item) -> Item {
        var projected: [AttributeMap.Entry] = []
        for branch in branches {
            guard case .name(let name) = branch.element, let value = item[name] else { continue }
            if let part = PathTree.project(value, branch.node) { projected.append(.init(name: name, value: part)) }
        }
        return AttributeMap(projected)
    }

    private static func project(_ value: AttributeValue, _ node: Node) -> AttributeValue? {
        guard case .branch(let branches) = node else { return value }
        switch value {
        case .m(let map):
            var projected: [AttributeMap.Entry] = []
            for branch in branches {
                guard case .name(let name) = branch.element, let member = map[name] else { continue }
                if let part = project(member, branch.node) { projected.append(.init(name: name, value: part)) }
            }
            return projected.isEmpty ? nil : .m(AttributeMap(projected))
        case .l(let list):
            var projected: [(Int, AttributeValue)] = []
            for branch in branches {
                guard case .index(let index) = branch.element, index < list.count else { continue }
                if let part = project(list[index], branch.node) { projected.append((index, part)) }
            }
            projected.sort { $0.0 < $1.0 }
            return projected.isEmpty ? nil : .l(projected.map(\.1))
        default:
            return nil
        }
    }
}
