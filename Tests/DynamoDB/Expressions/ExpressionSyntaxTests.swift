import Testing

@testable import DynamoDB

/// What all expressions have in common. The texts are AWS's.
@Suite struct ExpressionSyntaxTests {
    @Test("An expression may not be empty, nor nothing but space", arguments: ["", "  \t\n"] as [Text])
    func empty(text: Text) {
        #expect(
            refusal { () throws(DynamoDBError) in try condition(text) }
                == "Invalid ConditionExpression: The expression can not be empty;")
        #expect(
            refusal { () throws(DynamoDBError) in try condition(text, parameter: "FilterExpression") }
                == "Invalid FilterExpression: The expression can not be empty;")
        #expect(
            refusal { () throws(DynamoDBError) in try update(text) }
                == "Invalid UpdateExpression: The expression can not be empty;")
        #expect(
            refusal { () throws(DynamoDBError) in try projection(text) }
                == "Invalid ProjectionExpression: The expression can not be empty;")
    }

    @Test("An expression has at most 4096 bytes, as it was sent")
    func size() {
        let longest = Text(String(repeating: "x", count: 4096))
        #expect(refusal { () throws(DynamoDBError) in try projection(longest) } == nil)
        #expect(
            refusal { () throws(DynamoDBError) in try projection(Text("x" + longest.string)) }
                == "Invalid ProjectionExpression: Expression size has exceeded the maximum allowed size;"
        )
        #expect(
            refusal { () throws(DynamoDBError) in try condition(Text(String(repeating: "(", count: 15_000))) }
                == "Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 15000"
        )
    }

    @Test(
        "A syntax error names the token, and the text from the token before to the one after",
        arguments: [
            ("a-b", "-", "a-b"), ("a", "<EOF>", "a"), ("a AND b = c", "AND", "a AND b"), ("a = ", "<EOF>", "="),
            ("a = b __typename = c", "_", "b __"), ("a > 4", "4", "> 4"),
            ("things are not gonna be ok", "are", "things are not"),
            ("attribute_exists(Pictures..RearView)", ".", "..RearView"), ("a in b, c", "b", "in b,"),
            ("a in (b,c,)", ")", ",)"),
            ("a > between", "between", "> between"), ("a in (", "<EOF>", "("), ("ü > a", "ü", "ü >"),
            ("#$.b > a", "#", "#$"),
            ("b[:a] > a", ":a", "[:a]"), ("size(a).b > a", ".", ").b"), ("a != b", "!", "a !="), ("a = b)", ")", "b)"),
            ("(a = b", "<EOF>", "b"), ("(a)", "<EOF>", ")"), (":v", "<EOF>", ":v"), ("a = (b = c)", "<EOF>", ")"),
            ("a between b", "<EOF>", "b"), ("a.b.", "<EOF>", "."), ("attribute_exists(a) = ", "<EOF>", "="),
            ("attribute_exists(\"a\")", "\"", "(\"a"), ("(((", "<EOF>", "("), ("a = b OR", "<EOF>", "OR"),
            ("NOT", "<EOF>", "NOT"),
        ])
    func conditionSyntax(text: String, token: String, near: String) {
        #expect(
            refusal { () throws(DynamoDBError) in
                try condition(Text(text), values: [":v": #"{"S":""}"#, ":a": #"{"S":""}"#])
            }
                == "Invalid ConditionExpression: Syntax error; token: \"\(token)\", near: \"\(near)\"")
    }

    @Test(
        "An update's syntax errors do so too",
        arguments: [
            ("INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"), ("ADD hits : incr", ":", "hits : incr"),
            ("set a", "<EOF>", "a"),
            ("set #a = :v, #b = :v,", "<EOF>", ","), ("SET a = if_not_exists(a, 0)", "0", ", 0)"),
            ("delete a b", "b", "a b"),
            ("add abort b", "b", "abort b"), ("remove a = b", "=", "a = b"), ("set :a = b", ":a", "set :a ="),
            ("set a = b / c", "/", "b / c"), ("set a = b + c + d", "+", "c + d"), ("set a = (b.c).d + e", ".", ").d"),
            ("SET if_not_exists(a, b) = a", "(", "if_not_exists(a"), ("set (a = b)", "(", "set (a"),
            ("set a=set", "set", "=set"),
            ("set a[1] = \"eight\"", "\"", "= \"eight"), ("set a = b remove", "<EOF>", "remove"),
            ("SET a = :v, ADD b :v", "ADD", ", ADD b"),
            ("SET", "<EOF>", "SET"), ("a-b", "a", "a-"),
        ])
    func updateSyntax(text: String, token: String, near: String) {
        #expect(
            refusal { () throws(DynamoDBError) in try update(Text(text)) }
                == "Invalid UpdateExpression: Syntax error; token: \"\(token)\", near: \"\(near)\"")
    }

    @Test(
        "A projection's syntax errors do so too",
        arguments: [
            ("!!! INVALID !!!", "!", "!!"), ("a b", "b", "a b"), ("a,", "<EOF>", ","), ("a[b]", "b", "[b]"),
            ("size(a)", "(", "size(a"), ("a[0", "<EOF>", "0"),
        ])
    func projectionSyntax(text: String, token: String, near: String) {
        #expect(
            refusal { () throws(DynamoDBError) in try projection(Text(text)) }
                == "Invalid ProjectionExpression: Syntax error; token: \"\(token)\", near: \"\(near)\"")
    }

    @Test(
        "Reserved words are no names, in any case of letters; all 573 of AWS's list",
        arguments: ["abOrt", "VIEWS", "zone", "Transaction"])
    func reserved(word: String) {
        let message = "Attribute name is a reserved keyword; reserved keyword: \(word)"
        #expect(
            refusal { () throws(DynamoDBError) in try condition(Text("a = \(word)")) }
                == "Invalid ConditionExpression: \(message)")
        #expect(
            refusal { () throws(DynamoDBError) in try update(Text("remove \(word)")) }
                == "Invalid UpdateExpression: \(message)")
        #expect(
            refusal { () throws(DynamoDBError) in try projection(Text("a.\(word)")) }
                == "Invalid ProjectionExpression: \(message)")
        #expect(refusal { () throws(DynamoDBError) in try projection("#w", names: ["#w": Text(word)]) } == nil)
        #expect(ReservedWords.all.count == 573)
    }

    @Test("A placeholder must be defined")
    func undefined() {
        #expect(
            refusal { () throws(DynamoDBError) in try projection("a, #b") }
                == "Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; attribute name: #b"
        )
        #expect(
            refusal { () throws(DynamoDBError) in try condition("a = :v") }
                == "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :v"
        )
    }

    @Test("A placeholder must be used, in whatever branch of whatever expression")
    func unused() throws {
        var all = attributes(["#a": "a", "#b": "b"], [":a": #"{"N":"1"}"#, ":b": #"{"N":"1"}"#])
        _ = try ConditionExpression(parsing: "x = y OR #a = :a", parameter: "ConditionExpression", &all)
        #expect(
            refusal { () throws(DynamoDBError) in try all.checkAllUsed() }
                == "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}")
        _ = try ProjectionExpression(parsing: "#b", &all)
        #expect(
            refusal { () throws(DynamoDBError) in try all.checkAllUsed() }
                == "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}")
        _ = try UpdateExpression(parsing: "SET c = :b", &all)
        try all.checkAllUsed()
        #expect(
            refusal { () throws(DynamoDBError) in try attributes(["#b": "b", "#a": "a"]).checkAllUsed() }
                == "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a, #b}")
    }

    static func placeholders(_ names: String?, _ values: String?) throws(DynamoDBError) -> ExpressionAttributes {
        var attributes = ExpressionAttributes()
        if let names {
            attributes = try read(names) { (reader) throws(DynamoDBError) in
                var attributes = ExpressionAttributes()
                try attributes.readNames(&reader)
                return attributes
            }
        }
        if let values {
            let before = attributes
            attributes = try read(values) { (reader) throws(DynamoDBError) in
                var attributes = before
                try attributes.readValues(&reader)
                return attributes
            }
        }
        return attributes
    }

    @Test(
        "Placeholders have their form, are not none, and their values are sound; names are looked at before values",
        arguments: [
            ("{}", "{}", "ExpressionAttributeNames must not be empty"),
            (nil, "{}", "ExpressionAttributeValues must not be empty"),
            (#"{"a":"a"}"#, "{}", #"ExpressionAttributeNames contains invalid key: Syntax error; key: "a""#),
            (##"{"#":"a"}"##, nil, ##"ExpressionAttributeNames contains invalid key: Syntax error; key: "#""##),
            (##"{"#a-b":"a"}"##, nil, ##"ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b""##),
            (nil, #"{"b":{"S":"a"}}"#, #"ExpressionAttributeValues contains invalid key: Syntax error; key: "b""#),
            (
                nil, #"{":b":{}}"#,
                "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes for key :b"
            ),
            (
                nil, #"{":b":{"SS":[]}}"#,
                "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  may not be empty for key :b"
            ),
            (
                nil, #"{":b":{"N":"b"}}"#,
                "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: b for key :b"
            ), (##"{"#_1":"a"}"##, ##"{":_1":{"S":""}}"##, nil),
        ] as [(String?, String?, String?)])
    func validation(names: String?, values: String?, message: String?) throws {
        let attributes = try ExpressionSyntaxTests.placeholders(names, values)
        #expect(refusal { () throws(DynamoDBError) in try attributes.validate() } == message)
    }

    @Test("Names that are not strings, values that are not values and the like are SerializationExceptions")
    func types() {
        for (names, values, message) in [
            (##"{"#a":1}"##, nil, "NUMBER_VALUE cannot be converted to String"),
            ("[]", nil, "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>"),
            (nil, #"{":a":"x"}"#, "Unexpected value type in payload"), (nil, #""x""#, "Unexpected field type"),
        ] as [(String?, String?, String)] {
            #expect(
                refusal { () throws(DynamoDBError) in try ExpressionSyntaxTests.placeholders(names, values) } == message
            )
        }
    }

    @Test("A path has at most 32 levels and its positions fit 31 bits")
    func paths() {
        let deep = "a" + String(repeating: ".b", count: 31)
        #expect(refusal { () throws(DynamoDBError) in try projection(Text(deep)) } == nil)
        #expect(
            refusal { () throws(DynamoDBError) in try projection(Text(deep + "[1]")) }
                == "Invalid ProjectionExpression: The document path has too many nesting levels; nesting levels: 33")
        #expect(refusal { () throws(DynamoDBError) in try projection("a[2147483647]") } == nil)
        #expect(
            refusal { () throws(DynamoDBError) in try projection("a[99999999999999]") }
                == "Invalid ProjectionExpression: List index is not within the allowable range; index: [99999999999999]"
        )
        #expect(
            refusal { () throws(DynamoDBError) in try condition("a[99999999999999999999999999] = b") }
                == "Invalid ConditionExpression: List index is not within the allowable range; index: [99999999999999999999999999]"
        )
    }

    @Test("300 operators are allowed, parentheses and functions not counted; 301 are not")
    func operators() {
        let allowed = "a<b " + String(repeating: "or (a<b ", count: 149) + String(repeating: ")", count: 149)
        #expect(refusal { () throws(DynamoDBError) in try condition(Text(allowed)) } == nil)
        let flat = "a<b" + String(repeating: " or a<b", count: 149)
        #expect(refusal { () throws(DynamoDBError) in try condition(Text("not " + flat)) } == nil)
        let message = "Invalid ConditionExpression: The expression contains too many operators; operator count: 301"
        #expect(refusal { () throws(DynamoDBError) in try condition(Text("not not " + flat)) } == message)
        let deep = "a<b " + String(repeating: "or (a<b ", count: 454) + String(repeating: ")", count: 454)
        #expect(refusal { () throws(DynamoDBError) in try condition(Text(deep)) } == message)
        #expect(
            refusal { () throws(DynamoDBError) in try condition(Text(String(repeating: "not ", count: 1000) + "a<b")) }
                == message)
    }

    @Test("What is nested without end is refused and does not take the stack")
    func bottomless() {
        let open = String(repeating: "(", count: 2046)
        let close = String(repeating: ")", count: 2046)
        #expect(
            refusal { () throws(DynamoDBError) in try condition(Text(open + "a<b" + close)) }
                == "Invalid ConditionExpression: The expression has redundant parentheses;")
        #expect(
            refusal { () throws(DynamoDBError) in try condition(Text(open + open)) }
                == "Invalid ConditionExpression: Syntax error; token: \"<EOF>\", near: \"(\"")
        for call in ["f(", "size(", "(f("] {
            let text = "a < " + String(repeating: call, count: 600) + "b" + String(repeating: ")", count: 600)
            #expect(refusal { () throws(DynamoDBError) in try condition(Text(text)) } != nil)
            #expect(refusal { () throws(DynamoDBError) in try update(Text("SET a = " + text.dropFirst(4))) } != nil)
        }
        #expect(refusal { () throws(DynamoDBError) in try update(Text("SET a = " + open + "b" + close)) } != nil)
    }

    @Test("Expressions changed at random are compiled or refused, never a crash", arguments: 0..<10)
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let words = [
            "a", "b.c[1]", "#a", ":a", "(", ")", "AND", "OR", "NOT", "BETWEEN", "IN", "=", "<>", "<", "<=", ">", ">=",
            ",", ".", "[", "]",
            "0", "7", "size(", "contains(", "begins_with(", "attribute_exists(", "attribute_type(", "SET", "REMOVE",
            "ADD", "DELETE", "+",
            "-", "if_not_exists(", "list_append(", "é", "#", ":", "a = b", "attribute_exists(a)", "SET a = :a",
        ]
        let sample = [#"{"S":"a"}"#, #"{"N":"1"}"#, #"{"SS":["a"]}"#, #"{"L":[]}"#].randomElement(using: &generator)!
        let original = try? item(#"{"a":{"N":"1"},"b":{"M":{"c":{"L":[{"N":"1"},{"S":"a"}]}}}}"#)
        for _ in 0..<400 {
            var text = ""
            for _ in 0..<Int.random(in: 1...14, using: &generator) {
                text += words.randomElement(using: &generator)! + " "
            }
            var all = attributes(["#a": "a"], [":a": sample])
            if let compiled = try? ConditionExpression(parsing: Text(text), parameter: "ConditionExpression", &all) {
                _ = compiled.evaluate(original)
                _ = compiled.evaluate(nil)
            }
            if let compiled = try? KeyConditionExpression(parsing: Text(text), &all) { _ = try? compiled.checkForm() }
            if let compiled = try? ProjectionExpression(parsing: Text(text), &all) { _ = compiled.apply(to: original!) }
            for section in ["", "SET a = ", "REMOVE ", "SET b.c[1] = "] {
                guard let compiled = try? UpdateExpression(parsing: Text(section + text), &all) else { continue }
                if let after = try? compiled.apply(to: original, key: [:]) { _ = compiled.updatedAttributes(of: after) }
            }
        }
    }
}
