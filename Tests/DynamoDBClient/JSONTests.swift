import Testing

@testable import DynamoDBClient

@Suite struct JSONTests {
    @Test("Members keep their order and numbers their text")
    func order() throws {
        let text = #"{"z":1,"a":[0.10,1e3,-0],"é":"\"\\\n","n":null,"t":true,"f":false}"#
        #expect(try JSON(parsing: text).text == text)
    }

    @Test("Escapes are read, surrogate pairs too")
    func escapes() throws {
        #expect(try JSON(parsing: #""A\u0041\ud83d\ude00\/\b\f""#) == .string("AA😀/\u{8}\u{c}"))
        #expect(JSON.string("\u{1}").text == #""\u0001""#)
    }

    @Test(
        "What is no JSON is refused, without a crash",
        arguments: [
            "", " ", "{", "[", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "01", "1.", "+1", ".5", "1e", "nul", "\"",
            "\"\\x\"",
            "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\u{1}\"", "1 2", "{\"a\":1,}", "[1 2]",
            "tru",
            String(repeating: "[", count: 100_000), "\"\\", "\"\\u",
        ])
    func refused(text: String) {
        #expect(throws: JSONError.self) { try JSON(parsing: text) }
    }

    @Test("A string that is not UTF-8 is refused")
    func notUTF8() {
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test("Every attribute type goes to DynamoDB JSON and back")
    func attributes() throws {
        let item: Item = [
            "s": "text", "n": .n("12345678901234567890.5"), "b": .b([0, 255, 1, 2]), "bool": .bool(false),
            "null": .null,
            "ss": .ss(["a", "b"]), "ns": .ns(["1", "2"]), "bs": .bs([[1], []]), "l": .l([.n(1), "x"]),
            "m": .m(["inner": .l([])]),
        ]
        let json = JSON(item: item)
        #expect(Item(json: try JSON(parsing: json.bytes)) == item)
        #expect(
            json.text
                == #"{"b":{"B":"AP8BAg=="},"bool":{"BOOL":false},"bs":{"BS":["AQ==",""]},"l":{"L":[{"N":"1"},{"S":"x"}]},"#
                + #""m":{"M":{"inner":{"L":[]}}},"n":{"N":"12345678901234567890.5"},"ns":{"NS":["1","2"]},"null":{"NULL":true},"#
                + #""s":{"S":"text"},"ss":{"SS":["a","b"]}}"#)
    }

    @Test(
        "What is no DynamoDB JSON is no attribute",
        arguments: [
            "{}", "1", #"{"S":1}"#, #"{"N":1}"#, #"{"B":"a"}"#, #"{"B":"====" }"#, #"{"X":"1"}"#, #"{"S":"a","N":"1"}"#,
            #"{"SS":[1]}"#, #"{"L":[1]}"#,
        ])
    func noAttribute(text: String) throws {
        #expect(AttributeValue(json: try JSON(parsing: text)) == nil)
    }

    @Test("Base 64 is RFC 4648's")
    func base64() {
        let vectors = [
            "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=",
            "foobar": "Zm9vYmFy",
        ]
        for (plain, encoded) in vectors {
            #expect(Base64.encode(Array(plain.utf8)) == encoded)
            #expect(Base64.decode(encoded) == Array(plain.utf8))
        }
        #expect(Base64.decode("Zg=") == nil)
        #expect(Base64.decode("Zg==Zg==") == nil)
    }

    @Test("The checksum is gzip's CRC-32")
    func checksum() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
    }
}
