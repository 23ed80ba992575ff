import Testing

@testable import DynamoDB

@Suite struct UpdateExpressionTests {
    static let values: [Text: String] = [
        ":n": #"{"N":"2"}"#, ":s": #"{"S":"v"}"#, ":s2": #"{"S":"w"}"#, ":ss": #"{"SS":["a","z"]}"#,
        ":ns": #"{"NS":["1","9"]}"#, ":l": #"{"L":[{"N":"8"}]}"#,
        ":el": #"{"L":[]}"#, ":z": #"{"N":"0"}"#, ":all": #"{"SS":["a","b","c"]}"#, ":m": #"{"M":{}}"#,
    ]
    static let stored = #"""
        {"p":{"S":"key"},"n":{"N":"40"},"s":{"S":"x"},"ss":{"SS":["a","b"]},"ns":{"NS":["1","2"]},"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"3"}]},
         "m":{"M":{"a":{"N":"1"},"b":{"N":"2"},"l":{"L":[{"M":{"x":{"N":"1"}}}]}}}}
        """#

    static func apply(_ text: String, to stored: String? = stored) throws(DynamoDBError) -> Item {
        let before: Item? = if let stored { try item(stored) } else { nil }
        return try update(Text(text), values: values).apply(to: before, key: ["p": .s("key")])
    }

    /// What changed: each attribute that differs, as JSON, removed ones as null.
    static func changes(_ text: String) throws(DynamoDBError) -> [String: String] {
        let before = try item(stored)
        let after = try apply(text)
        var changes: [String: String] = [:]
        for entry in before.entries where after[entry.name] == nil { changes[entry.name.string] = "null" }
        for entry in after.entries where before[entry.name] != entry.value {
            var writer = JSONWriter()
            writer.attributeValue(entry.value)
            changes[entry.name.string] = String(decoding: writer.bytes, as: UTF8.self)
        }
        return changes
    }

    @Test(
        "An update changes what it says and nothing else",
        arguments: [
            ("SET q = :s", ["q": #"{"S":"v"}"#]), ("SET s = n, n = s", ["s": #"{"N":"40"}"#, "n": #"{"S":"x"}"#]),
            ("set n = n + :n", ["n": #"{"N":"42"}"#]), ("SET n = :n - n", ["n": #"{"N":"-38"}"#]),
            ("SET q = (n) + (:n)", ["q": #"{"N":"42"}"#]),
            ("SET q = (n + :n)", ["q": #"{"N":"42"}"#]), ("SET q = ((m.a)+(m.b))", ["q": #"{"N":"3"}"#]),
            ("SET q = if_not_exists(q, :z) + :n", ["q": #"{"N":"2"}"#]),
            ("SET n = if_not_exists(n, :z) + :n", ["n": #"{"N":"42"}"#]), ("SET n = if_not_exists(n, absent)", [:]),
            ("SET q = if_not_exists(q, if_not_exists(r, :s))", ["q": #"{"S":"v"}"#]),
            ("SET q = list_append(:l, l)", ["q": #"{"L":[{"N":"8"},{"N":"0"},{"N":"1"},{"N":"2"},{"N":"3"}]}"#]),
            ("SET q = list_append(if_not_exists(q, :el), :l)", ["q": #"{"L":[{"N":"8"}]}"#]),
            ("REMOVE n, absent", ["n": "null"]),
            (
                "ADD n :n, q :n, ss :ss, ns :ns",
                [
                    "n": #"{"N":"42"}"#, "q": #"{"N":"2"}"#, "ss": #"{"SS":["a","b","z"]}"#,
                    "ns": #"{"NS":["1","2","9"]}"#,
                ]
            ),
            ("ADD q :ss", ["q": #"{"SS":["a","z"]}"#]), ("DELETE ss :ss, absent :ss", ["ss": #"{"SS":["b"]}"#]),
            ("DELETE ss :all", ["ss": "null"]),
            ("DELETE ns :ns", ["ns": #"{"NS":["2"]}"#]),
            (
                "SET m.c = :s",
                ["m": #"{"M":{"a":{"N":"1"},"b":{"N":"2"},"c":{"S":"v"},"l":{"L":[{"M":{"x":{"N":"1"}}}]}}}"#]
            ),
            ("SET m.l[0].y = :s REMOVE m.a, m.b", ["m": #"{"M":{"l":{"L":[{"M":{"x":{"N":"1"},"y":{"S":"v"}}}]}}}"#]),
            (
                "ADD m.a :n, m.q :n",
                ["m": #"{"M":{"a":{"N":"3"},"b":{"N":"2"},"l":{"L":[{"M":{"x":{"N":"1"}}}]},"q":{"N":"2"}}}"#]
            ),
            ("SET l[1] = :s", ["l": #"{"L":[{"N":"0"},{"S":"v"},{"N":"2"},{"N":"3"}]}"#]),
            (
                "SET l[84] = :s, l[37] = :n",
                ["l": #"{"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"3"},{"N":"2"},{"S":"v"}]}"#]
            ),
            ("REMOVE l[1]", ["l": #"{"L":[{"N":"0"},{"N":"2"},{"N":"3"}]}"#]),
            ("REMOVE l[1], l[2], l[7]", ["l": #"{"L":[{"N":"0"},{"N":"3"}]}"#]),
            ("REMOVE l[0] SET l[1] = :s, l[9] = :n", ["l": #"{"L":[{"S":"v"},{"N":"2"},{"N":"3"},{"N":"2"}]}"#]),
            ("REMOVE l[0], l[1], l[2], l[3]", ["l": #"{"L":[]}"#]),
            ("ADD l[0] :n, l[9] :ss", ["l": #"{"L":[{"N":"2"},{"N":"1"},{"N":"2"},{"N":"3"},{"SS":["a","z"]}]}"#]),
            ("DELETE l[9] :ss", [:]),
            ("DELETE m.q :ss", [:]), ("REMOVE m.q", [:]),
            ("SET q = :el, r = :m", ["q": #"{"L":[]}"#, "r": #"{"M":{}}"#]),
        ])
    func changes(text: String, expected: [String: String]) throws {
        #expect(try UpdateExpressionTests.changes(text) == expected)
    }

    @Test("All operands are of the item before the update, and a list is put in order at the end")
    func nested() throws {
        let before = try item(
            #"{"a":{"S":"k"},"b":{"M":{"a":{"N":"1"},"b":{"N":"2"},"c":{"N":"3"}}},"c":{"L":[{"N":"1"},{"N":"3"}]}}"#)
        let compiled = try update(
            "set b.c=((c[1])+(b.a)),b.a = a,c[1] = a, c[4] = b.a - b.b, c[2] = b.c add c[8] :b, c[6] :a",
            values: [":a": #"{"N":"2"}"#, ":b": #"{"SS":["a"]}"#])
        let after = try compiled.apply(to: before, key: [:])
        #expect(
            json(after)
                == #"{"a":{"S":"k"},"b":{"M":{"a":{"S":"k"},"b":{"N":"2"},"c":{"N":"4"}}},"c":{"L":[{"N":"1"},{"S":"k"},{"N":"3"},{"N":"-1"},{"N":"2"},{"SS":["a"]}]}}"#
        )
        #expect(
            json(compiled.updatedAttributes(of: after))
                == #"{"b":{"M":{"a":{"S":"k"},"c":{"N":"4"}}},"c":{"L":[{"S":"k"},{"N":"3"},{"N":"2"}]}}"#)
    }

    @Test(
        "UPDATED_OLD and UPDATED_NEW are what stands at the update's paths before and after",
        arguments: [
            ("SET m.a = :s", #"{"m":{"M":{"a":{"N":"1"}}}}"#, #"{"m":{"M":{"a":{"S":"v"}}}}"#),
            ("SET q = :s", "{}", #"{"q":{"S":"v"}}"#),
            (
                "SET l[1] = :s, m.b = :s", #"{"l":{"L":[{"N":"1"}]},"m":{"M":{"b":{"N":"2"}}}}"#,
                #"{"l":{"L":[{"S":"v"}]},"m":{"M":{"b":{"S":"v"}}}}"#
            ),
            ("REMOVE l[1], l[7]", #"{"l":{"L":[{"N":"1"}]}}"#, #"{"l":{"L":[{"N":"2"}]}}"#),
            ("SET m.x = :n", "{}", #"{"m":{"M":{"x":{"N":"2"}}}}"#),
            ("SET l[100] = :n", "{}", "{}"), ("REMOVE n", #"{"n":{"N":"40"}}"#, "{}"),
        ])
    func updated(text: String, old: String, new: String) throws {
        let compiled = try update(Text(text), values: UpdateExpressionTests.values)
        let before = try item(UpdateExpressionTests.stored)
        #expect(json(compiled.updatedAttributes(of: before)) == old)
        #expect(json(compiled.updatedAttributes(of: try compiled.apply(to: before, key: [:]))) == new)
    }

    @Test("A new item begins as its key, which operands see")
    func newItem() throws {
        #expect(json(try UpdateExpressionTests.apply("SET q = p", to: nil)) == #"{"p":{"S":"key"},"q":{"S":"key"}}"#)
        #expect(json(try UpdateExpressionTests.apply("REMOVE x.y, z[0], w", to: nil)) == #"{"p":{"S":"key"}}"#)
        #expect(json(try UpdateExpressionTests.apply("ADD n :n", to: nil)) == #"{"n":{"N":"2"},"p":{"S":"key"}}"#)
        #expect(json(try UpdateExpressionTests.apply("DELETE n :ss", to: nil)) == #"{"p":{"S":"key"}}"#)
        for text in ["SET b.a = p", "SET b[1] = p", "ADD b.a :n"] {
            #expect(
                refusal { () throws(DynamoDBError) in try UpdateExpressionTests.apply(text, to: nil) }
                    == Messages.updatePathInvalid)
        }
    }

    @Test(
        "A path must lead somewhere",
        arguments: [
            "SET s.a = :s", "SET s[1] = :s", "SET y.a = :s", "SET y[1] = :s", "SET m[1] = :s", "SET l.a = :s",
            "SET l[7].a = :s", "REMOVE s.a", "REMOVE s[1]",
            "REMOVE y.a", "REMOVE y[1]", "REMOVE m[1]", "REMOVE l.a", "DELETE s.a :ss", "DELETE y[1] :ss",
            "ADD y.a :ss", "ADD l.a :ss", "SET m.a.b = :s",
        ])
    func invalidPath(text: String) {
        #expect(
            refusal { () throws(DynamoDBError) in try UpdateExpressionTests.apply(text) }
                == "The document path provided in the update expression is invalid for update")
    }

    @Test(
        "An operand must be there",
        arguments: [
            "SET c = absent", "SET e = list_append(l, absent)", "SET e = absent + :n", "SET e = if_not_exists(x, y)",
            "SET e = l[9]",
        ])
    func missingOperand(text: String) {
        #expect(
            refusal { () throws(DynamoDBError) in try UpdateExpressionTests.apply(text) }
                == "The provided expression refers to an attribute that does not exist in the item")
    }

    @Test(
        "An operand must have the right type",
        arguments: [
            "DELETE n :ss", "DELETE ss :ns", "DELETE m.a :ns", "ADD s :ns", "ADD ss :n", "ADD ss :ns", "ADD n :ss",
            "SET e = s + :n", "SET e = :n - s",
            "SET e = list_append(n, :l)", "SET e = list_append(:l, if_not_exists(f, :s))", "SET e = l + :n",
        ])
    func operandType(text: String) {
        #expect(
            refusal { () throws(DynamoDBError) in try UpdateExpressionTests.apply(text) }
                == "An operand in the update expression has an incorrect data type")
    }

    @Test("A sum that is out of range or not exact fails the update", arguments: [("9e125", "9e125"), ("1e50", "1")])
    func overflow(a: String, b: String) throws {
        let compiled = try update("SET x = :a + :b", values: [":a": #"{"N":"\#(a)"}"#, ":b": #"{"N":"\#(b)"}"#])
        #expect(
            refusal { () throws(DynamoDBError) in try compiled.apply(to: nil, key: [:]) } == Messages.numberOverflow)
    }

    @Test("A value that would nest too deep where it is put fails the update")
    func nestingLevels() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: #"{"M":{"n":"#, count: levels - 1) + #"{"S":"x"}"#
                + String(repeating: "}}", count: levels - 1)
        }
        let before = try item(#"{"m":{"M":{}}}"#)
        _ = try update("SET m.a = :v", values: [":v": nested(31)]).apply(to: before, key: [:])
        let tooDeep = try update("SET m.a = :v", values: [":v": nested(32)])
        #expect(
            refusal { () throws(DynamoDBError) in try tooDeep.apply(to: before, key: [:]) } == Messages.nestingLevels)
        _ = try update("SET a = :v", values: [":v": nested(32)]).apply(to: before, key: [:])
    }

    static func message(_ text: String, _ values: [Text: String] = [:]) -> String? {
        refusal { () throws(DynamoDBError) in
            try update(Text(text), names: ["#a": "a", "#b": "b", "#c": "c", "#d": "[3]"], values: values)
        }
    }

    @Test(
        "What is wrong with an update is reported in AWS's order",
        arguments: [
            (" set #x = :c set abOrt = true ", "Attribute name is a reserved keyword; reserved keyword: abOrt"),
            ("set #x = if_not_exist(:c) set c = d", "Invalid function name; function: if_not_exist"),
            ("set a = size(b) set a = c", "The function is not allowed in an update expression; function: size"),
            ("set a = #x set c = :d", #"The "SET" section can only be used once in an update expression;"#),
            ("remove #x set a = b remove e", #"The "REMOVE" section can only be used once in an update expression;"#),
            ("add #x :e set a = b add e :f", #"The "ADD" section can only be used once in an update expression;"#),
            (
                "delete #x :e set a = b delete #e :f",
                #"The "DELETE" section can only be used once in an update expression;"#
            ),
            (
                "SET #x = if_not_exists(:c)",
                "An expression attribute name used in the document path is not defined; attribute name: #x"
            ),
            (
                "SET #a = if_not_exists(:c)",
                "An expression attribute value used in expression is not defined; attribute value: :c"
            ),
            (
                "set d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)",
                "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [c, [1], a], path two: [c]"
            ),
            (
                "set #c[3].#d = a, #c[3] = a",
                "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [c, [3], [3]], path two: [c, [3]]"
            ),
            (
                "set a = :n, a = :n",
                "An expression attribute value used in expression is not defined; attribute value: :n"
            ),
            (
                "set #c[3].#d = a, #c.#d[3] = if_not_exists(a)",
                "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [c, [3], [3]], path two: [c, [3], [3]]"
            ),
            (
                "remove a.#c set a[1] = #d",
                "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, c], path two: [a, [1]]"
            ),
            (
                "set a = if_not_exists(c)",
                "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1"
            ),
            (
                "set a = list_append(c)",
                "Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 1"
            ),
            (
                "set a = if_not_exists(if_not_exists(a, b), c)",
                "Operator or function requires a document path; operator or function: if_not_exists"
            ),
        ])
    func order(text: String, message: String) {
        #expect(UpdateExpressionTests.message(text) == "Invalid UpdateExpression: " + message)
    }

    @Test(
        "ADD takes a number or a set, DELETE a set; here types are written out",
        arguments: [
            (#"{"S":"a"}"#, "STRING"), (#"{"NULL":true}"#, "NULL"), (#"{"BOOL":false}"#, "BOOLEAN"),
            (#"{"B":"YQ=="}"#, "BINARY"), (#"{"M":{}}"#, "MAP"),
            (#"{"L":[]}"#, "LIST"), (#"{"N":"1"}"#, "NUMBER"),
        ])
    func sectionTypes(value: String, type: String) {
        let prefix = "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: "
        #expect(
            UpdateExpressionTests.message("delete a.b :a", [":a": value]) == prefix + "DELETE, operand type: \(type)")
        if type != "NUMBER" {
            #expect(
                UpdateExpressionTests.message(
                    "set b = list_append(:a, a), c = if_not_exists(a) add a.b :a", [":a": value])
                    == prefix + "ADD, operand type: \(type)")
        }
    }

    @Test(
        "list_append takes lists, plus and minus take numbers",
        arguments: [
            #"{"S":"a"}"#, #"{"B":"YQ=="}"#, #"{"BOOL":true}"#, #"{"NULL":true}"#, #"{"SS":["a"]}"#, #"{"NS":["1"]}"#,
            #"{"M":{}}"#,
        ])
    func functionTypes(value: String) {
        let type = String(value.split(separator: "\"")[1])
        for (text, function) in [
            ("set a = list_append(:a, b)", "list_append"), ("set a = list_append(b, :a)", "list_append"),
            ("set a = a + :a", "+"), ("set a = :a - a", "-"),
        ] {
            #expect(
                UpdateExpressionTests.message(text, [":a": value])
                    == "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: \(function), operand type: \(type)"
            )
        }
    }

    @Test("The key is not updated, wholly or in part; the partition key is named first")
    func keys() throws {
        let schema = KeySchema(attributes: [.init(name: "pk", type: .s), .init(name: "sk", type: .s)])
        for (text, key) in [
            ("SET pk = :v", "pk"), ("REMOVE sk, pk", "pk"), ("REMOVE sk.x", "sk"), ("SET a = :v REMOVE pk[1]", "pk"),
            ("REMOVE a", nil),
        ] as [(Text, String?)] {
            let compiled = try update(text, values: [":v": #"{"S":"v"}"#])
            #expect(
                refusal { () throws(DynamoDBError) in try compiled.checkKeys(schema) }
                    == key.map {
                        "One or more parameter values were invalid: Cannot update attribute \($0). This attribute is part of the key"
                    })
        }
    }

    @Test("The types that an update writes are known beforehand where they do not depend on the item")
    func targets() throws {
        let compiled = try update(
            "SET a = :s, b = c, d = e + :n, f = if_not_exists(f, :l), g = list_append(g, :l) REMOVE h ADD i :ss DELETE j.k :ss",
            values: UpdateExpressionTests.values)
        #expect(compiled.targets.map(\.path.attribute) == ["a", "b", "d", "f", "g", "h", "i", "j"])
        #expect(compiled.targets.map(\.type) == [.s, nil, .n, .l, .l, nil, .ss, .ss])
    }
}
