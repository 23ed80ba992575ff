import Testing

@testable import DynamoDB

@Suite struct ConditionExpressionTests {
    static let stored = #"""
        {"p":{"S":"key"},"a":{"N":"1"},"b":{"N":"2"},"s":{"S":"hello"},"d":{"B":"aGkgdGhlcmU="},"t":{"BOOL":true},
         "z":{"NULL":true},"ss":{"SS":["cat","dog"]},"ns":{"NS":["2","4","7"]},"bs":{"BS":["Yg=="]},
         "l":{"L":[{"N":"2"},{"S":"dog"},{"N":"7"}]},"m":{"M":{"x":{"N":"2"},"y":{"L":[{"N":"-1"},{"N":"0"}]}}}}
        """#

    static let values: [Text: String] = [
        ":one": #"{"N":"1.0"}"#, ":two": #"{"N":"2"}"#, ":three": #"{"N":"3"}"#, ":ten": #"{"N":"10"}"#,
        ":nine": #"{"N":"9"}"#,
        ":s1": #"{"S":"1"}"#, ":he": #"{"S":"he"}"#, ":hello": #"{"S":"hello"}"#, ":ell": #"{"S":"ell"}"#,
        ":dog": #"{"S":"dog"}"#,
        ":hi": #"{"B":"aGk="}"#, ":true": #"{"BOOL":true}"#, ":null": #"{"NULL":true}"#,
        ":set": #"{"SS":["dog","cat"]}"#,
        ":set2": #"{"SS":["dog","cow"]}"#, ":list": #"{"L":[{"N":"2"},{"S":"dog"},{"N":"7"}]}"#,
        ":map": #"{"M":{"a":{"N":"1"}}}"#,
        ":N": #"{"S":"N"}"#, ":SS": #"{"S":"SS"}"#, ":NULL": #"{"S":"NULL"}"#, ":b": #"{"B":"Yg=="}"#,
        ":seven": #"{"N":"7"}"#,
        ":five": #"{"N":"5"}"#, ":eight": #"{"N":"8"}"#, ":empty": #"{"S":""}"#,
    ]

    @Test(
        "A condition holds or not, as AWS has it",
        arguments: [
            ("a = :one", true), ("a = :two", false), ("a = :s1", false), ("a = absent", false),
            ("absent = another", false),
            ("a <> :two", true), ("a <> :s1", true), ("a <> :one", false), ("absent <> :one", true),
            ("absent <> another", true),
            ("ss = :set", true), ("ss <> :set", false), ("ss <> :set2", true), ("t = :true", true), ("z = :null", true),
            ("l = :list", true),
            ("a < b", true), ("a < :one", false), ("a <= :one", true), ("b > a", true), ("b >= :ten", false),
            ("a < s", false),
            ("s < a", false), (":nine < :ten", true), (":one < :one", false), ("absent < :one", false),
            ("absent <= another", false),
            ("s > :he", true), ("d > :hi", true), ("t < a", false), ("not a < s", true), ("ss < a", false),
            ("a between :one and :two", true), ("b between :one and :one", false), ("s between :he and :hello", true),
            ("b between :ten and a", false), ("absent between :one and :two", false), ("a between s and b", false),
            ("a between absent and b", false), (":two between a and b", true),
            ("a in (:two, :one)", true), ("a in (:two)", false), ("a in (:s1)", false), ("absent in (another)", false),
            ("s in (:hello, a)", true),
            ("attribute_exists(a)", true), ("attribute_exists(absent)", false), ("attribute_exists(m.x)", true),
            ("attribute_exists(m.y[1])", true), ("attribute_exists(m.y[2])", false), ("attribute_exists(l.x)", false),
            ("attribute_exists(s.x)", false), ("attribute_exists(m[0])", false),
            ("attribute_not_exists(absent.x)", true),
            ("attribute_not_exists(a)", false), ("attribute_type(a, :N)", true), ("attribute_type(s, :N)", false),
            ("attribute_type(ss, :SS)", true), ("attribute_type(z, :NULL)", true),
            ("attribute_type(absent, :N)", false),
            ("begins_with(s, :he)", true), ("begins_with(s, :ell)", false), ("begins_with(d, :hi)", true),
            ("begins_with(s, :hi)", false),
            ("begins_with(a, :he)", false), ("begins_with(absent, :he)", false), ("begins_with(:hello, :he)", true),
            ("begins_with(s, :empty)", true), ("contains(s, :ell)", true), ("contains(s, :dog)", false),
            ("contains(s, :one)", false),
            ("contains(ss, :dog)", true), ("contains(ss, :he)", false), ("contains(ns, :seven)", true),
            ("contains(ns, :three)", false),
            ("contains(bs, :b)", true), ("contains(bs, :hi)", false), ("contains(l, :dog)", true),
            ("contains(l, :two)", true),
            ("contains(l, :s1)", false), ("contains(m, :dog)", false), ("contains(a, :one)", false),
            ("contains(absent, :one)", false),
            ("contains(d, :hi)", true), ("contains(ss, l[1])", true),
            ("size(s) = :five", true), ("size(d) = :eight", true), ("size(ns) = :three", true),
            ("size(l) = :three", true),
            ("size(m) = :two", true), ("size(ss) > a", true), ("size(a) = :one", false), ("size(t) = :one", false),
            ("size(z) = :one", false),
            ("size(absent) = :one", false), ("size(s) = :he", false), ("size(:hello) = :five", true),
            ("size(s) in (:five)", true),
            ("size(s) between :one and :ten", true), ("(size(s)) > a", true), ("m.x < m.y[1]", false),
            ("m.x > m.y[0]", true),
            ("(m.y)[0] < (m).x", true), ("a = :one and b = :two", true), ("a = :one and b = :one", false),
            ("a = :two or b = :two", true),
            ("not a = :two", true), ("not not a = :one", true), ("not (a = :one and b = :two)", false),
            ("a = :two and a = :two or a = :one", true), ("a = :one or a = :two and a = :two", true),
            ("(a = :one or a = :two) and a = :two", false),
            ("not a = :two and a = :two", false), ("NOT a = :two AnD b = :two", true),
            ("a between :one and :two and b = :two", true),
            ("(attribute_exists(a)) AND (attribute_not_exists(q))", true), ("(a = :one AND (b = :two))", true),
            ("(a) = (:one)", true),
            ("a=:one", true), (" a\t=\n:one ", true), ("p <> :he and not (absent = :one)", true),
        ])
    func evaluation(text: String, expected: Bool) throws {
        let stored = try item(ConditionExpressionTests.stored)
        let compiled = try condition(Text(text), values: ConditionExpressionTests.values)
        #expect(compiled.evaluate(stored) == expected)
    }

    @Test("On an item that does not exist only absence holds")
    func noItem() throws {
        #expect(try condition("attribute_not_exists(p)").evaluate(nil))
        #expect(try !condition("attribute_exists(p)").evaluate(nil))
        #expect(try condition("a <> b").evaluate(nil))
        #expect(try !condition("a = :v", values: [":v": #"{"S":"x"}"#]).evaluate(nil))
    }

    @Test("Placeholders stand for names, whatever these are made of")
    func placeholders() throws {
        let stored = try item(#"{"a.b":{"M":{"[1]":{"S":"x"}}}}"#)
        let compiled = try condition(
            "attribute_exists(#n.#m) and attribute_not_exists(a.b)", names: ["#n": "a.b", "#m": "[1]"])
        #expect(compiled.evaluate(stored))
        #expect(compiled.paths.map(\.attribute) == ["a.b", "a"])
        #expect(compiled.paths.map(\.isNested) == [true, true])
    }

    static func message(_ text: String, _ value: String? = nil, names: [Text: Text] = [:]) -> String? {
        refusal { () throws(DynamoDBError) in
            try condition(Text(text), names: names, values: value.map { [":a": $0] } ?? [:])
        }
    }

    @Test(
        "Parentheses around parentheses are redundant",
        arguments: [
            "a=a and a > ((views))", "(a)between(((b.c)).d)and(c)", "a > whatever((:things), ((a)))",
            "a=a AND ((a=a AND a=a)) AND a=a",
            "a=a OR ((a=a OR a=a)) OR a=a", "a=a AND ((a=a AND (a=a AND a=a)))", "((attribute_not_exists(pk)))",
            "((a = b))", "(((a))) = b",
        ])
    func redundant(text: String) {
        #expect(
            ConditionExpressionTests.message(text)
                == "Invalid ConditionExpression: The expression has redundant parentheses;")
    }

    @Test(
        "A function must be known, and be one for conditions",
        arguments: [
            ("a=a and whatever((:things)) > a", "Invalid function name; function: whatever"),
            ("attRIbute_exIsts((views), #a)", "Invalid function name; function: attRIbute_exIsts"),
            ("a < f(f(b))", "Invalid function name; function: f"),
            (
                "if_not_exists(a, b) = c",
                "The function is not allowed in a condition expression; function: if_not_exists"
            ),
            ("list_append(a, b) = c", "The function is not allowed in a condition expression; function: list_append"),
        ])
    func functions(text: String, message: String) {
        #expect(ConditionExpressionTests.message(text) == "Invalid ConditionExpression: " + message)
    }

    @Test(
        "Only size() is an operand, and size() is no condition",
        arguments: [
            ("a=a and attribute_exists((views), (#a)) > b", "attribute_exists"),
            ("attribute_not_exists(things) > b", "attribute_not_exists"),
            ("attribute_type(things, :a) > b", "attribute_type"), ("begins_with(things, a) > b", "begins_with"),
            ("contains(:things, c) > b", "contains"), ("size(contains(a, b)) > a", "contains"),
            ("size(things)", "size"),
            ("a between b and attribute_exists(things)", "attribute_exists"),
            ("a in (b, attribute_exists(things))", "attribute_exists"),
            ("NOT size(a)", "size"), ("(size(a)) AND a = b", "size"),
        ])
    func misused(text: String, function: String) {
        #expect(
            ConditionExpressionTests.message(text)
                == "Invalid ConditionExpression: The function is not allowed to be used this way in an expression; function: \(function)"
        )
    }

    @Test("Names and values come before the number of operands, one simple condition after the other")
    func order() {
        let name =
            "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; attribute name: "
        let value =
            "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: "
        for (text, expected) in [
            ("attribute_exists(#Pictures.RearView, :a) and a=a", name + "#Pictures"),
            ("begins_with(Pictures.#RearView)", name + "#RearView"),
            ("(#P between :lo and :hi) and (#PC in (:cat1, :cat2))", name + "#P"), ("#4g > a", name + "#4g"),
            ("#_ > a", name + "#_"),
            ("(a)between(b.c[45].#d)and(:a)", name + "#d"), ("begins_with(:hello, #a, #b)", value + ":hello"),
            (":a < :b", value + ":a"),
            ("size(:x) = #y", value + ":x"),
        ] {
            #expect(ConditionExpressionTests.message(text) == expected)
        }
        #expect(
            ConditionExpressionTests.message("a = a and b = #c")
                == "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]"
        )
    }

    @Test(
        "A function has its number of operands",
        arguments: [
            ("attribute_exists(things, a) and a=a", "attribute_exists", 2),
            ("attribute_not_exists(things, b)", "attribute_not_exists", 2),
            ("attribute_type(things)", "attribute_type", 1), ("begins_with(things)", "begins_with", 1),
            ("begins_with(things, size(a), b)", "begins_with", 3), ("contains(things)", "contains", 1),
            ("size(things, a) > b", "size", 2),
        ])
    func counts(text: String, function: String, count: Int) {
        #expect(
            ConditionExpressionTests.message(text)
                == "Invalid ConditionExpression: Incorrect number of operands for operator or function; operator or function: \(function), number of operands: \(count)"
        )
    }

    @Test(
        "The first operand is none of the others",
        arguments: [
            ("a = a", "=", "[a]"), ("#a <> a", "<>", "[a]"), ("a > #a", ">", "[a]"), ("((a=a) OR (a=a))", "=", "[a]"),
            ("contains(ab.bc[1].a, ab.bc[1].#a)", "contains", "[ab, bc, [1], a]"),
            ("attribute_type(ab.bc[1].#a, ab.bc[1].a)", "attribute_type", "[ab, bc, [1], a]"),
            ("begins_with(ab.bc[1].a, ab.bc[1].#a)", "begins_with", "[ab, bc, [1], a]"),
        ])
    func distinct(text: String, function: String, path: String) {
        #expect(
            ConditionExpressionTests.message(text, names: ["#a": "a"])
                == "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: \(function), first operand: \(path)"
        )
    }

    @Test(
        "A value whose type does not suit is refused before any item is looked at",
        arguments: [
            ("attribute_type(a, size(a)) and a=a and a=:a", "attribute_type", #"{"N":"1"}"#),
            ("attribute_type(a, :a)", "attribute_type", #"{"N":"1"}"#),
            ("attribute_type(a, :a)", "attribute_type", #"{"SS":["1"]}"#),
            ("begins_with(a, size(a)) and a=:a", "begins_with", #"{"N":"1"}"#),
            ("begins_with(a, :a)", "begins_with", #"{"N":"1"}"#),
            ("begins_with(a, :a)", "begins_with", #"{"BOOL":true}"#),
            ("begins_with(:a, a)", "begins_with", #"{"NULL":true}"#),
            ("begins_with(:a, a)", "begins_with", #"{"L":[]}"#),
            ("begins_with(a, :a)", "begins_with", #"{"BS":["YQ=="]}"#), ("size(size(a)) > :a", "size", #"{"N":"1"}"#),
            ("size(:a) > a", "size", #"{"BOOL":true}"#),
            ("size(:a) > a", "size", #"{"NULL":true}"#),
            ("a < :a", "<", #"{"NULL":true}"#), ("a <= :a", "<=", #"{"BOOL":true}"#), (":a > a", ">", #"{"L":[]}"#),
            ("a >= :a", ">=", #"{"M":{}}"#),
            ("a < :a", "<", #"{"SS":["1"]}"#), ("a between :a and b", "BETWEEN", #"{"NS":["1"]}"#),
            ("a between b and :a", "BETWEEN", #"{"BS":["YQ=="]}"#),
        ])
    func types(text: String, function: String, value: String) throws {
        let type = String(value.split(separator: "\"")[1])
        #expect(
            ConditionExpressionTests.message(text, value)
                == "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: \(function), operand type: \(type)"
        )
    }

    @Test("Values of any type may be tested for equality")
    func equality() {
        for value in [#"{"NULL":true}"#, #"{"L":[]}"#, #"{"M":{}}"#, #"{"SS":["1"]}"#, #"{"BOOL":true}"#] {
            for text in ["a = :a", "a <> :a", "a in (:a)", "contains(a, :a)"] {
                #expect(ConditionExpressionTests.message(text, value) == nil)
            }
        }
    }

    @Test("attribute_type takes a type's name, as a value")
    func typeNames() {
        #expect(
            ConditionExpressionTests.message("attribute_type(a, :a)", #"{"S":"DOG"}"#)
                == "Invalid ConditionExpression: Invalid attribute type name found; type: DOG, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
        )
        #expect(
            ConditionExpressionTests.message("attribute_type(a, b)")
                == "Invalid ConditionExpression: Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
        )
        for type in DataType.allCases {
            #expect(ConditionExpressionTests.message("attribute_type(a, :a)", #"{"S":"\#(type.rawValue)"}"#) == nil)
        }
    }

    @Test("attribute_exists takes a path", arguments: ["attribute_exists", "attribute_not_exists"])
    func needsPath(function: String) {
        #expect(
            ConditionExpressionTests.message("\(function)(:a)", #"{"S":"1"}"#)
                == "Invalid ConditionExpression: Operator or function requires a document path; operator or function: \(function)"
        )
    }

    @Test("The bounds of BETWEEN are of one type and in order")
    func bounds() {
        func message(_ low: String, _ high: String) -> String? {
            refusal { () throws(DynamoDBError) in try condition("x between :b and :a", values: [":b": low, ":a": high])
            }
        }
        #expect(
            message(#"{"N":"1"}"#, #"{"S":"a"}"#)
                == "Invalid ConditionExpression: The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:a}"
        )
        #expect(
            message(#"{"S":"b"}"#, #"{"S":"a"}"#)
                == "Invalid ConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}"
        )
        #expect(message(#"{"N":"9"}"#, #"{"N":"10"}"#) == nil)
        #expect(message(#"{"N":"10"}"#, #"{"N":"10"}"#) == nil)
    }

    @Test("IN has at most 100 choices")
    func choices() {
        func message(_ count: Int) -> String? {
            ConditionExpressionTests.message("a in (" + (0..<count).map { "b\($0)" }.joined(separator: ",") + ")")
        }
        #expect(message(100) == nil)
        #expect(
            message(101)
                == "Invalid ConditionExpression: The IN operator is provided with too many operands; number of operands: 101"
        )
    }
}
