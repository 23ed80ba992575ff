import Simulation
import Testing

/// A short run of every world; `make sim` and `make soak` run longer ones.
@Suite("Simulation of the engines")
struct WorldTests {
    static let seeds: ClosedRange<UInt64> = 1...8
    static let steps = 600

    @Test(
        "Whatever clients, the disk and the clock do, the invariants hold", arguments: WorldRunner.all.map(\.name),
        seeds)
    func invariants(_ name: String, _ seed: UInt64) throws {
        let world = try #require(WorldRunner.all.first { $0.name == name })
        let report = world.run(seed, world.steps(seed, Self.steps), nil)
        if let failure = report.failure {
            Issue.record(
                "simulate --world \(name) --seed \(seed) --steps \(Self.steps): after \(report.after): \(failure)")
        }
    }

    @Test("The same seed gives the same run, and another seed another one", arguments: WorldRunner.all.map(\.name))
    func digest(_ name: String) throws {
        let world = try #require(WorldRunner.all.first { $0.name == name })
        let first = world.run(3, world.steps(3, Self.steps), nil)
        let again = world.run(3, world.steps(3, Self.steps), nil)
        let other = world.run(4, world.steps(4, Self.steps), nil)
        #expect(first.digest == again.digest && first.events == again.events)
        #expect(first.digest != other.digest)
    }

    @Test(
        "A planted bug is found within the short run", arguments: WorldRunner.all.map(\.name), PlantedBug.allCases)
    func plantedBug(_ name: String, _ bug: PlantedBug) throws {
        let world = try #require(WorldRunner.all.first { $0.name == name })
        let isFound = Self.seeds.contains { world.run($0, world.steps($0, Self.steps), bug).failure != nil }
        #expect(isFound, "\(bug.rawValue) is not found in \(name)")
    }

    @Test("A run that fails is shrunk to few steps that fail again", arguments: WorldRunner.all.map(\.name))
    func shrinking(_ name: String) throws {
        let world = try #require(WorldRunner.all.first { $0.name == name })
        let seed = try #require(
            Self.seeds.first { world.run($0, world.steps($0, Self.steps), .applyTwice).failure != nil })
        let shrunk = world.shrink(seed, world.steps(seed, Self.steps), .applyTwice)
        #expect(shrunk.count <= 20)
        #expect(world.run(seed, shrunk, .applyTwice).failure != nil)
    }

    @Test("A step is read as it is written")
    func steps() {
        let step = Step(kind: "die-soon", entropy: 0xfeed)
        #expect(Step(step.description) == step)
        #expect(Step("die-soon") == nil && Step("a:b:c") == nil && Step("a:xyz") == nil)
    }
}
