#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where a program is found, as execvp(3) and env(1) look for it.
enum ProgramSearch {
    /// How the search ends.
    enum Outcome: Equatable {
        /// The path of a file that can be run.
        case found(String)
        /// A file of that name is there, but it cannot be run.
        case notExecutable(String)
        /// Nothing is there.
        case notFound
    }

    /// What stands at a path, as far as running it goes.
    enum Candidate {
        case executable, notExecutable, absent
    }

    /// The system's PATH when there is none in the environment.
    static let defaultPath = "/usr/local/bin:/usr/bin:/bin"

    /// Looks for a program: a name with a slash is a path from `workingDirectory`; another is looked for in `first`,
    /// then along `path`.
    static func find(
        _ program: String, first: String?, path: String?, workingDirectory: String,
        candidate: (String) -> Candidate = inspect
    ) -> Outcome {
        if program.isEmpty { return .notFound }
        if program.contains("/") {
            let file = FileSystem.resolve(program, from: workingDirectory)
            return outcome(of: candidate(file), file) ?? .notFound
        }
        var blocked: Outcome?
        let path = (path ?? defaultPath).split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        for directory in [first].compactMap({ $0 }) + path {
            // An empty element of PATH is the working directory.
            let directory = FileSystem.resolve(directory.isEmpty ? "." : directory, from: workingDirectory)
            switch outcome(of: candidate(directory + "/" + program), directory + "/" + program) {
            case .found(let file): return .found(file)
            case .some(let other): blocked = blocked ?? other
            case nil: break
            }
        }
        return blocked ?? .notFound
    }

    private static func outcome(of candidate: Candidate, _ file: String) -> Outcome? {
        switch candidate {
        case .executable: .found(file)
        case .notExecutable: .notExecutable(file)
        case .absent: nil
        }
    }

    /// Asks the system about a path.
    static func inspect(_ file: String) -> Candidate {
        switch FileSystem.kind(file) {
        case nil: .absent
        case .file where access(file, X_OK) == 0: .executable
        default: .notExecutable
        }
    }
}
