/// What happened in a run, as a number: two runs with the same digest did the same.
package struct Trace {
    /// FNV-1a over eight bytes at a time.
    package private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    /// The events so far.
    package private(set) var count = 0
    /// The latest events, for people; kept only when asked for.
    package private(set) var latest: [String] = []
    private let keptMax: Int

    /// Keeps the texts of the latest `keptMax` events.
    package init(keeping keptMax: Int = 0) { self.keptMax = keptMax }

    /// Notes an event.
    package mutating func note(_ event: String) {
        count += 1
        var event = event
        event.withUTF8 { mix(UnsafeRawBufferPointer($0)) }
        guard keptMax > 0 else { return }
        if latest.count == keptMax { latest.removeFirst() }
        latest.append(event)
    }

    /// Notes bytes that belong to the event before.
    package mutating func note(_ bytes: [UInt8]) { bytes.withUnsafeBytes { mix($0) } }

    private mutating func mix(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position + 8 <= bytes.count {
            mix(bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position += 8
        }
        var rest = UInt64(bytes.count)
        while position < bytes.count {
            rest = rest << 8 | UInt64(bytes[position])
            position += 1
        }
        mix(rest)
    }

    private mutating func mix(_ word: UInt64) { digest = (digest ^ word) &* 0x100_0000_01b3 }
}
