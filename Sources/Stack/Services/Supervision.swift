/// Decides when each service is started, probed, started again and stopped. Pure: it is told what happened and what
/// time it is, and says what to do; it has no clock, no processes and no console of its own.
struct Supervision {
    /// How a process ended.
    enum Exit: Equatable, Sendable {
        /// By itself, with a code.
        case code(Int32)
        /// By a signal.
        case signal(Int32)
    }

    /// What happened.
    enum Event: Equatable {
        /// The emulators answer; services may start.
        case begin
        /// A service's process could not be made.
        case failedToStart(String, reason: String)
        /// A service's process has ended.
        case exited(String, Exit)
        /// A probe says that a service is ready.
        case answered(String)
        /// A probe says that a service is not ready yet, and why.
        case notYet(String, reason: String)
        /// A service is to be stopped and started again.
        case restart(String)
        /// Everything is to stop.
        case stop
        /// Nothing but time.
        case time
    }

    /// What to do.
    enum Action: Equatable {
        /// Make the process of a service.
        case start(String)
        /// Ask a service whether it is ready.
        case probe(String)
        /// Ask the process group of a service to end.
        case terminate(String)
        /// End what is left of the process group of a service.
        case kill(String)
        /// Tell the user.
        case report(Settings.LogLevel, String)
        /// Every service is ready. Comes once.
        case ready
        /// It cannot become ready, or not in time: stop, and end with this failure. Comes at most once.
        case fail(Failure)
        /// No process of a service is left. Comes once, after `stop`.
        case stopped
    }

    /// A service, as far as its life goes.
    struct Service {
        let name: String
        /// The services it waits for.
        let needs: [String]
        /// Whether there is something to ask.
        let isProbed: Bool
        let restart: ServiceDefinition.Restart
        fileprivate var phase = Phase.waiting
        fileprivate var hasBeenReady = false
        fileprivate var restarts = 0
        fileprivate var lastReason: String?

        /// How often its process was made.
        fileprivate(set) var starts = 0
        fileprivate var lastExit: Exit?

        /// Whether it has been ready.
        var isReady: Bool { hasBeenReady }

        init(name: String, needs: [String], isProbed: Bool, restart: ServiceDefinition.Restart) {
            self.name = name
            self.needs = needs
            self.isProbed = isProbed
            self.restart = restart
        }
    }

    /// How a service stands, in the word that people are shown.
    enum Standing: String, CaseIterable {
        /// For what it needs.
        case waiting
        case starting
        case ready
        /// It ended and is started again after a while.
        case resting
        case stopping
        /// It ended well and is not to be started again.
        case done
        /// It ended otherwise and is not to be started again.
        case failed

        /// Whether nothing has to be waited for.
        var isReady: Bool { self == .ready || self == .done }
    }

    fileprivate enum Phase: Equatable {
        /// For what it needs.
        case waiting
        /// Not ready yet; when it is asked next, nil while a question is open.
        case starting(sinceMillis: Int64, nextProbeMillis: Int64?, probes: Int)
        case ready(sinceMillis: Int64)
        /// Until it is started again.
        case resting(untilMillis: Int64)
        /// Until it has ended; nil once it was killed.
        case stopping(killAtMillis: Int64?)
        /// Until it has ended, to be started again then.
        case restarting(killAtMillis: Int64?)
        case ended
    }

    /// The bounds of its patience, in milliseconds.
    enum Patience {
        static let firstProbe: Int64 = 10
        static let probeMax: Int64 = 500
        static let firstRest: Int64 = 500
        static let restMax: Int64 = 10_000
        /// A service that ran this long has recovered: the next rest is short again.
        static let recovered: Int64 = 10_000
        static let grace: Int64 = 10_000
        static let progress: Int64 = 5_000
    }

    private(set) var services: [Service]
    private let readyTimeoutMillis: Int64
    private var readyDeadlineMillis: Int64?
    private var nextProgressMillis: Int64?
    private var isStopping = false
    private var isOver = false

    /// Services in the order of the stack file.
    init(_ services: [Service], readyTimeoutMillis: Int64) {
        self.services = services
        self.readyTimeoutMillis = readyTimeoutMillis
    }

    /// When `time` must be told next, if ever.
    var nextDeadlineMillis: Int64? {
        var deadlines = [readyDeadlineMillis, nextProgressMillis].compactMap { $0 }
        for service in services {
            switch service.phase {
            case .starting(_, .some(let next), _): deadlines.append(next)
            case .resting(let until): deadlines.append(until)
            case .stopping(.some(let killAt)), .restarting(.some(let killAt)): deadlines.append(killAt)
            default: break
            }
        }
        return deadlines.min()
    }

