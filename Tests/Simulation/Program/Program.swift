import Simulation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs simulations by seed: `make sim SEED=7 STEPS=20000`.
@main
enum Program {
    private static let usage = """
        simulate [--world NAME] [--seed N] [--steps M] [--runs R] [--bug NAME] [--replay 'STEP ...']
          --world   \(WorldRunner.all.map(\.name).joined(separator: ", ")); all of them unless one is named
          --seed    the first seed (1)
          --steps   the steps of a run (20000)
          --runs    how many runs, each with the next seed (1)
          --bug     a planted bug: \(PlantedBug.allCases.map(\.rawValue).joined(separator: ", "))
          --replay  these steps instead of the seed's, as a failure has printed them
        """

    static func main() {
        guard let options = Options(CommandLine.arguments.dropFirst()) else {
            print(usage)
            exit(2)
        }
        var hasFailed = false
        for world in options.worlds {
            for seed in options.seed..<options.seed + UInt64(options.runs) {
                if !run(world, seed, options) { hasFailed = true }
            }
        }
        exit(hasFailed ? 1 : 0)
    }

    /// One run; whether everything held.
    private static func run(_ world: WorldRunner, _ seed: UInt64, _ options: Options) -> Bool {
        let steps = options.replay ?? world.steps(seed, options.steps)
        let report = world.run(seed, steps, options.bug)
        guard let failure = report.failure else {
            print(
                "\(world.name) seed \(seed): \(steps.count) steps, \(report.events) events, "
                    + "digest \(String(report.digest, radix: 16))")
            fflush(nil)
            return true
        }
        print("\(world.name) seed \(seed) fails after \(report.after) of \(steps.count) steps: \(failure)")
        fflush(nil)
        let shrunk = world.shrink(seed, steps, options.bug)
        print("Shrunk to \(shrunk.count) steps: \(world.run(seed, shrunk, options.bug).failure?.description ?? "")")
        print(
            "Again: simulate --world \(world.name) --seed \(seed) --replay '"
                + shrunk.map(\.description).joined(separator: " ") + "'")
        fflush(nil)
        return false
    }

    private struct Options {
        var worlds = WorldRunner.all
        var seed: UInt64 = 1
        var steps = 20_000
        var runs = 1
        var bug: PlantedBug?
        var replay: [Step]?

        /// Nil when the arguments cannot be read.
        init?(_ arguments: ArraySlice<String>) {
            var rest = arguments
            while let name = rest.popFirst() {
                guard let value = rest.popFirst(), take(name, value) else { return nil }
            }
        }

        private mutating func take(_ name: String, _ value: String) -> Bool {
            switch name {
            case "--world": worlds = WorldRunner.all.filter { $0.name == value }
            case "--seed":
                guard let number = UInt64(value) else { return false }
                seed = number
            case "--steps":
                guard let number = Int(value), number > 0 else { return false }
                steps = number
            case "--runs":
                guard let number = Int(value), number > 0 else { return false }
                runs = number
            case "--bug":
                guard let named = PlantedBug(rawValue: value) else { return false }
                bug = named
            case "--replay": replay = value.split(separator: " ").compactMap { Step($0) }
            default: return false
            }
            return !worlds.isEmpty
        }
    }
}
