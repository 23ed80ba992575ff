/// A world by its name: what the command line and the tests run.
package struct WorldRunner: Sendable {
    /// What it is called on the command line.
    package let name: String
    /// Runs the steps of a seed, or these; what came of it.
    package let run: @Sendable (_ seed: UInt64, _ steps: [Step], _ bug: PlantedBug?) -> RunReport
    /// The steps of a seed.
    package let steps: @Sendable (_ seed: UInt64, _ count: Int) -> [Step]
    /// Drops steps that a failure does not need.
    package let shrink: @Sendable (_ seed: UInt64, _ steps: [Step], _ bug: PlantedBug?) -> [Step]

    init<W: World & SendableMetatype>(_: W.Type) {
        name = W.name
        steps = { Simulation<W>.steps(seed: $0, count: $1) }
        shrink = { Simulation<W>.shrink(seed: $0, $1, bug: $2)?.steps ?? $1 }
        run = { seed, steps, bug in
            switch Simulation<W>.run(seed: seed, steps, bug: bug) {
            case .held(let digest, let events):
                RunReport(digest: digest, events: events, failure: nil, after: steps.count)
            case .failed(let failure, let after): RunReport(digest: 0, events: 0, failure: failure, after: after)
            }
        }
    }

    /// All worlds.
    package static let all: [WorldRunner] = [WorldRunner(TablesWorld.self), WorldRunner(BrokerWorld.self)]
}

/// What came of a run.
package struct RunReport: Sendable {
    /// The same for every run of the same steps.
    package let digest: UInt64
    /// How much happened.
    package let events: Int
    /// The invariant that did not hold, if one did not.
    package let failure: SimulationFailure?
    /// The steps until then.
    package let after: Int
}
