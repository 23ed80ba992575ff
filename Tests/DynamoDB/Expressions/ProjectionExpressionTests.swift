import Testing

@testable import DynamoDB

@Suite struct ProjectionExpressionTests {
    static let stored = #"""
        {"a":{"M":{"b":{"S":"bb"},"c":{"L":[{"N":"0"},{"M":{"x":{"N":"1"},"y":{"N":"2"}}}]}}},"l":{"L":[{"S":"l0"},{"S":"l1"},{"S":"l2"}]},
         "s":{"S":"x"}}
        """#

    @Test(
        "A projection keeps what its paths lead to, in its place; elements of lists in their order, closed up",
        arguments: [
            ("s", #"{"s":{"S":"x"}}"#), ("absent", "{}"), ("a.b", #"{"a":{"M":{"b":{"S":"bb"}}}}"#),
            ("a.absent", "{}"),
            ("s.x", "{}"), ("l[2], l[0]", #"{"l":{"L":[{"S":"l0"},{"S":"l2"}]}}"#), ("l[3]", "{}"),
            ("l[999], s", #"{"s":{"S":"x"}}"#),
            ("a.c[1].y, s", #"{"a":{"M":{"c":{"L":[{"M":{"y":{"N":"2"}}}]}}},"s":{"S":"x"}}"#), ("a[0]", "{}"),
            ("l.x", "{}"),
            ("a.c[1].y, a.c[1].x", #"{"a":{"M":{"c":{"L":[{"M":{"x":{"N":"1"},"y":{"N":"2"}}}]}}}}"#),
            ("a.c[0], a.b", #"{"a":{"M":{"b":{"S":"bb"},"c":{"L":[{"N":"0"}]}}}}"#),
        ])
    func projected(text: String, expected: String) throws {
        let projected = try projection(Text(text)).apply(to: try item(ProjectionExpressionTests.stored))
        #expect(json(projected) == expected)
    }

    @Test(
        "Paths neither overlap nor conflict",
        arguments: [
            ("a, a", "overlap", "[a]", "[a]"), ("#a, #a.b", "overlap", "[a]", "[a, b]"),
            ("a.b[1].c, a.b", "overlap", "[a, b, [1], c]", "[a, b]"),
            ("a.b, a[1]", "conflict", "[a, b]", "[a, [1]]"),
            ("a[1].b, a[1][2], a[1]", "overlap", "[a, [1], b]", "[a, [1]]"),
        ])
    func clashes(text: String, how: String, one: String, two: String) {
        #expect(
            refusal { () throws(DynamoDBError) in try projection(Text(text), names: ["#a": "a"]) }
                == "Invalid ProjectionExpression: Two document paths \(how) with each other; must remove or rewrite one of these paths; path one: \(one), path two: \(two)"
        )
    }

    @Test("Reserved words come before undefined names, undefined names before clashes")
    func order() {
        #expect(
            refusal { () throws(DynamoDBError) in try projection("#x, a, a, abort") }
                == "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: abort")
        #expect(
            refusal { () throws(DynamoDBError) in try projection("a, a, #x") }
                == "Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; attribute name: #x"
        )
    }

    @Test("As many paths as an expression can hold are held against each other, and applied")
    func manyPaths() throws {
        let names = (0..<900).map { "a\($0)" }
        let text = Text(names.prefix(800).joined(separator: ","))
        let compiled = try projection(text)
        let wide = AttributeMap(names.map { .init(name: Text($0), value: .null) })
        #expect(compiled.apply(to: wide).count == 800)
        #expect(refusal { () throws(DynamoDBError) in try projection(Text(text.string + ",a0")) } != nil)
    }
}
