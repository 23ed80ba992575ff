/// One call of nestbox: what was asked for, and from where.
struct Invocation {
    /// The arguments, understood.
    let arguments: Arguments
    /// The environment of the shell.
    let shell: [String: String]
    /// The working directory.
    let directory: String

    /// Takes the working directory as it is now.
    init(_ arguments: Arguments, shell: [String: String]) throws(Failure) {
        self.arguments = arguments
        self.shell = shell
        do { directory = try FileSystem.workingDirectory() } catch {
            throw Failure(.other, "the working directory is not there any more; change to one that is")
        }
    }

    /// The stack of a file, or without one the one in `nestbox.yaml` here, or the built-in one.
    func stackFile() throws(Failure) -> StackFile {
        let given = arguments[.stack]
        let name = given ?? StackFile.standardName
        let path = FileSystem.resolve(name, from: directory)
        if given == nil, FileSystem.kind(path) == nil { return try .builtIn(directory: directory) }
        let text: [UInt8]
        do { text = try FileSystem.read(path, limit: 4 << 20) } catch {
            throw Failure(
                .configuration, "the stack file \(name) cannot be read: \(error.reason); give another with --stack")
        }
        return try .parse(text, name: name, directory: FileSystem.parent(of: path), environment: shell)
    }

    /// Where directories in memory are made.
    var temporaryDirectory: String { CommandLineProgram.temporaryDirectory(shell) }

    /// Prints to standard output; the exit code that follows from it.
    func print(_ text: String, exitCode: Int32 = 0) -> Int32 {
        FileSystem.writeAll(1, Array(text.utf8)) ? exitCode : Failure(.other, "").exitCode
    }
}
