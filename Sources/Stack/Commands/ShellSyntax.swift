/// How variables are written so that a shell, a dotenv file or a CI system reads them back.
enum ShellSyntax: String, CaseIterable, Sendable {
    case bash, zsh, fish, dotenv, github

    /// The syntax that suits the user's shell.
    init(shell path: String?) {
        let name = path?.split(separator: "/").last.map(String.init) ?? ""
        self = [Self.zsh, .fish].first { $0.rawValue == name } ?? .bash
    }

    /// The lines that set variables to values, and those that unset others where that can be said.
    func lines(setting variables: [ServiceDefinition.Variable], unsetting names: [String]) -> String {
        var lines = variables.map { set($0.name, $0.value) }
        switch self {
        case .bash, .zsh: lines += names.map { "unset \($0)" }
        case .fish: lines += names.map { "set -e \($0)" }
        // These files cannot take a variable out.
        case .dotenv, .github: break
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func set(_ name: String, _ value: String) -> String {
        switch self {
        case .bash, .zsh: "export \(name)=\(Banner.quoted(value))"
        case .fish: "set -gx \(name) \(Self.fishQuoted(value))"
        case .dotenv: "\(name)=\(Self.doubleQuoted(value))"
        case .github: Self.environmentFile(name, value)
        }
    }

    /// Between single quotes fish knows two escapes: of the quote and of the backslash.
    private static func fishQuoted(_ value: String) -> String {
        "'" + value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }

    /// A value between double quotes, as dotenv files and POSIX shells read it.
    static func doubleQuoted(_ value: String) -> String {
        "\"" + value.map { "\"\\$`".contains($0) ? "\\\($0)" : String($0) }.joined() + "\""
    }

    /// A line of GitHub's environment file; a value of several lines stands between lines of a mark that it does not have.
    private static func environmentFile(_ name: String, _ value: String) -> String {
        guard value.contains(where: \.isNewline) else { return "\(name)=\(value)" }
        var mark = "END"
        while value.contains(mark) { mark += "_" }
        return "\(name)<<\(mark)\n\(value)\n\(mark)"
    }
}
