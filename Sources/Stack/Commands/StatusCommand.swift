/// `nestbox status`: what runs and where, in one of three forms; the exit code is for scripts and health checks.
enum StatusCommand {
    /// Prints the status, and returns 0 when everything is ready.
    static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let status = try RunningStack.require(invocation).found
        let text =
            switch invocation.arguments[.output] {
            case "json": String(decoding: status.json, as: UTF8.self) + "\n"
            case "env": ShellSyntax.dotenv.lines(setting: status.environment, unsetting: [])
            case "services": status.parts.filter(\.isService).map { $0.name + "\n" }.joined()
            default: table(status)
            }
        return invocation.print(text, exitCode: status.state == .ready ? 0 : Failure(.notReady, "").exitCode)
    }

    /// The status as a table for people.
    static func table(_ status: StackStatus) -> String {
        var rows = status.parts.map { part in
            [part.name, part.state, part.address ?? "", part.pid.map { "pid \($0)" } ?? "", part.note ?? ""]
        }
        rows.append(["control", "", status.control])
        rows.append(["data", "", status.data + (status.isTemporary ? " (in memory: removed at exit)" : "")])
        return "nestbox \(status.version) (pid \(status.pid)) is \(status.state.rawValue)\n\n" + columns(rows)
    }

    /// Rows under each other, cells two blanks apart, without blanks at the ends of lines.
    static func columns(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                // A long last cell is no reason to move the others.
                if index < row.count - 1 { widths[index] = max(widths[index], cell.count) }
            }
        }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
            let line = cells.joined(separator: "  ")
            return "  " + String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}
