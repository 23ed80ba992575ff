import Testing

@testable import Stack

@Suite("Supervision of services")
struct SupervisionTests {
    private func machine(
        _ services: [(String, needs: [String], probed: Bool, restart: ServiceDefinition.Restart)],
        timeout: Int64 = 60_000
    ) -> Supervision {
        Supervision(
            services.map { .init(name: $0.0, needs: $0.needs, isProbed: $0.probed, restart: $0.restart) },
            readyTimeoutMillis: timeout)
    }

    /// The actions without what is only said at debug level.
    private func loud(_ actions: [Supervision.Action]) -> [Supervision.Action] {
        actions.filter { if case .report(.debug, _) = $0 { false } else { true } }
    }

    @Test("A stack without services is ready at once, and stops at once")
    func nothing() {
        var m = machine([])
        #expect(m.apply(.begin, nowMillis: 0) == [.ready])
        #expect(m.nextDeadlineMillis == nil)
        #expect(m.apply(.stop, nowMillis: 1) == [.stopped])
    }

    @Test("A service is asked soon, then ever more seldom, until it answers; then the stack is ready, once")
    func probing() {
        var m = machine([("a", [], true, .onFailure)])
        #expect(m.apply(.begin, nowMillis: 0) == [.start("a")])
        #expect(m.nextDeadlineMillis == 10)
        var now: Int64 = 0
        var waits: [Int64] = []
        for _ in 0..<8 {
            let next = m.nextDeadlineMillis!
            waits.append(next - now)
            now = next
            #expect(m.apply(.time, nowMillis: now) == [.probe("a")])
            #expect(m.apply(.time, nowMillis: now).isEmpty)
            #expect(m.apply(.notYet("a", reason: "503"), nowMillis: now).isEmpty)
        }
        #expect(waits == [10, 20, 40, 80, 160, 320, 500, 500])
        now = m.nextDeadlineMillis!
        #expect(m.apply(.time, nowMillis: now) == [.probe("a")])
        #expect(loud(m.apply(.answered("a"), nowMillis: now)) == [.ready])
        #expect(m.nextDeadlineMillis == nil)
        #expect(m.apply(.answered("a"), nowMillis: now).isEmpty)
    }

    @Test("A service waits until what it needs is ready, and starts in the same breath")
    func needs() {
        var m = machine([("a", ["b", "aws"], false, .onFailure), ("b", [], true, .onFailure)])
        #expect(m.apply(.begin, nowMillis: 0) == [.start("b")])
        #expect(loud(m.apply(.answered("b"), nowMillis: 5)) == [.start("a"), .ready])
    }

    @Test("Nothing starts before the emulators answer")
    func beginning() {
        var m = machine([("a", [], false, .onFailure)])
        #expect(m.apply(.time, nowMillis: 0).isEmpty)
        #expect(loud(m.apply(.begin, nowMillis: 1)) == [.start("a"), .ready])
    }

