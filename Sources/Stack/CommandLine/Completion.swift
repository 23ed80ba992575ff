/// Scripts that complete nestbox's commands, options and values in a shell; rendered from the lists of commands and options.
enum Completion {
    /// The shells that there is a script for.
    enum Shell: String, CaseIterable {
        case bash, zsh, fish
    }

    /// The script of a shell.
    static func script(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// The words that can follow an option; nil when it takes none, or any.
    private static func values(of option: Option) -> [String]? {
        if case .choice(let words) = option.value { return words }
        if case .conditions = option.value { return ["ready", "lag=0", "group:"] }
        return nil
    }

    private static func options(of command: Command) -> [Option] {
        Option.all.filter { $0.commands.contains(command) }
    }

    private static func flags(of options: [Option]) -> [String] {
        options.flatMap { [$0.short, $0.flag].compactMap { $0 } }
    }

    /// Whether the word behind the options is a service: the running stack knows which there are.
    private static func takesService(_ command: Command) -> Bool { command.operand?.placeholder == "SERVICE" }

    /// The call that prints the services of the running stack, one a line, in some milliseconds.
    private static let services = "nestbox status -o services 2>/dev/null"

    // MARK: bash

    private static var bash: String {
        let commands = Command.allCases.map(\.rawValue).joined(separator: " ")
        var lines = [
            "# Completion of nestbox for bash: source <(nestbox completion bash)",
            "_nestbox() {",
            "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}",
            // bash cuts words at colons and equals signs.
            "    if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi",
            "    COMPREPLY=()",
            "    if [[ $COMP_CWORD == 1 ]]; then",
            "        COMPREPLY=($(compgen -W '\(commands)' -- \"$word\"))",
            "        return",
            "    fi",
            "    case \"$command $previous\" in",
        ]
        for command in Command.allCases {
            for option in options(of: command) {
                guard let flags = Optional(flags(of: [option])), option.value != .toggle else { continue }
                let patterns = flags.map { "\"\(command.rawValue) \($0)\"" }.joined(separator: " | ")
                let words = values(of: option).map { "-W '\($0.joined(separator: " "))'" } ?? "-f"
                lines.append("        \(patterns)) COMPREPLY=($(compgen \(words) -- \"$word\")); return ;;")
            }
        }
        lines += ["    esac", "    local words=", "    case $command in"]
        for command in Command.allCases {
            let words = (flags(of: options(of: command)) + (command.operand?.choices ?? [])).joined(separator: " ")
            let services = takesService(command) ? " $(\(services))" : ""
            lines.append("        \(command.rawValue)) words=\"\(words)\(services)\" ;;")
        }
        lines += [
            "    esac", "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))", "}",
            "complete -o default -F _nestbox nestbox", "",
        ]
        return lines.joined(separator: "\n")
    }

    // MARK: zsh

    private static var zsh: String {
        var lines = [
            "#compdef nestbox", "# Completion of nestbox for zsh: source <(nestbox completion zsh)", "_nestbox() {",
            "    local -a commands services", "    commands=(",
        ]
        lines += Command.allCases.map { "        \(quoted("\($0.rawValue):\(plain($0.summary))"))" }
        lines += [
            "    )", "    if (( CURRENT == 2 )); then", "        _describe command commands", "        return",
            "    fi",
            "    local command=$words[2]", "    shift words", "    (( CURRENT-- ))", "    case $command in",
        ]
        for command in Command.allCases {
            var arguments: [String] = []
            for option in options(of: command) {
                let repeats = option.value.isRepeatable ? "*" : ""
                let action =
                    option.value == .toggle
                    ? ""
                    : ":\(option.name.rawValue):"
                        + (values(of: option).map { "(\($0.joined(separator: " ")))" } ?? "_files")
                for flag in flags(of: [option]) {
                    arguments.append(quoted("\(repeats)\(flag)[\(plain(option.help))]\(action)"))
                }
            }
            if takesService(command) {
                lines.append("        \(command.rawValue)) services=(${(f)\"$(\(services))\"}) ;;")
                lines[lines.count - 1].removeLast(3)
                arguments.append("\"1:service:($services)\"")
            } else if let operand = command.operand {
                arguments.append(
                    quoted("1:\(operand.placeholder.lowercased()):(\(operand.choices.joined(separator: " ")))"))
            } else if command == .exec {
                arguments.append(quoted("*::command:_normal"))
            }
            let head = takesService(command) ? "            " : "        \(command.rawValue)) "
            lines.append("\(head)_arguments \(arguments.joined(separator: " ")) ;;")
        }
        lines += [
            "    esac", "}",
            "if [[ $funcstack[1] == _nestbox ]]; then _nestbox \"$@\"; else compdef _nestbox nestbox; fi", "",
        ]
        return lines.joined(separator: "\n")
    }

    // MARK: fish

    private static var fish: String {
        var lines = [
            "# Completion of nestbox for fish: nestbox completion fish | source", "complete -c nestbox -f",
        ]
        let none = "__fish_use_subcommand"
        lines += Command.allCases.map {
            "complete -c nestbox -n \(none) -a \($0.rawValue) -d \(quoted(plain($0.summary)))"
        }
        for command in Command.allCases {
            let when = "complete -c nestbox -n '__fish_seen_subcommand_from \(command.rawValue)'"
            for option in options(of: command) {
                var line = "\(when) -l \(option.name.rawValue)"
                if let short = option.short { line += " -s \(short.dropFirst())" }
                if option.value != .toggle {
                    line += values(of: option).map { " -x -a '\($0.joined(separator: " "))'" } ?? " -r -F"
                }
                lines.append(line + " -d \(quoted(plain(option.help)))")
            }
            if takesService(command) {
                lines.append("\(when) -a '(\(services))'")
            } else if let choices = command.operand?.choices, !choices.isEmpty {
                lines.append("\(when) -a '\(choices.joined(separator: " "))'")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A text between single quotes, for zsh and fish.
    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// A description without what these shells would take for something else.
    private static func plain(_ text: String) -> String {
        String(
            text.map { character in
                switch character {
                case "[": "("
                case "]": ")"
                case ":": ","
                case "`", "'", "\"", "$", "\\": " "
                default: character
                }
            })
    }
}
