/// `${NAME}` and `${NAME:-default}` in the values of a stack file, and `$$` for a dollar sign.
struct Interpolation: Sendable {
    /// The variables that can be named.
    let environment: [String: String]

    /// The text with its variables replaced, or one sentence on what is wrong with it.
    ///
    /// `${NAME:-default}` takes the default when the variable is unset or empty, `${NAME-default}` only when it is
    /// unset, as a shell does. A variable that is not set and has no default is refused: an empty port or path would
    /// fail later and worse.
    func apply(_ text: String) -> Result<String, Malformed> {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return .success(text) }
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "$") else {
                output.append(byte)
                continue
            }
            switch rest.first {
            case UInt8(ascii: "$"):
                rest = rest.dropFirst()
                output.append(byte)
            case UInt8(ascii: "{"):
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
                    return .failure(Malformed("`${` without `}`; close it, or write `$$` for a dollar sign"))
                }
                switch value(of: rest[(rest.startIndex + 1)..<end]) {
                case .success(let value): output += value.utf8
                case .failure(let malformed): return .failure(malformed)
                }
                rest = rest[(end + 1)...]
            default:
                output.append(byte)
            }
        }
        return .success(String(decoding: output, as: UTF8.self))
    }

    /// One sentence on what is wrong.
    struct Malformed: Error, Equatable {
        let message: String
        init(_ message: String) { self.message = message }
    }

    private func value(of inner: ArraySlice<UInt8>) -> Result<String, Malformed> {
        let nameEnd = inner.firstIndex { !Self.isNameByte($0) } ?? inner.endIndex
        let name = String(decoding: inner[..<nameEnd], as: UTF8.self)
        var operation = inner[nameEnd...]
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return .failure(unreadable(inner))
        }
        let current = environment[name]
        if operation.isEmpty {
            guard let current else {
                return .failure(
                    Malformed("variable `\(name)` is not set; set it, or give a default: `${\(name):-value}`"))
            }
            return .success(current)
        }
        var takesDefaultWhenEmpty = false
        if operation.first == UInt8(ascii: ":") {
            takesDefaultWhenEmpty = true
            operation = operation.dropFirst()
        }
        guard operation.popFirst() == UInt8(ascii: "-"), !operation.contains(UInt8(ascii: "$")) else {
            return .failure(unreadable(inner))
        }
        if let current, !(takesDefaultWhenEmpty && current.isEmpty) { return .success(current) }
        return .success(String(decoding: operation, as: UTF8.self))
    }

    private func unreadable(_ inner: ArraySlice<UInt8>) -> Malformed {
        Malformed(
            "`${\(String(decoding: inner, as: UTF8.self))}` is not understood; write `${NAME}` or `${NAME:-default}`, "
                + "or `$$` for a dollar sign")
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
