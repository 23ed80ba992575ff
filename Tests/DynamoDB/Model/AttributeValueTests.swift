import Testing

@testable import DynamoDB

@Suite struct AttributeValueTests {
    @Test("Texts are equal and ordered by bytes, not by canonical equivalence")
    func texts() {
        let composed = Text("\u{E9}")
        let decomposed = Text("e\u{301}")
        #expect(composed != decomposed)
        #expect(decomposed < composed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(Text("a") < Text("aa"))
        #expect(Text("z") < Text("\u{10000}"))
        #expect(Text("\u{FFFD}") < Text("\u{10000}"), "by UTF-8 bytes, where UTF-16 would have it the other way round")
        #expect(Text("abcdefghijklmnopqrstuvwxyz") == Text("abcdefghijklmnopqrstuvwxyz"))
    }

    @Test("A part is found wherever it is, short or long")
    func contains() {
        let long = String(repeating: "ab", count: 40)
        #expect(Text("x" + long + "c").contains(Text(long + "c")))
        #expect(!Text("x" + long + "d").contains(Text(long + "c")))
        #expect(Text("banana").contains("an"))
        #expect(Text("banana").contains(""))
        #expect(!Text("banana").contains("nab"))
        #expect(!Text("ab").contains("abc"))
        #expect(Bytes([1, 2, 3]).contains([2, 3]))
        #expect(Bytes([1, 2, 3]).hasPrefix([1, 2]))
        #expect(!Bytes([1, 2, 3]).hasPrefix([2]))
    }

    @Test("Texts compare as their bytes do, whatever their length and whatever zeros they hold", arguments: 0..<5)
    func textOrder(seed: UInt64) {
        var generator = SeededGenerator(seed)
        var texts: [Text] = [
            "", "\0", "\0\0", "a", "a\0", "a\0\0\0\0\0\0\0", "aaaaaaaa", "aaaaaaaa\0", "aaaaaaaab", "aaaaaaab",
        ]
        texts += (0..<60).map { _ in generator.text(12) }
        texts += texts.suffix(30).map { Text($0.string + generator.text(3).string) }
        for a in texts {
            for b in texts {
                let (x, y) = (Array(a.utf8), Array(b.utf8))
                #expect((a < b) == x.lexicographicallyPrecedes(y), "\(x) \(y)")
                #expect((a == b) == (x == y), "\(x) \(y)")
            }
        }
    }

    @Test("Attributes are sorted by name however many there are", arguments: [2, 5, 32, 33, 200])
    func sorted(count: Int) {
        var generator = SeededGenerator(UInt64(count))
        let entries = (0..<count).map { index in
            AttributeMap.Entry(name: Text("a\(Int.random(in: 0..<count, using: &generator))"), value: .number(index))
        }
        let map = AttributeMap(entries)
        var expected: [String: Int] = [:]
        for (index, entry) in entries.enumerated() { expected[entry.name.string] = index }
        #expect(map.entries.map(\.name.string) == expected.keys.sorted())
        for entry in map.entries { #expect(entry.value == .number(expected[entry.name.string]!)) }
    }

    @Test("Of two attributes with one name the later one stays, and names are in order of their bytes")
    func map() {
        let map = AttributeMap([
            .init(name: "b", value: .number(1)), .init(name: "a", value: .number(2)),
            .init(name: "b", value: .number(3)),
        ])
        #expect(map.entries.map(\.name) == ["a", "b"])
        #expect(map["b"] == .number(3))
        var changed = map
        changed["ab"] = .null
        changed["a"] = nil
        #expect(changed.entries.map(\.name) == ["ab", "b"])
        #expect(changed.remove("b") == .number(3))
        #expect(changed.remove("b") == nil)
    }

    @Test(
        "A value is charged as AWS charges it",
        arguments: [
            (#"{"S":""}"#, 0), (#"{"S":"é"}"#, 2), (#"{"B":"AAEC"}"#, 3), (#"{"BOOL":false}"#, 1),
            (#"{"NULL":true}"#, 1),
            (#"{"SS":["a","bcd"]}"#, 4), (#"{"NS":["1","-42"]}"#, 5), (#"{"BS":["AAEC"]}"#, 3), (#"{"L":[]}"#, 3),
            (#"{"L":[{"S":"ab"},{"N":"1"}]}"#, 9), (#"{"M":{}}"#, 3), (#"{"M":{"key":{"S":"ab"}}}"#, 9),
        ])
    func size(json: String, size: Int) throws {
        #expect(try value(json).size == size)
    }

    @Test("An item's size is that of its names and values")
    func itemSize() throws {
        #expect(try item(#"{"pk":{"S":"abc"},"n":{"N":"100"}}"#).size == 2 + 3 + 1 + 2)
    }
}
