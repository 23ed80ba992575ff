/// Runs of a world by seed.
package enum Simulation<W: World> {
    /// How a run ended.
    package enum Outcome {
        /// Everything held. The digest is the same for every run of the same steps.
        case held(digest: UInt64, events: Int)
        /// An invariant did not hold after so many steps.
        case failed(SimulationFailure, after: Int)
    }

    /// The steps of a seed.
    package static func steps(seed: UInt64, count: Int) -> [Step] {
        var random = SeededRandom(seed: seed)
        let wheel = W.kinds.flatMap { Array(repeating: $0.kind, count: $0.weight) }
        return (0..<count).map { _ in Step(kind: random.pick(wheel), entropy: random.next()) }
    }

    /// Runs these steps in a world of this seed.
    package static func run(seed: UInt64, _ steps: [Step], bug: PlantedBug? = nil) -> Outcome {
        run(seed: seed, steps, bug: bug) { _ in }
    }

    /// Runs these steps; `inspect` sees the world at the end, before it goes.
    package static func run(
        seed: UInt64, _ steps: [Step], bug: PlantedBug? = nil, _ inspect: (W) -> Void
    ) -> Outcome {
        var done = 0
        do {
            let world = try W(seed: seed, bug: bug)
            defer {
                inspect(world)
                world.end()
            }
            for step in steps {
                done += 1
                var random = SeededRandom(seed: step.entropy)
                try world.perform(step.kind, &random)
            }
            try world.finish()
            return .held(digest: world.trace.digest, events: world.trace.count)
        } catch {
            return .failed(error as? SimulationFailure ?? SimulationFailure("\(error)"), after: done)
        }
    }

    /// Drops steps that a failure does not need, by delta debugging: larger pieces first, as long as `runsMax` runs last. A failure of another
    /// text counts too: what is looked for is a short run that fails.
    package static func shrink(
        seed: UInt64, _ steps: [Step], bug: PlantedBug? = nil, runsMax: Int = 400
    ) -> (steps: [Step], failure: SimulationFailure)? {
        guard case .failed(var failure, let after) = run(seed: seed, steps, bug: bug) else { return nil }
        var kept = Array(steps.prefix(after))
        var runs = 0
        var piece = max(1, kept.count / 2)
        while runs < runsMax {
            var hasShrunk = false
            var start = 0
            while start < kept.count, runs < runsMax {
                var candidate = kept
                candidate.removeSubrange(start..<min(start + piece, kept.count))
                runs += 1
                if case .failed(let other, let after) = run(seed: seed, candidate, bug: bug) {
                    kept = Array(candidate.prefix(after))
                    failure = other
                    hasShrunk = true
                } else {
                    start += piece
                }
            }
            if piece == 1, !hasShrunk { break }
            if !hasShrunk || piece > kept.count { piece = max(1, piece / 2) }
        }
        return (kept, failure)
    }
}
