/// What must be in the tables: a value, so that what was before a turn can be had back.
struct TablesModel: Equatable {
    var tables: [String: ModelTable] = [:]
    var tokens: [String: ModelToken] = [:]

    /// The tables by name.
    var sortedTables: [(name: String, table: ModelTable)] {
        tables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// What a ClientRequestToken stands for.
struct ModelToken: Equatable {
    var writes: [ItemWrite]
    var createdMillis: Int64
}

/// A table: its items, its indexes, whether items expire.
struct ModelTable: Equatable {
    let shape: TableShape
    var indexes: Set<IndexShape> = []
    var hasTimeToLive = false
    var items: [ItemKey: ModelItem] = [:]

    /// What the items of the table, or of one of its indexes, look like; sorted.
    func projected(_ index: IndexShape?) -> [String] {
        items.compactMap { key, item in item.projected(index, key, shape) }.sorted()
    }

    /// The items of a partition in the order of their sort keys.
    func partition(_ partition: String) -> [String] {
        items.filter { $0.key.partition == partition }.sorted { $0.key < $1.key }
            .map { $0.value.projected(nil, $0.key, shape)! }
    }
}

/// The tables that there may be: the name decides the keys.
enum TableShape: String, CaseIterable {
    /// A partition key alone.
    case plain = "tab0"
    /// A sort key that is a number.
    case numbered = "tab1"
    /// A sort key that is a string.
    case lettered = "tab2"

    var sortType: String? {
        switch self {
        case .plain: nil
        case .numbered: "N"
        case .lettered: "S"
        }
    }

    /// The JSON of a key's attributes, without braces.
    func keyMembers(_ key: ItemKey) -> String {
        let partition = #""pk":{"S":"\#(key.partition)"}"#
        return switch self {
        case .plain: partition
        case .numbered: partition + #","sk":{"N":"\#(key.sort)"}"#
        case .lettered: partition + #","sk":{"S":"s\#(key.sort)"}"#
        }
    }

    /// The key of a canonical item text's attributes.
    func key(_ attributes: [String: String]) -> ItemKey? {
        guard let partition = attributes["pk"]?.dropFirst(2) else { return nil }
        guard self != .plain else { return ItemKey(partition: String(partition), sort: 0) }
        guard let text = attributes["sk"], let sort = Int(text.dropFirst(self == .numbered ? 2 : 3)) else { return nil }
        return ItemKey(partition: String(partition), sort: sort)
    }
}

/// The indexes that a table may have: the name decides what they are.
enum IndexShape: String, CaseIterable {
    /// g and n, everything.
    case byGroup = "by-group"
    /// n, only keys.
    case byNumber = "by-number"
    /// g, with v.
    case byGroupSome = "by-group-some"

    var partitionName: String { self == .byNumber ? "n" : "g" }
    var sortName: String? { self == .byGroup ? "n" : nil }

    /// The attributes besides the keys; nil stands for all.
    var included: Set<String>? {
        switch self {
        case .byGroup: nil
        case .byNumber: []
        case .byGroupSome: ["v"]
        }
    }

    func holds(_ item: ModelItem) -> Bool {
        switch self {
        case .byGroup: item.group != nil && item.number != nil
        case .byNumber: item.number != nil
        case .byGroupSome: item.group != nil
        }
    }
}

struct ItemKey: Hashable, Comparable {
    let partition: String
    let sort: Int

    static func < (left: ItemKey, right: ItemKey) -> Bool {
        left.partition != right.partition ? left.partition < right.partition : left.sort < right.sort
    }
}

/// An item without its key.
struct ModelItem: Hashable {
    /// g, the partition key of two indexes.
    var group: String?
    /// n, the keys of two indexes.
    var number: Int?
    /// v, what is counted.
    var value: Int?
    /// ttl, the second in which the item expires.
    var expires: Int64?
    /// The length of x, which fills the item.
    var fill = 0

    /// The JSON of the item's attributes but the key.
    var members: String {
        var text = ""
        if let group { text += #","g":{"S":"\#(group)"}"# }
        if let number { text += #","n":{"N":"\#(number)"}"# }
        if let value { text += #","v":{"N":"\#(value)"}"# }
        if let expires { text += #","ttl":{"N":"\#(expires)"}"# }
        if fill > 0 { text += #","x":{"S":"\#(String(repeating: "x", count: fill))"}"# }
        return text
    }

    /// What a table or an index shows of the item, as `ItemText` writes it; nil when the index does not have it.
    func projected(_ index: IndexShape?, _ key: ItemKey, _ shape: TableShape) -> String? {
        if let index, !index.holds(self) { return nil }
        var attributes = ["pk": "S:" + key.partition]
        switch shape {
        case .plain: break
        case .numbered: attributes["sk"] = "N:\(key.sort)"
        case .lettered: attributes["sk"] = "S:s\(key.sort)"
        }
        func add(_ name: String, _ text: String?) {
            guard let text else { return }
            if let index, let included = index.included, !included.contains(name), name != index.partitionName,
                name != index.sortName
            {
                return
            }
            attributes[name] = text
        }
        add("g", group.map { "S:" + $0 })
        add("n", number.map { "N:\($0)" })
        add("v", value.map { "N:\($0)" })
        add("ttl", expires.map { "N:\($0)" })
        add("x", fill > 0 ? "S:\(fill) bytes" : nil)
        return ItemText.canonical(attributes)
    }
}

/// Items as short texts that can be compared.
enum ItemText {
    static func canonical(_ attributes: [String: String]) -> String {
        attributes.sorted { $0.key < $1.key }.map { $0.key + "=" + $0.value }.joined(separator: " ")
    }

    /// The attributes of an item in an answer.
    static func attributes(_ item: JSONText) -> [String: String]? {
        guard case .object(let members) = item else { return nil }
        var attributes: [String: String] = [:]
        for member in members {
            let name = member.name
            guard case .object(let typed) = member.value, typed.count == 1, let text = typed[0].value.text else {
                return nil
            }
            attributes[name] = typed[0].name + ":" + (name == "x" ? "\(text.utf8.count) bytes" : text)
        }
        return attributes
    }

    static func of(_ item: JSONText) -> String? { attributes(item).map(canonical) }
}
