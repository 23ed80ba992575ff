/// `nestbox env`: what the services are given, for the user's shell: `eval "$(nestbox env)"`.
enum EnvCommand {
    /// Prints the variables.
    static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let status = try RunningStack.require(invocation).found
        let shell = invocation.shell
        let syntax =
            invocation.arguments[.shell].flatMap { ShellSyntax(rawValue: $0) } ?? ShellSyntax(shell: shell["SHELL"])
        return invocation.print(text(syntax, status, shell))
    }

    /// The lines that make the stack's environment of a shell's.
    static func text(_ syntax: ShellSyntax, _ status: StackStatus, _ shell: [String: String]) -> String {
        var variables = status.environment
        let names = Set(variables.map(\.name))
        // What would send clients elsewhere goes, as it does for services; what is not set needs not go.
        let removed =
            (names.contains("AWS_ENDPOINT_URL") ? ChildEnvironment.removedWithAWS : [])
            + (names.isDisjoint(with: ChildEnvironment.kafkaVariables) ? [] : ChildEnvironment.removedWithKafka)
        let unset = removed.filter { shell[$0] != nil && !names.contains($0) }
        if ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].contains(where: { shell[$0] != nil }) {
            let made = ChildEnvironment.make(shell: shell, endpoints: .init(region: ""))
            variables += ["NO_PROXY", "no_proxy"].compactMap { name in made[name].map { .init(name: name, value: $0) } }
        }
        return syntax.lines(setting: variables, unsetting: unset)
    }
}
