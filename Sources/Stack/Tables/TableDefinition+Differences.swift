extension TableDefinition {
    /// How a table that is there differs from this definition, one phrase a difference; empty when they are equal. The
    /// order of indexes and of projected attributes says nothing.
    func differences(from actual: TableDefinition) -> [String] {
        var differences: [String] = []
        if keys != actual.keys {
            differences.append("its keys are \(Self.text(actual.keys)), not \(Self.text(keys))")
        }
        differences += Self.differences("global", wanted: globalIndexes, actual: actual.globalIndexes)
        differences += Self.differences("local", wanted: localIndexes, actual: actual.localIndexes)
        return differences
    }

    private static func differences(_ kind: String, wanted: [Index], actual: [Index]) -> [String] {
        var differences: [String] = []
        for index in wanted {
            guard let other = actual.first(where: { $0.name == index.name }) else {
                differences.append("it has no \(kind) index \(index.name)")
                continue
            }
            if index.keys != other.keys {
                differences.append(
                    "the keys of \(kind) index \(index.name) are \(text(other.keys)), not \(text(index.keys))")
            }
            if !index.projection.isEqual(other.projection) {
                differences.append(
                    "\(kind) index \(index.name) projects \(other.projection.text), not \(index.projection.text)")
            }
        }
        for index in actual where !wanted.contains(where: { $0.name == index.name }) {
            differences.append("it has a \(kind) index \(index.name) more")
        }
        return differences
    }

    private static func text(_ keys: [Key]) -> String {
        "{ " + keys.map { "\($0.name): \($0.type)" }.joined(separator: ", ") + " }"
    }
}

extension TableDefinition.Projection {
    fileprivate func isEqual(_ other: Self) -> Bool {
        if case .include(let a) = self, case .include(let b) = other { return a.sorted() == b.sorted() }
        return self == other
    }

    fileprivate var text: String {
        switch self {
        case .all: "ALL"
        case .keysOnly: "KEYS_ONLY"
        case .include(let names): "[\(names.sorted().joined(separator: ", "))]"
        }
    }
}
