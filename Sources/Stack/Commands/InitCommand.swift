#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `nestbox init`: writes a stack file to begin with: the built-in stack, or the topics and tables that a docker-compose.yml makes.
enum InitCommand {
    /// Writes the file; one that is there is left alone unless `--force` is given.
    static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let name = invocation.arguments[.stack] ?? StackFile.standardName
        let path = FileSystem.resolve(name, from: invocation.directory)
        guard FileSystem.kind(path) == nil || invocation.arguments.isSet(.force) else {
            throw Failure(.configuration, "\(name) is there already; remove it, or overwrite it with --force")
        }
        var text = StackFile.builtInText
        var said = "Wrote \(name), the built-in stack; `nestbox up` starts it."
        if let from = invocation.arguments[.from] {
            let found = try composeFile(from, invocation)
            text = found.stackText(from: from)
            // What is written must be what `up` takes.
            _ = try StackFile.parse(Array(text.utf8), name: name, directory: invocation.directory, environment: [:])
            let count = found.topics.count
            said = "Wrote \(name) with \(count) topic\(count == 1 ? "" : "s") from \(from); `nestbox up` starts it."
            for note in found.notes { CommandLineProgram.say(note) }
        }
        do { try FileSystem.write(text, to: path) } catch {
            throw Failure(.configuration, "\(name) cannot be written: \(error.reason); give another with --stack")
        }
        return invocation.print(said + "\n")
    }

    private static func composeFile(_ name: String, _ invocation: Invocation) throws(Failure) -> ComposeFile {
        let text: [UInt8]
        do { text = try FileSystem.read(FileSystem.resolve(name, from: invocation.directory), limit: 4 << 20) } catch {
            throw Failure(.configuration, "\(name) cannot be read: \(error.reason); give another with --from")
        }
        return try ComposeFile(text, name: name, environment: invocation.shell)
    }
}
