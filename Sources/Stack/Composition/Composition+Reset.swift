import Reactor

extension Composition {
    /// Brings tables, topics, groups and offsets back to the stack file; `then` is told how it ended, once everybody is
    /// answered again.
    func reset(_ then: @escaping (Result<ResetCourse.Summary, Failure>) -> Void) {
        let running = emulators.filter { if case .running = $0.state { true } else { false } }
        guard !isStopping, running.count == emulators.count else {
            return then(.failure(Failure(.notReady, "the stack is \(status.state.rawValue); wait with `nestbox wait`")))
        }
        guard reset == nil else {
            return then(.failure(Failure(.notReady, "the stack is being reset already; wait with `nestbox wait`")))
        }
        reset = (ResetCourse(emulators.map(\.emulator)), loop.monotonicNanos, then)
        guard !emulators.isEmpty else { return finishReset(nil) }
        tellEmulators(.hold)
    }

    /// Takes what an emulator has reported, and does what the course says.
    func advanceReset(_ report: (inout ResetCourse) -> ResetCourse.Step) {
        guard var course = reset?.course else { return }
        let step = report(&course)
        reset?.course = course
        switch step {
        case .wait: break
        case .reset: tellEmulators(.reset)
        case .release(let failure):
            tellEmulators(.release)
            finishReset(failure)
        }
    }

    private func finishReset(_ failure: Failure?) {
        guard let (course, beganNanos, then) = reset else { return }
        reset = nil
        for note in course.notes { console.say(note.level, note.text) }
        if let failure {
            console.say(.error, "The reset has failed: \(failure.message)")
            return then(.failure(failure))
        }
        let stack = settings.stack
        let summary = ResetCourse.Summary(
            tables: settings.emulators.contains(.aws) ? stack.tables.count : 0,
            topics: settings.emulators.contains(.kafka) ? stack.topics.count : 0,
            millis: Int((loop.monotonicNanos - beganNanos) / 1_000_000))
        console.say(.info, "Everything is back to \(stack.name), after \(summary.millis) ms")
        then(.success(summary))
    }

    private func tellEmulators(_ command: EmulatorCommand) {
        for case (_, .running(_, let commands)) in emulators { commands.put(command) }
    }
}
