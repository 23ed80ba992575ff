import Reactor

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Composition: ControlledStack {
    /// How the stack is now.
    var status: StackStatus {
        let services = supervisor?.parts ?? []
        return StackStatus(
            version: Version.text, pid: getpid(), command: (isExec ? Command.exec : .up).rawValue,
            state: state(services), data: data.path,
            isTemporary: data.isTemporary, directory: settings.stack.directory,
            control: "http://\(control.address)", parts: emulators.map(part) + services,
            environment: supervisor.map { ChildEnvironment.given($0.endpoints) } ?? [])
    }

    private func state(_ services: [StackStatus.Part]) -> StackStatus.State {
        if isStopping { return .stopping }
        if reset != nil { return .resetting }
        guard hasBeenReady else { return .starting }
        return services.allSatisfy(\.isReady) ? .ready : .degraded
    }

    private func part(_ entry: (emulator: Emulator, state: State)) -> StackStatus.Part {
        let name = entry.emulator == .aws ? "DynamoDB" : "Kafka"
        switch entry.state {
        case .starting: return .init(name: name, state: "starting", isReady: false)
        case .running: return .init(name: name, state: "ready", isReady: true, address: address(of: entry.emulator))
        case .ended: return .init(name: name, state: "ended", isReady: false)
        }
    }

    /// Asks Kafka's loop.
    func groups(_ then: @escaping (Result<[GroupProgress], Failure>) -> Void) {
        for case (.kafka, .running(_, let commands)) in emulators {
            commands.put(.tellGroups(loop.mailbox { then($0) }))
            return
        }
        then(.failure(Failure(.other, "Kafka does not run in this stack")))
    }

    func restart(_ service: String) -> Bool { supervisor?.restart(service) ?? false }

    /// Stops the stack as a signal does.
    func down() {
        // Asked again, the clean stop just goes on.
        guard !isDownAsked, !isStopping else { return }
        isDownAsked = true
        console.say(.info, "Stopping, as `nestbox down` asks for")
        signalled(SIGTERM)
    }
}
