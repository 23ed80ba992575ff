/// `kafka-run-class CLASS ARGUMENTS`: the tool of a Java class.
enum RunClassTool: Tool {
    static let name = "kafka-run-class"
    static let classes: [String] = []
    static let summary = "USAGE: kafka-run-class [-daemon] [-name servicename] [-loggc] classname [opts]"
    static let options: [ToolOption] = []

    /// Of the script's own options the first class begins the tool's command line.
    static func run(_ words: [String], _ console: Console) -> Int32 {
        var rest = words[...]
        while let word = rest.first, word.hasPrefix("-") {
            rest.removeFirst()
            // The only one with a value.
            if word == "-name" { rest = rest.dropFirst() }
        }
        guard let name = rest.popFirst() else {
            console.print(summary)
            console.flush()
            return 1
        }
        guard let tool = Tools.ofClass(name) else {
            console.printError("Error: Could not find or load main class \(name)")
            console.printError("Caused by: java.lang.ClassNotFoundException: \(name)")
            return 1
        }
        return tool.run(Array(rest), console)
    }

    static func run(_ options: ParsedOptions, _ console: Console) throws(ToolError) -> Int32 {
        run(options.words, console)
    }
}
