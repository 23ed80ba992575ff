/// `nestbox down`: stops the stack and waits for its end; with `-v` its data goes, too. Where no stack runs it is content.
enum DownCommand {
    /// The services' grace, the emulators' patience, and a little more.
    static let patience = Duration.seconds(45)

    /// Stops what runs, and removes its data if that is wanted.
    static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let removesData = invocation.arguments.isSet(.volumes)
        var said = ""
        var data: String?
        switch try RunningStack.find(invocation) {
        case .running(let stack):
            data = stack.found.isTemporary ? nil : stack.found.data
            _ = try stack.ask(.down)
            let lock = DataDirectory.lockFile(of: stack.found.data)
            let isOver = try waitUntil(within: patience) { () throws(Failure) in
                stack.status() == nil && !DataLock.isHeld(lock)
            }
            guard isOver else {
                throw Failure(.other, "the stack (pid \(stack.found.pid)) does not stop; look at its log, or kill it")
            }
            said = "Stopped (pid \(stack.found.pid))."
        case .beginning(let pid):
            throw Failure(.notReady, "the stack (pid \(pid)) has only just begun; wait with `nestbox wait`")
        case .none(let place):
            said = "No stack runs \(place)."
            if removesData { data = try dataDirectory(invocation) }
        }
        if removesData, let data, FileSystem.kind(data) != nil {
            try DataDirectory.remove(data)
            said += " Its data in \(data) is removed."
        }
        return invocation.print(said + "\n")
    }

    private static func dataDirectory(_ invocation: Invocation) throws(Failure) -> String? {
        let stack = try invocation.stackFile()
        switch Settings.data(invocation.arguments, stack, invocation.directory, isExec: false) {
        case .directory(let path): return path
        case .memory: return nil
        }
    }
}
