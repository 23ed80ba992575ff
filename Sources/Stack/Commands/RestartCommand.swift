/// `nestbox restart SERVICE`: stops a service and starts it again, and returns when it is ready.
enum RestartCommand {
    /// Restarts it.
    static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let stack = try RunningStack.require(invocation)
        let name = invocation.arguments.operand ?? ""
        let known = stack.found.parts.filter(\.isService)
        guard let before = known.first(where: { $0.name == name }) else {
            let names = known.map(\.name)
            let list = names.isEmpty ? "; the stack has no services" : "; there are \(names.joined(separator: ", "))"
            throw Failure(
                .usage, "there is no service `\(name)`\(Suggestion.ending(for: name, in: names, otherwise: list))")
        }
        _ = try stack.ask(.restart, name)
        let patience = invocation.arguments[.timeout].flatMap { Int($0) } ?? WaitCommand.standardTimeout
        var last = before
        _ = try waitUntil(within: .seconds(patience)) { () throws(Failure) in
            guard let now = stack.status()?.parts.first(where: { $0.name == name }) else {
                throw Failure(.other, "the stack (pid \(stack.found.pid)) has ended meanwhile; look at its log")
            }
            last = now
            return now.starts > before.starts && (now.isReady || now.state == Supervision.Standing.failed.rawValue)
        }
        let note = last.note.map { " (\($0))" } ?? ""
        guard last.starts > before.starts, last.isReady else {
            throw Failure(
                .notReady, "\(name) is \(last.state)\(note) and not ready again; look at `nestbox logs \(name)`")
        }
        return invocation.print("\(name) is \(last.state)\(last.pid.map { " (pid \($0))" } ?? "").\n")
    }
}
