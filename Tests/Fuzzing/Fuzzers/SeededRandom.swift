import Synchronization

/// Random numbers that a seed repeats (SplitMix64).
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// The numbers of one input of a run, whatever inputs came before it.
    init(seed: UInt64, input: Int) {
        state = seed &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(bitPattern: Int64(input)) &* 0xd1b5_4a32_d192_ed03
        state = next()
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// A number from 0 up to, and without, `bound`.
    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 32) % bound }

    /// True once in `n` times.
    mutating func once(in n: Int) -> Bool { below(n) == 0 }

    mutating func pick<Choices: RandomAccessCollection>(_ choices: Choices) -> Choices.Element {
        choices[choices.index(choices.startIndex, offsetBy: below(choices.count))]
    }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 40) }
}

/// The same for those who ask without saying which numbers they mean.
final class SeededSource: Sendable {
    private let random: Mutex<SeededRandom>

    init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }

    func next() -> UInt64 { random.withLock { $0.next() } }
}
