import AWSConfiguration
import DynamoDBClient

#if canImport(Glibc)
    @preconcurrency import Glibc
#else
    import Darwin
#endif

/// The variables that a service is configured by.
public struct Environment: Sendable {
    /// All variables by name.
    public var variables: [String: String]

    /// Given variables.
    public init(_ variables: [String: String]) { self.variables = variables }

    /// The process's variables, over those of the file `.env` in the working directory.
    public static func current() -> Environment {
        var variables: [String: String] = [:]
        for (name, value) in DotEnv.parse(TextFile.read(".env") ?? "") { variables[name] = value }
        #if canImport(Glibc)
            var entry = environ
        #else
            var entry = _NSGetEnviron().pointee
        #endif
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let equals = pair.firstIndex(of: "=") {
                variables[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
            }
            entry += 1
        }
        return Environment(variables)
    }

    /// The variable's value; nil when it is missing or empty.
    public func text(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A truth value: `1`, `t`, `true`, `0`, `f`, `false` in any case.
    /// - Throws: ``ConfigurationError`` for anything else.
    public func bool(_ name: String, default standard: Bool) throws(ConfigurationError) -> Bool {
        guard let text = text(name) else { return standard }
        switch text.lowercased() {
        case "1", "t", "true": return true
        case "0", "f", "false": return false
        default: throw ConfigurationError("\(name)=\(text) is neither true nor false.")
        }
    }

    /// A port.
    /// - Throws: ``ConfigurationError`` when it is none.
    public func port(_ name: String, default standard: UInt16) throws(ConfigurationError) -> UInt16 {
        guard let text = text(name) else { return standard }
        guard let port = UInt16(text) else { throw ConfigurationError("\(name)=\(text) is no port: give 1 to 65535.") }
        return port
    }
}

/// The format of `.env` files: `NAME=value` lines, with comments, quotes and `export`.
public enum DotEnv {
    /// The variables in order; lines that are no assignment are left out.
    public static func parse(_ text: String) -> [(name: String, value: String)] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            var line = trimmed(line)
            if line.hasPrefix("export ") { line = trimmed(line.dropFirst("export ".count)) }
            guard !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") else { return nil }
            let name = trimmed(line[..<equals])
            guard !name.isEmpty else { return nil }
            return (String(name), value(trimmed(line[line.index(after: equals)...])))
        }
    }

    private static func value(_ text: Substring) -> String {
        guard let quote = text.first, quote == "\"" || quote == "'" else {
            let comment = text.indices.first { index in
                text[index] == "#" && (index == text.startIndex || text[text.index(before: index)].isWhitespace)
            }
            return String(trimmed(text[..<(comment ?? text.endIndex)]))
        }
        var value = ""
        var escaped = false
        for character in text.dropFirst() {
            if escaped {
                value.append(character == "n" ? "\n" : character == "r" ? "\r" : character)
                escaped = false
            } else if character == "\\", quote == "\"" {
                escaped = true
            } else if character == quote {
                return value
            } else {
                value.append(character)
            }
        }
        // The quote has no end: it is a part of the value.
        return String(text)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }
}
