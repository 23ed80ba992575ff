import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite("Simulation of groups")
struct GroupSimulationTests {
    /// `SIM_SEED` runs one seed, `SIM_STEPS` says how far.
    private func environment(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

    @Test("Whatever members, clients, the log and the broker do, the invariants of groups hold")
    func groups() {
        let steps = environment("SIM_STEPS") ?? 300
        let seeds = environment("SIM_SEED").map { UInt64($0)...UInt64($0) } ?? 1...200
        for seed in seeds {
            do {
                try GroupSimulation(seed: seed).run(steps: steps)
            } catch {
                Issue.record("SIM_SEED=\(seed) SIM_STEPS=\(steps): \(error)")
            }
        }
    }
}
