/// SipHash-2-4 with 128 bits (Aumasson and Bernstein): two different keys have the same hash only by an accident that
/// nobody can arrange.
struct SipHash128: Hashable {
    let first: UInt64
    let second: UInt64

    init(_ bytes: UnsafeRawBufferPointer, seed: (UInt64, UInt64) = (0, 0)) {
        var state = State(seed)
        let whole = bytes.count & ~7
        for position in stride(from: 0, to: whole, by: 8) {
            state.add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
        }
        var rest = UInt64(truncatingIfNeeded: bytes.count) << 56
        for position in whole..<bytes.count { rest |= UInt64(bytes[position]) << UInt64(8 * (position - whole)) }
        state.add(rest)
        state.v2 ^= 0xEE
        for _ in 0..<4 { state.round() }
        first = state.v0 ^ state.v1 ^ state.v2 ^ state.v3
        state.v1 ^= 0xDD
        for _ in 0..<4 { state.round() }
        second = state.v0 ^ state.v1 ^ state.v2 ^ state.v3
    }

    private struct State {
        var v0: UInt64
        var v1: UInt64
        var v2: UInt64
        var v3: UInt64

        init(_ seed: (UInt64, UInt64)) {
            v0 = seed.0 ^ 0x736F_6D65_7073_6575
            v1 = seed.1 ^ 0x646F_7261_6E64_6F6D ^ 0xEE
            v2 = seed.0 ^ 0x6C79_6765_6E65_7261
            v3 = seed.1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func add(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func round() {
            func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
            v0 &+= v1
            v1 = rotated(v1, 13) ^ v0
            v0 = rotated(v0, 32)
            v2 &+= v3
            v3 = rotated(v3, 16) ^ v2
            v0 &+= v3
            v3 = rotated(v3, 21) ^ v0
            v2 &+= v1
            v1 = rotated(v1, 17) ^ v2
            v2 = rotated(v2, 32)
        }
    }
}
