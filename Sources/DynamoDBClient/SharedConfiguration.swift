#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The profile of `~/.aws/config` and `~/.aws/credentials` that is in use ("Shared config and credentials files").
public struct SharedConfiguration: Sendable {
    /// The profile's name: `AWS_PROFILE`, else `default`.
    public let profileName: String
    /// The profile's settings; those of the credentials file win.
    public let profile: [String: String]
    /// All profiles by name, for those that name another as their source.
    let profiles: [String: [String: String]]

    /// Reads the files that the environment names; a file that is missing is empty.
    public init(environment: [String: String], readFile: (String) -> String? = { File.read($0) }) {
        let home = environment["HOME"] ?? ""
        func path(_ name: String, _ standard: String) -> String {
            guard let path = environment[name], !path.isEmpty else { return home + standard }
            return path.hasPrefix("~/") ? home + path.dropFirst() : path
        }
        var profiles: [String: [String: String]] = [:]
        let configuration = readFile(path("AWS_CONFIG_FILE", "/.aws/config")) ?? ""
        for (section, settings) in Self.sections(configuration) {
            if section == "default" {
                profiles["default", default: [:]].merge(settings) { _, new in new }
            } else if section.hasPrefix("profile ") {
                let name = Self.trimmed(section.dropFirst("profile ".count))
                profiles[name, default: [:]].merge(settings) { _, new in new }
            }
        }
        let credentials = readFile(path("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials")) ?? ""
        for (section, settings) in Self.sections(credentials) {
            profiles[section, default: [:]].merge(settings) { _, new in new }
        }
        self.profiles = profiles
        profileName = environment["AWS_PROFILE"].flatMap { $0.isEmpty ? nil : $0 } ?? "default"
        profile = profiles[profileName] ?? [:]
    }

    /// The sections of an INI file with their settings; indented lines (nested settings) are left out.
    static func sections(_ text: String) -> [(name: String, settings: [String: String])] {
        var sections: [(name: String, settings: [String: String])] = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard let first = line.first, !first.isWhitespace, first != "#", first != ";" else { continue }
            if first == "[" {
                guard let end = line.lastIndex(of: "]") else { continue }
                sections.append((trimmed(line[line.index(after: line.startIndex)..<end]), [:]))
            } else if let equals = line.firstIndex(of: "="), !sections.isEmpty {
                var value = line[line.index(after: equals)...]
                if let comment = value.firstRange(ofBlankThen: ["#", ";"]) { value = value[..<comment] }
                sections[sections.count - 1].settings[trimmed(line[..<equals]).lowercased()] = trimmed(value)
            }
        }
        return sections
    }

    static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...end])
    }
}

extension Substring {
    /// Where a blank followed by one of `markers` begins: an inline comment.
    fileprivate func firstRange(ofBlankThen markers: Set<Character>) -> Index? {
        indices.first { index in
            let following = self.index(after: index)
            return self[index].isWhitespace && following < endIndex && markers.contains(self[following])
        }
    }
}

/// Small files, read whole.
public enum File {
    /// The file's text; nil when it cannot be read or has more than a mebibyte.
    public static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            guard count > 0, bytes.count + count <= 1 << 20 else { return nil }
            bytes += chunk[..<count]
        }
    }

    private static func read(_ descriptor: Int32, _ buffer: inout [UInt8], _ count: Int) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, &buffer, count)
        #else
            Darwin.read(descriptor, &buffer, count)
        #endif
    }
}
