import Testing

@testable import DynamoDB

@Suite struct JSONReaderTests {
    @Test(
        "A value comes back in canonical form",
        arguments: [
            (#"{"S":"a"}"#, #"{"S":"a"}"#), (#" { "S" : "" } "#, #"{"S":""}"#), (#"{"N":"1e2"}"#, #"{"N":"100"}"#),
            (#"{"B":"AAEC"}"#, #"{"B":"AAEC"}"#), (#"{"B":"AA=="}"#, #"{"B":"AA=="}"#), (#"{"B":""}"#, #"{"B":""}"#),
            (#"{"BOOL":true}"#, #"{"BOOL":true}"#), (#"{"BOOL":"no"}"#, #"{"BOOL":false}"#),
            (#"{"NULL":true}"#, #"{"NULL":true}"#), (#"{"SS":["b","a"]}"#, #"{"SS":["a","b"]}"#),
            (#"{"SS":["","a"]}"#, #"{"SS":["","a"]}"#), (#"{"NS":["10","9","1e0"]}"#, #"{"NS":["1","9","10"]}"#),
            (#"{"BS":["/w==","AA=="]}"#, #"{"BS":["AA==","/w=="]}"#),
            (#"{"L":[{"S":"a"},{"L":[]}]}"#, #"{"L":[{"S":"a"},{"L":[]}]}"#),
            (#"{"M":{"b":{"N":"1"},"a":{"M":{}}}}"#, #"{"M":{"a":{"M":{}},"b":{"N":"1"}}}"#),
            (#"{"S":"a","N":null}"#, #"{"S":"a"}"#), (#"{"Other":[1,{"x":[]}],"S":"a"}"#, #"{"S":"a"}"#),
            (#"{"S":"\u0041\ud83d\ude00\n\/\"\\\b\f\r\t"}"#, "{\"S\":\"A😀\\n/\\\"\\\\\\b\\f\\r\\t\"}"),
            (#"{"S":"\u0001\u007f"}"#, "{\"S\":\"\\u0001\u{7f}\"}"), (#"{"\u0053":"a"}"#, #"{"S":"a"}"#),
            (#"{"S":"a","S":"b"}"#, nil),
        ])
    func canonical(written: String, expected: String?) throws {
        guard let expected else {
            #expect(error { () throws(DynamoDBError) in _ = try value(written) }?.message == Messages.manyDataTypes)
            return
        }
        var writer = JSONWriter()
        writer.attributeValue(try value(written))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test(
        "A value that DynamoDB refuses is refused with AWS's text, and not before the rest of the JSON is read",
        arguments: [
            (#"{}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
            (#"{"a":""}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
            (#"{"S":null}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
            (
                #"{"M":{"a":{}}}"#,
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
            ),
            (
                #"{"M":{"a":null}}"#,
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
            ),
            (#"{"L":[{}]}"#, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"),
            (
                #"{"S":"a","N":"1"}"#,
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
            ),
            (
                #"{"NULL":false}"#,
                "One or more parameter values were invalid: Null attribute value types must have the value of true"
            ),
            (#"{"SS":[]}"#, "One or more parameter values were invalid: An string set  may not be empty"),
            (#"{"NS":[]}"#, "One or more parameter values were invalid: An number set  may not be empty"),
            (#"{"BS":[]}"#, "One or more parameter values were invalid: Binary sets should not be empty"),
            (
                #"{"SS":["a","b","a"]}"#,
                #"One or more parameter values were invalid: Input collection ["a", "b", "a"] contains duplicates."#
            ),
            (
                #"{"NS":["1","1.0"]}"#,
                "One or more parameter values were invalid: Input collection contains duplicates."
            ),
            (
                #"{"BS":["Yg==","Yg=="]}"#,
                #"One or more parameter values were invalid: Input collection ["Yg==","Yg=="]of type BS contains duplicates."#
            ),
            (#"{"N":""}"#, "The parameter cannot be converted to a numeric value: "),
            (#"{"N":"abc"}"#, "The parameter cannot be converted to a numeric value: abc"),
            (#"{"N":"\u0061"}"#, "The parameter cannot be converted to a numeric value: a"),
            (#"{"NS":["1","b"]}"#, "The parameter cannot be converted to a numeric value: b"),
            (#"{"S":"a","N":"b"}"#, "The parameter cannot be converted to a numeric value: b"),
        ])
    func refused(written: String, message: String) {
        let thrown = error { () throws(DynamoDBError) in _ = try value(written) }
        #expect(thrown?.kind == .validation)
        #expect(thrown?.message == message)
        let later = error { () throws(DynamoDBError) in _ = try item(#"{"a":\#(written),"b":{"S":1}}"#) }
        #expect(later?.message == "NUMBER_VALUE cannot be converted to String")
    }

    @Test(
        "A JSON type that does not fit is a SerializationException with AWS's text",
        arguments: [
            (#"{"S":1}"#, "NUMBER_VALUE cannot be converted to String"),
            (#"{"S":1.5}"#, "DECIMAL_VALUE cannot be converted to String"),
            (#"{"N":123}"#, "NUMBER_VALUE cannot be converted to String"),
            (#"{"S":true}"#, "TRUE_VALUE cannot be converted to String"),
            (#"{"S":false}"#, "FALSE_VALUE cannot be converted to String"),
            (#"{"S":[]}"#, "Unrecognized collection type class java.lang.String"),
            (#"{"S":{}}"#, "Start of structure or map found where not expected"),
            (#"{"BOOL":1}"#, "NUMBER_VALUE cannot be converted to Boolean"),
            (#"{"BOOL":"23"}"#, "Unexpected token received from parser"),
            (#"{"BOOL":[]}"#, "Unrecognized collection type class java.lang.Boolean"),
            (#"{"B":1}"#, "only base-64-encoded strings are convertible to bytes"),
            (#"{"B":[]}"#, "Unrecognized collection type class java.nio.ByteBuffer"),
            (#"{"B":{}}"#, "Start of structure or map found where not expected"),
            (#"{"B":"23456"}"#, "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
            (#"{"B":"=+/="}"#, "Invalid last non-pad Base64 character dectected"),
            (#"{"B":"+/+="}"#, "Invalid last non-pad Base64 character dectected"),
            (#"{"SS":"a"}"#, "Unexpected field type"),
            (#"{"SS":{}}"#, "Start of structure or map found where not expected"),
            (#"{"SS":[1]}"#, "NUMBER_VALUE cannot be converted to String"), (#"{"L":"a"}"#, "Unexpected field type"),
            (#"{"L":["a"]}"#, "Unexpected value type in payload"),
            (
                #"{"L":[[]]}"#, "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"
            ), (#"{"M":"a"}"#, "Unexpected field type"),
            (
                #"{"M":[]}"#,
                "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"
            ), (#"{"M":{"a":1}}"#, "Unexpected value type in payload"),
            ("[]", "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"),
        ])
    func wrongType(written: String, message: String) {
        let thrown = error { () throws(DynamoDBError) in _ = try value(written) }
        #expect(thrown?.kind == .serialization)
        #expect(thrown?.message == message)
    }

    @Test(
        "A byte outside the alphabet of base 64 is refused, whichever it is",
        arguments: [0x80, 0xFF, 0x20, 0x2D] as [UInt8])
    func base64(byte: UInt8) {
        let text: [UInt8] = [0x41, byte, 0x41, 0x41]
        #expect(throws: Base64.Failure.self) { try text.withUnsafeBytes { try Base64.decode($0) } }
    }

    @Test(
        "Bytes that are not JSON are a SerializationException without a message",
        arguments: [
            "", "{", #"{"S""#, #"{"S":}"#, #"{"S":"a""#, #"{"S":"a"}}"#, #"{"S":"a",}"#, #"{,"S":"a"}"#,
            #"{"S":"a" "N":"1"}"#,
            #"{'S':'a'}"#, #"{"S":"\x"}"#, #"{"S":"\ud800"}"#, #"{"S":"\ud800\u0041"}"#, #"{"S":"\udc00"}"#,
            #"{"S":"\u00"}"#,
            "{\"S\":\"a\nb\"}", #"{"S":tru}"#, #"{"BOOL":truth}"#, #"{"X":01}"#, #"{"X":1.}"#, #"{"X":-}"#,
            #"{"X":1e}"#,
            #"{"X":[1,]}"#, #"{"X":[1 2]}"#, #"{"X":nul}"#, #"{"S":"a"} x"#, #"{"L":[{"S":"a"},]}"#, #"{"S":"\"#,
        ])
    func malformed(written: String) {
        let thrown = error { () throws(DynamoDBError) in _ = try value(written) }
        #expect(thrown?.kind == .serialization)
        #expect(thrown?.message == nil)
    }

    @Test(
        "Text that is not UTF-8 is refused",
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80], [0x80]]
            as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        for (start, end) in [
            (#"{"S":""#, #""}"#), (#"{"S":"\n"#, #""}"#), (#"{"X":""#, #""}"#), (#"{""#, #"":1,"S":"a"}"#),
        ] {
            let json = Array(start.utf8) + bytes + Array(end.utf8)
            json.withUnsafeBytes { json in
                let thrown = error { () throws(DynamoDBError) in
                    var reader = JSONReader(json)
                    _ = try reader.attributeValue()
                }
                #expect(thrown?.kind == .serialization)
            }
        }
    }

    @Test("An attribute's name has 1 to 65,535 bytes, in items, in maps and behind placeholders")
    func names() throws {
        let longest = String(repeating: "n", count: 65_535)
        _ = try item(#"{"\#(longest)":{"S":""}}"#)
        for (name, message) in [
            ("", "Empty attribute name"), (longest + "n", "Attribute name is too large, must be less than 65536 bytes"),
        ] {
            #expect(error { () throws(DynamoDBError) in _ = try item(#"{"\#(name)":{"S":""}}"#) }?.message == message)
            #expect(
                error { () throws(DynamoDBError) in _ = try value(#"{"M":{"\#(name)":{"S":""}}}"#) }?.message == message
            )
            #expect(
                error { () throws(DynamoDBError) in try attributes(["#n": Text(name)]).validate() }?.message
                    == "ExpressionAttributeNames contains invalid value: \(message) for key #n")
        }
        try attributes(["#n": Text(longest)]).validate()
    }

    @Test("A value may nest 32 levels, itself included, and no more")
    func levels() throws {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + #"{"S":"leaf"}"# + String(repeating: close, count: depth)
        }
        for (open, close) in [(#"{"M":{"n":"#, "}}"), (#"{"L":["#, "]}")] {
            let deepest = try value(nested(31, open, close))
            #expect(!deepest.isNested(deeperThan: 32))
            #expect(deepest.isNested(deeperThan: 31))
            let thrown = error { () throws(DynamoDBError) in _ = try value(nested(32, open, close)) }
            #expect(
                thrown?.message
                    == "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
            )
        }
    }

    @Test("Nesting without end is refused and does not take the stack")
    func bottomless() {
        for open in ["[", #"{"a":"#, #"{"L":["#, #"{"M":{"a":"#] {
            let json = #"{"X":"# + String(repeating: open, count: 200_000)
            #expect(error { () throws(DynamoDBError) in _ = try value(json) } != nil)
            let bare = String(repeating: open, count: 200_000)
            #expect(error { () throws(DynamoDBError) in _ = try value(bare) } != nil)
        }
    }

    @Test("A member that is null is as absent, others are read or passed over, names are compared in place")
    func structure() throws {
        let json =
            #"{"TableName": "t" , "Limit":null,"Unknown":{"a":[1,2,{"b":null}]},"\u0053elect":"COUNT","Big":-12,"Yes":true}"#
        var seen: [String] = []
        try read(json) { (reader) throws(DynamoDBError) in
            try reader.beginRequest()
            while let key = try reader.nextKey() {
                switch key {
                case "TableName": seen.append(try reader.text().string)
                case "Select": seen.append(try reader.text().string)
                case "Big": seen.append(String(try reader.integer()))
                case "Yes": seen.append(String(try reader.bool()))
                case "Limit": seen.append("limit")
                default: try reader.skip()
                }
            }
        }
        #expect(seen == ["t", "COUNT", "-12", "true"])
    }

    @Test(
        "Whole numbers are within their type, fractions are cut off",
        arguments: [
            ("2147483647", 2_147_483_647), ("-2147483648", -2_147_483_648), ("1.9", 1), ("2147483648", nil),
            ("1e2", nil),
            ("99999999999999999999999999", nil), ("\"1\"", nil), ("true", nil), ("[]", nil), ("{}", nil),
        ])
    func integers(written: String, expected: Int?) {
        let result = try? read(written) { (reader) throws(DynamoDBError) in try reader.integer() }
        #expect(result == expected)
    }

    @Test("An item written and read again is the same item", arguments: 0..<20)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        for _ in 0..<30 {
            let original = generator.item()
            let written = json(original)
            let again = try item(written)
            #expect(again == original)
            #expect(json(again) == written)
            #expect(again.size == original.size)
        }
    }

    @Test("Bytes changed at random are read or refused, never a crash", arguments: 0..<20)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(1_000 + seed)
        for _ in 0..<15 {
            let original = Array(json(generator.item()).utf8)
            for _ in 0..<10 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let index = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.remove(at: index)
                    case 2: bytes.insert(Array(#"{}[]",:\0n"#.utf8).randomElement(using: &generator)!, at: index)
                    default: bytes.removeSubrange(index...)
                    }
                    if bytes.isEmpty { break }
                }
                bytes.withUnsafeBytes { bytes in
                    var reader = JSONReader(bytes)
                    guard let item = try? reader.item().get() else { return }
                    var writer = JSONWriter()
                    writer.item(item)
                    #expect(
                        writer.bytes.withUnsafeBytes {
                            var again = JSONReader($0); return try? again.item().get()
                        } == item)
                }
            }
        }
    }
}