    @Test("A service that fails is reported and started again, after ever longer rests; a long life resets them")
    func restarts() {
        var m = machine([("a", [], false, .onFailure)])
        _ = m.apply(.begin, nowMillis: 0)
        var now: Int64 = 0
        var rests: [Int64] = []
        for _ in 0..<7 {
            let actions = m.apply(.exited("a", .code(1)), nowMillis: now)
            #expect(actions.first == .kill("a"))
            rests.append(m.nextDeadlineMillis! - now)
            now = m.nextDeadlineMillis!
            #expect(loud(m.apply(.time, nowMillis: now)) == [.start("a")])
        }
        #expect(rests == [500, 1000, 2000, 4000, 8000, 10_000, 10_000])
        now += 10_000
        #expect(
            m.apply(.exited("a", .signal(11)), nowMillis: now) == [
                .kill("a"), .report(.warn, "a was ended by signal 11; it is started again in 0.5 s"),
            ])
    }

    @Test(
        "The restart policy decides over an end",
        arguments: [
            (.no, .code(0), false), (.no, .code(1), false), (.onFailure, .code(0), false), (.onFailure, .code(3), true),
            (.onFailure, .signal(9), true), (.always, .code(0), true), (.always, .code(1), true),
        ] as [(ServiceDefinition.Restart, Supervision.Exit, Bool)])
    func policies(_ restart: ServiceDefinition.Restart, _ exit: Supervision.Exit, _ again: Bool) {
        var m = machine([("a", [], false, restart)])
        _ = m.apply(.begin, nowMillis: 0)
        let actions = m.apply(.exited("a", exit), nowMillis: 0)
        let ending = again ? "started again in 0.5 s" : "not started again (restart: \(restart.rawValue))"
        #expect(actions == [.kill("a"), .report(.warn, "a \(exit); it is \(ending)")])
    }

    @Test("A service that ends for good before it was ready fails the stack")
    func earlyEnd() {
        var m = machine([("a", [], true, .no), ("b", [], false, .no)])
        _ = m.apply(.begin, nowMillis: 0)
        #expect(
            m.apply(.exited("a", .code(1)), nowMillis: 5) == [
                .kill("a"), .fail(Failure(.notReady, "a exited with code 1 before it was ready; look at its log")),
                .terminate("b"),
            ])
        #expect(m.apply(.exited("b", .signal(15)), nowMillis: 6) == [.kill("b"), .stopped])
    }

    @Test("A process that cannot be made fails the stack")
    func cannotStart() {
        var m = machine([("a", [], true, .always)])
        _ = m.apply(.begin, nowMillis: 0)
        #expect(
            m.apply(.failedToStart("a", reason: "no memory"), nowMillis: 0) == [
                .fail(Failure(.configuration, "service a cannot be started: no memory")), .stopped,
            ])
    }

    @Test("While it takes long, what is waited for is told; when the time is over, the stack fails with it")
    func lateness() {
        var m = machine([("a", [], true, .onFailure), ("b", ["a"], true, .onFailure)], timeout: 7_000)
        _ = m.apply(.begin, nowMillis: 0)
        _ = m.apply(.time, nowMillis: 10)
        _ = m.apply(.notYet("a", reason: "GET /up answered 503"), nowMillis: 10)
        #expect(
            m.apply(.time, nowMillis: 5_000).contains(
                .report(.info, "Waiting for a (GET /up answered 503), b (needs a)")))
        #expect(
            m.apply(.time, nowMillis: 7_000).contains(
                .fail(
                    Failure(
                        .notReady,
                        "not ready after 7 s: a (GET /up answered 503), b (needs a); look at the logs, or allow more "
                            + "with --ready-timeout"))))
    }

    @Test("Stopping asks every group to end, kills what does not, and is over when the last has ended")
    func stopping() {
        var m = machine([
            ("a", [], false, .always), ("b", [], false, .always), ("c", ["d"], true, .no), ("d", [], true, .no),
        ])
        _ = m.apply(.begin, nowMillis: 0)
        _ = m.apply(.exited("b", .code(1)), nowMillis: 1)
        #expect(m.apply(.stop, nowMillis: 100) == [.terminate("a"), .terminate("d")])
        #expect(m.apply(.stop, nowMillis: 101).isEmpty)
        #expect(m.apply(.exited("d", .code(0)), nowMillis: 102) == [.kill("d")])
        #expect(m.nextDeadlineMillis == 10_100)
        #expect(
            m.apply(.time, nowMillis: 10_100) == [
                .report(.warn, "a did not stop within 10 s and is killed"), .kill("a"),
            ])
        #expect(m.nextDeadlineMillis == nil)
        #expect(m.apply(.exited("a", .signal(9)), nowMillis: 10_101) == [.kill("a"), .stopped])
    }

    @Test("A service that ends while everything stops is not started again, and late answers change nothing")
    func lateEvents() {
        var m = machine([("a", [], true, .always)])
        _ = m.apply(.begin, nowMillis: 0)
        _ = m.apply(.stop, nowMillis: 1)
        #expect(m.apply(.answered("a"), nowMillis: 2).isEmpty)
        #expect(m.apply(.notYet("a", reason: "x"), nowMillis: 2).isEmpty)
        #expect(m.apply(.exited("a", .code(0)), nowMillis: 3) == [.kill("a"), .stopped])
        #expect(m.apply(.exited("a", .code(0)), nowMillis: 4) == [.kill("a")])
    }

    @Test("The first signal stops cleanly, an echo of it is ignored, the next one stops at once")
    func signals() {
        var decision = SignalDecision()
        #expect(decision.signalled(nowMillis: 1000) == .stop)
        #expect(decision.signalled(nowMillis: 1099) == .ignore)
        #expect(decision.signalled(nowMillis: 1100) == .stopAtOnce)
        #expect(decision.signalled(nowMillis: 1101) == .stopAtOnce)
    }

    @Test("An end is told, and counted as a shell counts it")
    func exits() {
        #expect("\(Supervision.Exit.code(3))" == "exited with code 3")
        #expect(Supervision.Exit.code(3).shellCode == 3)
        #expect(Supervision.Exit.signal(15).shellCode == 143)
    }
}