    /// Takes what happened at `now` and says what to do, in order.
    mutating func apply(_ event: Event, nowMillis now: Int64) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .begin:
            readyDeadlineMillis = now + readyTimeoutMillis
            nextProgressMillis = now + Patience.progress
        case .failedToStart(let name, let reason):
            guard let index = index(of: name) else { break }
            services[index].phase = .ended
            actions += fail(.configuration, "service \(name) cannot be started: \(reason)", now)
        case .exited(let name, let exit):
            if let index = index(of: name) { actions += exited(index, exit, now) }
        case .answered(let name):
            if let index = index(of: name), case .starting(let since, _, _) = services[index].phase {
                actions += becomeReady(index, since: since, now)
            }
        case .notYet(let name, let reason):
            if let index = index(of: name), case .starting(let since, nil, let probes) = services[index].phase {
                services[index].lastReason = reason
                let interval = min(Patience.firstProbe << min(probes, 10), Patience.probeMax)
                services[index].phase = .starting(sinceMillis: since, nextProbeMillis: now + interval, probes: probes)
            }
        case .restart(let name):
            if let index = index(of: name) { actions += restart(index, now) }
        case .stop:
            actions += stop(now)
        case .time:
            break
        }
        actions += passTime(now)
        actions += startWaiting(now)
        if isStopping, !isOver, services.allSatisfy({ $0.phase == .ended }) {
            isOver = true
            actions.append(.stopped)
        }
        return actions
    }

    private func index(of name: String) -> Int? { services.firstIndex { $0.name == name } }

    // MARK: Starting

    private mutating func startWaiting(_ now: Int64) -> [Action] {
        guard readyDeadlineMillis != nil || hasAnnounced, !isStopping else { return [] }
        var actions: [Action] = []
        // A service without a probe is ready as soon as it runs, which may let the next one start: until nothing
        // changes.
        var changed = true
        while changed {
            changed = false
            for index in services.indices where services[index].phase == .waiting {
                let needs = services[index].needs
                guard needs.allSatisfy({ need in self.index(of: need).map { services[$0].hasBeenReady } ?? true })
                else {
                    continue
                }
                actions += start(index, now)
                changed = true
            }
        }
        if !hasAnnounced, services.allSatisfy(\.hasBeenReady) {
            hasAnnounced = true
            readyDeadlineMillis = nil
            nextProgressMillis = nil
            actions.append(.ready)
        }
        return actions
    }

    private var hasAnnounced = false

    private mutating func start(_ index: Int, _ now: Int64) -> [Action] {
        let name = services[index].name
        services[index].lastReason = nil
        services[index].starts += 1
        if services[index].isProbed {
            services[index].phase = .starting(
                sinceMillis: now, nextProbeMillis: now + Patience.firstProbe, probes: 0)
            return [.start(name)]
        }
        return [.start(name)] + becomeReady(index, since: now, now)
    }

    private mutating func becomeReady(_ index: Int, since: Int64, _ now: Int64) -> [Action] {
        services[index].phase = .ready(sinceMillis: since)
        services[index].hasBeenReady = true
        return [.report(.debug, "\(services[index].name) is ready after \(now - since) ms")]
    }

    /// What somebody asks for, so that it does not count as a failure; one that waits for what it needs goes on waiting.
    private mutating func restart(_ index: Int, _ now: Int64) -> [Action] {
        guard !isStopping else { return [] }
        let name = services[index].name
        switch services[index].phase {
        case .starting, .ready:
            services[index].phase = .restarting(killAtMillis: now + Patience.grace)
            return [.report(.info, "\(name) is restarted"), .terminate(name)]
        case .resting, .ended:
            services[index].restarts = 0
            return [.report(.info, "\(name) is started again")] + start(index, now)
        case .waiting, .stopping, .restarting:
            return []
        }
    }

    // MARK: Time

    private mutating func passTime(_ now: Int64) -> [Action] {
        var actions: [Action] = []
        for index in services.indices {
            let name = services[index].name
            switch services[index].phase {
            case .starting(let since, .some(let next), let probes) where next <= now:
                services[index].phase = .starting(sinceMillis: since, nextProbeMillis: nil, probes: probes + 1)
                actions.append(.probe(name))
            case .resting(let until) where until <= now && !isStopping:
                actions += start(index, now)
            case .stopping(.some(let killAt)) where killAt <= now:
                services[index].phase = .stopping(killAtMillis: nil)
                actions += kill(name)
            case .restarting(.some(let killAt)) where killAt <= now:
                services[index].phase = .restarting(killAtMillis: nil)
                actions += kill(name)
            default: break
            }
        }
        if let deadline = readyDeadlineMillis, deadline <= now, !isStopping {
            actions += fail(
                .notReady,
                "not ready after \(readyTimeoutMillis / 1000) s: \(waitingFor()); look at the logs, or allow more with "
                    + "--ready-timeout", now)
        } else if let progress = nextProgressMillis, progress <= now {
            nextProgressMillis = now + Patience.progress
            actions.append(.report(.info, "Waiting for \(waitingFor())"))
        }
        return actions
    }

    private func kill(_ name: String) -> [Action] {
        [.report(.warn, "\(name) did not stop within \(Patience.grace / 1000) s and is killed"), .kill(name)]
    }

    /// The services that are not ready, each with the last that was heard of it.
    private func waitingFor() -> String {
        services.filter { !$0.hasBeenReady }.map { service in
            switch service.phase {
            case .waiting:
                let needs = service.needs.filter { need in index(of: need).map { !services[$0].hasBeenReady } ?? false }
                return "\(service.name) (needs \(needs.joined(separator: ", ")))"
            case .resting: return "\(service.name) (it ended and will be started again)"
            default: return service.name + (service.lastReason.map { " (\($0))" } ?? "")
            }
        }.joined(separator: ", ")
    }

    private mutating func fail(_ kind: Failure.Kind, _ message: String, _ now: Int64) -> [Action] {
        guard !isStopping else { return [] }
        return [.fail(Failure(kind, message))] + stop(now)
    }

    // MARK: Ending

    private mutating func exited(_ index: Int, _ exit: Exit, _ now: Int64) -> [Action] {
        let service = services[index]
        services[index].lastExit = exit
        // Whatever the leader left in its group would hold its port and its files.
        var actions: [Action] = [.kill(service.name)]
        switch service.phase {
        case .stopping:
            services[index].phase = .ended
            return actions
        case .restarting:
            return actions + start(index, now)
        case .starting(let since, _, _), .ready(let since):
            let restartsNow =
                switch service.restart {
                case .always: true
                case .onFailure: exit != .code(0)
                case .no: false
                }
            if restartsNow {
                let restarts = now - since >= Patience.recovered ? 0 : service.restarts
                let rest = min(Patience.firstRest << min(restarts, 10), Patience.restMax)
                services[index].restarts = restarts + 1
                services[index].phase = .resting(untilMillis: now + rest)
                actions.append(
                    .report(.warn, "\(service.name) \(exit); it is started again in \(Self.seconds(rest)) s"))
            } else {
                services[index].phase = .ended
                if service.hasBeenReady {
                    actions.append(
                        .report(
                            .warn,
                            "\(service.name) \(exit); it is not started again (restart: \(service.restart.rawValue))"
                        ))
                } else {
                    actions += fail(.notReady, "\(service.name) \(exit) before it was ready; look at its log", now)
                }
            }
        case .waiting, .resting, .ended:
            break
        }
        return actions
    }

    private mutating func stop(_ now: Int64) -> [Action] {
        guard !isStopping else { return [] }
        isStopping = true
        readyDeadlineMillis = nil
        nextProgressMillis = nil
        var actions: [Action] = []
        for index in services.indices {
            switch services[index].phase {
            case .starting, .ready:
                services[index].phase = .stopping(killAtMillis: now + Patience.grace)
                actions.append(.terminate(services[index].name))
            case .restarting(let killAt):
                services[index].phase = .stopping(killAtMillis: killAt)
            case .waiting, .resting:
                services[index].phase = .ended
            case .stopping, .ended:
                break
            }
        }
        return actions
    }

    private static func seconds(_ millis: Int64) -> String {
        millis % 1000 == 0 ? "\(millis / 1000)" : "\(millis / 1000).\(millis % 1000 / 100)"
    }
}

