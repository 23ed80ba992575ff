#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An ARN in its parts: `arn:partition:service:region:account:resource`.
struct ResourceARN {
    var partition: Text
    var service: Text
    var region: Text
    var account: Text
    /// What comes after the account, with all its colons and slashes: "table/orders/index/by-owner".
    var resource: Text

    /// Takes an ARN apart; nil when a part is missing.
    init?(_ text: Text) {
        let parts = text.string.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[5].isEmpty else { return nil }
        partition = Text(String(parts[1]))
        service = Text(String(parts[2]))
        region = Text(String(parts[3]))
        account = Text(String(parts[4]))
        resource = Text(String(parts[5]))
    }

    /// What `resource` names, and the name: "table" and "orders/index/by-owner". Without a slash there is no name.
    private var typeAndName: (type: Substring, name: Substring?) {
        let parts = resource.string.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts[0], parts.count > 1 ? parts[1] : nil)
    }

    /// The type of the resource: "table".
    var type: Text { Text(String(typeAndName.type)) }

    /// The path after the type; empty when there is none.
    var path: Text { Text(String(typeAndName.name ?? "")) }

    /// The table's name, when the ARN is that of a table and the name is one that a table can have.
    var tableName: Text? {
        guard type == "table" else { return nil }
        let name = path
        return name.count >= 3 && name.count <= 255 && name.isTableName ? name : nil
    }
}

extension Text {
    /// Whether it is to be read as an ARN where a name is meant.
    var isARN: Bool { withBytes { $0.count >= 4 && memcmp($0.baseAddress!, "arn:", 4) == 0 } }

    /// Whether it consists of the characters that names of tables and indexes are made of, and has one at least.
    var isTableName: Bool {
        withBytes { bytes in
            for byte in bytes {
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    continue
                default: return false
                }
            }
            return !bytes.isEmpty
        }
    }
}
