import Testing

@testable import Reactor

@Test(
    "Addresses are read and written",
    arguments: [
        ("127.0.0.1:80", "127.0.0.1:80", true), ("localhost:1", "127.0.0.1:1", true),
        ("[::1]:9092", "[::1]:9092", true),
        ("0.0.0.0:65535", "0.0.0.0:65535", false), ("127.255.0.3:1", "127.255.0.3:1", true),
        ("[::ffff:127.0.0.1]:5", "[::ffff:127.0.0.1]:5", true), ("[2001:db8::1]:443", "[2001:db8::1]:443", false),
    ])
func addresses(text: String, expected: String, isLoopback: Bool) throws {
    let address = try #require(SocketAddress(text))
    #expect(address.description == expected)
    #expect(address.isLoopback == isLoopback)
}

@Test(
    "What is no address is refused",
    arguments: ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80", "example:80", "1.2.3:4"])
func noAddress(text: String) { #expect(SocketAddress(text) == nil) }

@Test("Lines are cut at LF and CRLF wherever the pieces end, and long ones at the bound")
func lines() {
    let text = Array("one\r\n\ntwo\nthree\r\nlast".utf8)
    for cut in 0...text.count {
        var splitter = LineSplitter()
        var found: [String] = []
        for piece in [Array(text[..<cut]), Array(text[cut...])] {
            piece.withUnsafeBytes { splitter.append($0) { found.append(String(decoding: $0, as: UTF8.self)) } }
        }
        splitter.finish { found.append(String(decoding: $0, as: UTF8.self)) }
        #expect(found == ["one", "", "two", "three", "last"])
    }
    var splitter = LineSplitter()
    var sizes: [Int] = []
    [UInt8](repeating: 65, count: 150_000).withUnsafeBytes { splitter.append($0) { sizes.append($0.count) } }
    splitter.finish { sizes.append($0.count) }
    #expect(sizes == [65536, 65536, 150_000 - 131_072])
}

@Test("The output queue gives back what was put in, however it is taken")
func outputQueue() {
    let file = ScratchFile(600_000)
    for (step, offersFiles) in [1, 3, 4096, 16384, 100_000, 262_144, .max].flatMap({ [($0, true), ($0, false)] }) {
        var queue = OutputQueue()
        queue.offersFiles = offersFiles
        var expected: [UInt8] = []
        func bytes(_ value: UInt8, _ count: Int) {
            let piece = [UInt8](repeating: value, count: count)
            queue.append(piece)
            expected += piece
        }
        bytes(1, 10)
        queue.append(
            FileRegion(descriptor: file.descriptor, offset: 3, length: step < 4096 ? 700 : 500_000, owner: file))
        expected += (3..<(step < 4096 ? 703 : 500_003)).map(ScratchFile.byte)
        bytes(2, 16 << 10)
        bytes(3, 5)
        queue.append(FileRegion(descriptor: file.descriptor, offset: 0, length: 1, owner: file))
        expected.append(ScratchFile.byte(0))
        bytes(4, 7)
        #expect(queue.count == expected.count)
        let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 8)
        defer { scratch.deallocate() }
        var got: [UInt8] = []
        while queue.count > 0 {
            let taken = queue.withNext(scratch, atMost: 300_000) { next in
                let taken = min(step, next.count)
                switch next {
                case .bytes(let bytes): got += bytes[..<taken]
                case .file(let region):
                    #expect(offersFiles && region.length <= 300_000)
                    got += (0..<taken).map { ScratchFile.byte(Int(region.offset) + $0) }
                }
                return taken
            }
            guard let taken, taken > 0 else { break }
            queue.advance(taken)
        }
        #expect(got == expected)
        #expect(queue.count == 0)
    }
}

@Test("The budget lets one connection overdraw at a time and wakes the others when bytes come back")
func budget() {
    var budget = InputBudget(limit: 100)
    let (a, b, c) = (
        ConnectionID(slot: 0, generation: 0), ConnectionID(slot: 1, generation: 0), ConnectionID(slot: 2, generation: 0)
    )
    let first = [budget.grant(80, to: a), budget.grant(80, to: b), budget.grant(80, to: c), budget.grant(80, to: b)]
    #expect(first == [true, true, false, true])
    #expect(budget.used == 240)
    let woken = budget.release(80, from: a)
    #expect(woken == [c])
    let second = budget.grant(1, to: c)
    #expect(!second)
    let last = budget.release(160, from: b)
    #expect(last == [c])
    let third = budget.grant(80, to: c)
    #expect(third)
    let none = budget.release(80, from: c)
    #expect(none == [])
    #expect(budget.used == 0)
}