extension Supervision.Service {
    /// How it stands.
    var standing: Supervision.Standing {
        switch phase {
        case .waiting: .waiting
        case .starting: .starting
        case .ready: .ready
        case .resting: .resting
        case .stopping, .restarting: .stopping
        case .ended: lastExit == .code(0) && hasBeenReady ? .done : .failed
        }
    }

    /// What is known of it when it is not ready: the last answer of its probe, or how it ended.
    var note: String? {
        switch phase {
        case .starting: lastReason
        case .waiting: "needs \(needs.joined(separator: ", "))"
        case .resting, .ended: lastExit.map { "it \($0)" }
        case .ready, .stopping, .restarting: nil
        }
    }
}

extension Supervision.Exit: CustomStringConvertible {
    /// `exited with code 1` or `was ended by signal 9 (Killed)`.
    var description: String {
        switch self {
        case .code(let code): "exited with code \(code)"
        case .signal(let number): "was ended by signal \(number)"
        }
    }

    /// The exit code that a shell would give.
    var shellCode: Int32 {
        switch self {
        case .code(let code): code
        case .signal(let number): 128 + number
        }
    }
}

/// What a signal that asks nestbox to end leads to: the first one to a clean stop, the next to an end at once.
struct SignalDecision {
    /// A terminal and a wrapper such as npm may both pass on one Ctrl-C: a repeat this soon is the same one.
    static let repeatMillis: Int64 = 100

    private var firstMillis: Int64?

    /// What to do.
    enum Action: Equatable { case stop, stopAtOnce, ignore }

    /// A signal has come at `now`.
    mutating func signalled(nowMillis now: Int64) -> Action {
        guard let firstMillis else {
            self.firstMillis = now
            return .stop
        }
        return now - firstMillis < Self.repeatMillis ? .ignore : .stopAtOnce
    }
}
