/// The shared files `~/.aws/config` and `~/.aws/credentials` ("Shared config and credentials files"), and the profile that is in use.
public struct SharedConfiguration: Sendable {
    /// The profile's name: `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`, else `default`.
    public let profileName: String
    /// Whether the environment named the profile.
    public let profileWasAskedFor: Bool
    /// All profiles by name; settings of the credentials file win over those of the config file.
    public let profiles: [String: [String: String]]
    /// The `services` sections by name: for each service its settings.
    let services: [String: [String: [String: String]]]

    /// The settings of the profile in use; empty when there is no such profile.
    public var profile: [String: String] { profiles[profileName] ?? [:] }

    /// Reads the files that the environment names; a file that is missing is empty.
    public init(environment: [String: String], readFile: (String) -> String? = { TextFile.read($0) }) {
        let home = environment["HOME"] ?? ""
        func path(_ name: String, _ standard: String) -> String {
            guard let path = environment[name], !path.isEmpty else { return home + standard }
            return path.hasPrefix("~/") ? home + path.dropFirst() : path
        }
        var profiles: [String: [String: String]] = [:]
        var services: [String: [String: [String: String]]] = [:]
        let configuration = readFile(path("AWS_CONFIG_FILE", "/.aws/config")) ?? ""
        for section in Self.sections(configuration) {
            if section.name == "default" {
                profiles["default", default: [:]].merge(section.settings) { _, new in new }
            } else if let name = section.name(after: "profile") {
                profiles[name, default: [:]].merge(section.settings) { _, new in new }
            } else if let name = section.name(after: "services") {
                services[name, default: [:]].merge(section.nested) { _, new in new }
            }
        }
        let credentials = readFile(path("AWS_SHARED_CREDENTIALS_FILE", "/.aws/credentials")) ?? ""
        for section in Self.sections(credentials) {
            profiles[section.name, default: [:]].merge(section.settings) { _, new in new }
        }
        self.profiles = profiles
        self.services = services
        let asked = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        profileName = asked ?? "default"
        profileWasAskedFor = asked != nil
    }

    /// A setting that the environment or the profile in use may give: the variable wins, and an empty one counts as missing.
    public func value(_ variable: String, _ setting: String, _ environment: [String: String]) -> String? {
        [environment[variable], profile[setting]].lazy.compactMap { $0 }.first { !$0.isEmpty }
    }

    /// A section of an INI file.
    struct Section {
        /// What stands between the brackets.
        var name: String
        /// The settings, their names in lower case.
        var settings: [String: String] = [:]
        /// The settings that stand indented below a setting without a value, by that setting.
        var nested: [String: [String: String]] = [:]

        /// The rest of the name after a word, as in `profile NAME`.
        func name(after word: String) -> String? {
            guard name.hasPrefix(word), name.dropFirst(word.count).first?.isWhitespace == true else { return nil }
            return SharedConfiguration.trimmed(name.dropFirst(word.count))
        }
    }

    /// The sections of an INI file in order; what is no section and no setting is left out.
    static func sections(_ text: String) -> [Section] {
        var sections: [Section] = []
        var parent: String?
        for line in text.split(whereSeparator: \.isNewline) {
            let isIndented = line.first?.isWhitespace == true
            let start = line.drop { $0.isWhitespace }
            guard let first = start.first, first != "#", first != ";" else { continue }
            if first == "[", !isIndented {
                guard let end = line.lastIndex(of: "]") else { continue }
                sections.append(Section(name: trimmed(line[line.index(after: line.startIndex)..<end])))
                parent = nil
            } else if let equals = start.firstIndex(of: "="), !sections.isEmpty {
                var value = start[start.index(after: equals)...]
                if let comment = value.firstRange(ofBlankThen: ["#", ";"]) { value = value[..<comment] }
                let name = trimmed(start[..<equals]).lowercased()
                let last = sections.count - 1
                if isIndented {
                    if let parent { sections[last].nested[parent, default: [:]][name] = trimmed(value) }
                } else {
                    sections[last].settings[name] = trimmed(value)
                    parent = trimmed(value).isEmpty ? name : nil
                }
            }
        }
        return sections
    }

    /// The text without blanks at its ends.
    public static func trimmed(_ text: Substring) -> String {
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
