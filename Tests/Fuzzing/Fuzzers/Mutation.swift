/// Changes of bytes that are likely to matter to a decoder: lengths and counts at their bounds, pieces lost, doubled and moved, words of the
/// format where they do not belong.
struct Mutation: Sendable {
    /// Pieces that mean something in the format.
    var words: [[UInt8]] = []
    /// What a changed input may be at most; what would be longer is left as it is.
    var bytesMax = 1 << 16

    /// Numbers at which decoders go wrong.
    private static let bounds: [UInt64] = [
        0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFFE,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max,
    ]

    /// One to four changes; now and then many, now and then none, so that valid inputs are seen too.
    func apply(to bytes: inout [UInt8], _ random: inout SeededRandom) {
        let dice = random.below(16)
        let count = dice == 0 ? 0 : dice == 1 ? 8 + random.below(24) : 1 + random.below(4)
        for _ in 0..<count { change(&bytes, &random) }
    }

    private func change(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else {
            bytes.append(random.byte())
            return
        }
        let at = random.below(bytes.count)
        switch random.below(12) {
        case 0: bytes[at] = random.byte()
        case 1: bytes[at] ^= 1 << UInt8(random.below(8))
        case 2: bytes[at] = random.pick([0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x5C, 0x0A] as [UInt8])
        case 3, 4: overwrite(&bytes, at, &random)
        case 5: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(8)))
        case 6: insert([random.byte()], at, &bytes)
        case 7: bytes.removeSubrange((random.once(in: 3) ? at : bytes.count - 1)...)
        case 8:
            let from = random.below(bytes.count)
            insert(Array(bytes[from..<min(bytes.count, from + 1 + random.below(32))]), at, &bytes)
        case 9:
            // What comes many times over.
            insert([UInt8](repeating: bytes[at], count: 1 << random.below(11)), at, &bytes)
        default:
            if words.isEmpty { bytes[at] = random.byte() } else { insert(random.pick(words), at, &bytes) }
        }
    }

    /// A number at a bound, most significant byte first, over what is there.
    private func overwrite(_ bytes: inout [UInt8], _ at: Int, _ random: inout SeededRandom) {
        let width = random.pick([1, 2, 4, 8])
        let value = random.pick(Self.bounds)
        for index in 0..<width where at + index < bytes.count {
            bytes[at + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (width - 1 - index)))
        }
    }

    private func insert(_ piece: [UInt8], _ at: Int, _ bytes: inout [UInt8]) {
        guard bytes.count + piece.count <= bytesMax else { return }
        bytes.insert(contentsOf: piece, at: at)
    }
}
