/// Attributes by name, in ascending order of the names' bytes; an item, a key, or a value of type M.
public struct AttributeMap: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// An attribute.
    public struct Entry: Hashable, Sendable {
        /// The attribute's name.
        public var name: Text
        /// Its value.
        public var value: AttributeValue

        /// Makes an attribute.
        public init(name: Text, value: AttributeValue) {
            self.name = name
            self.value = value
        }
    }

    /// The bytes that an attribute's name may have; at least one. Source: measured on AWS (the developer guide says 64 KB).
    public static let nameBytesMax = 65_535

    /// The attributes, ascending by name, no name twice.
    public private(set) var entries: [Entry]

    /// No attributes.
    public init() {
        entries = []
    }

    /// Takes attributes in any order; of two with one name the later one stays, as in a JSON object.
    public init(_ entries: [Entry]) {
        self.entries = entries
        guard !isAscending else { return }
        if entries.count <= 32 { sortFew() } else { sortMany() }
        removeEarlierOfEqual()
    }

    /// Sorts by insertion, stably and in place.
    private mutating func sortFew() {
        entries.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for index in 1..<buffer.count where buffer[index].name < buffer[index - 1].name {
                let entry = (base + index).move()
                var place = index - 1
                while place > 0, entry.name < buffer[place - 1].name { place -= 1 }
                (base + place + 1).moveInitialize(from: base + place, count: index - place)
                (base + place).initialize(to: entry)
            }
        }
    }

    /// Sorts by name and place; Swift does not promise that `sort` is stable.
    private mutating func sortMany() {
        let order = entries.indices.sorted { a, b in
            entries[a].name == entries[b].name ? a < b : entries[a].name < entries[b].name
        }
        entries = order.map { entries[$0] }
    }

    private mutating func removeEarlierOfEqual() {
        guard entries.count > 1, (1..<entries.count).contains(where: { entries[$0 - 1].name == entries[$0].name })
        else { return }
        var kept: [Entry] = []
        kept.reserveCapacity(entries.count)
        for entry in entries {
            if let last = kept.last, last.name == entry.name { kept.removeLast() }
            kept.append(entry)
        }
        entries = kept
    }

    /// A literal.
    public init(dictionaryLiteral elements: (Text, AttributeValue)...) {
        self.init(elements.map { Entry(name: $0.0, value: $0.1) })
    }

    private var isAscending: Bool {
        guard entries.count > 1 else { return true }
        for index in 1..<entries.count where !(entries[index - 1].name < entries[index].name) { return false }
        return true
    }

    /// How many attributes there are.
    public var count: Int { entries.count }

    /// Whether there are none.
    public var isEmpty: Bool { entries.isEmpty }

    /// The bytes that DynamoDB counts: of every attribute its name and its value. This is an item's size.
    public var size: Int {
        entries.reduce(0) { $0 + $1.name.count + $1.value.size }
    }

    /// The value of an attribute. Setting nil removes it.
    public subscript(name: Text) -> AttributeValue? {
        get {
            let (index, found) = find(name)
            return found ? entries[index].value : nil
        }
        set {
            let (index, found) = find(name)
            switch (newValue, found) {
            case (let value?, true): entries[index].value = value
            case (let value?, false): entries.insert(Entry(name: name, value: value), at: index)
            case (nil, true): entries.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// Removes an attribute and returns its value.
    @discardableResult
    public mutating func remove(_ name: Text) -> AttributeValue? {
        let (index, found) = find(name)
        return found ? entries.remove(at: index).value : nil
    }

    /// Changes the value of an attribute in place; false when there is no such attribute.
    mutating func modify<Failure: Error>(
        _ name: Text, _ body: (inout AttributeValue) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        let (index, found) = find(name)
        guard found else { return false }
        try body(&entries[index].value)
        return true
    }

    /// Where the name is, or where it would be inserted.
    private func find(_ name: Text) -> (index: Int, found: Bool) {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return (low, low < entries.count && entries[low].name == name)
    }
}

/// The attributes of one item.
public typealias Item = AttributeMap
