import Testing

@testable import DynamoDB

@Suite struct KeyConditionExpressionTests {
    static let values: [Text: String] = [
        ":a": #"{"S":"a"}"#, ":b": #"{"S":"b"}"#, ":n": #"{"N":"1"}"#, ":e": #"{"S":""}"#, ":t": #"{"S":"S"}"#,
    ]
    static let partition = [KeyAttribute(name: "pk", type: .s)]
    static let sort = [KeyAttribute(name: "sk", type: .s)]

    static func form(_ text: String) throws(DynamoDBError) -> [KeyConditionExpression.Condition] {
        var attributes = attributes(["#pk": "pk", "#sk": "sk"], values)
        return try KeyConditionExpression(parsing: Text(text), &attributes).checkForm()
    }

    static func resolve(
        _ text: String, sort: [KeyAttribute] = sort
    ) throws(DynamoDBError) -> KeyConditionExpression.Resolved {
        try KeyConditionExpression.resolve(try form(text), KeySchema(attributes: partition + sort))
    }

    @Test(
        "A key condition is one partition value and at most one condition on the sort key",
        arguments: [
            ("pk = :a", nil), ("#pk = :a AND sk = :b", .equal(.s("b"))), ("sk < :b AND pk = :a", .less(.s("b"))),
            ("pk = :a AND sk <= :b", .lessOrEqual(.s("b"))), ("pk = :a AND sk > :b", .greater(.s("b"))),
            ("pk = :a AND sk >= :b", .greaterOrEqual(.s("b"))), ("pk = :a AND :b <= sk", .greaterOrEqual(.s("b"))),
            (":a = pk AND :b > sk", .less(.s("b"))), (":a = pk AND :b < sk", .greater(.s("b"))),
            (":a = pk AND :b >= sk", .lessOrEqual(.s("b"))),
            ("pk = :a AND sk BETWEEN :a AND :b", .between(.s("a"), .s("b"))),
            ("pk = :a AND begins_with(sk, :b)", .beginsWith(.s("b"))),
            ("(#pk = :a) AND (#sk = :b)", .equal(.s("b"))), ("(pk = :a AND (sk = :b))", .equal(.s("b"))),
            ("pk = :a AND begins_with(sk, :e)", .beginsWith(.s(""))),
        ] as [(String, KeyConditionExpression.Predicate?)])
    func resolved(text: String, predicate: KeyConditionExpression.Predicate?) throws {
        let resolved = try KeyConditionExpressionTests.resolve(text)
        #expect(resolved.partition == [.s("a")])
        #expect(resolved.sort == (predicate.map { [$0] } ?? []))
    }

    @Test(
        "A key condition against the key of the table or index",
        arguments: [
            ("sk = :a", "Query condition missed key schema element: pk"),
            ("attr1 = :a", "Query condition missed key schema element: pk"),
            ("pk = :a AND another < :b", "Query condition missed key schema element: sk"),
            (
                "pk = :a AND sk = :b AND x = :a",
                "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)"
            ),
            ("pk < :a", "Query key condition not supported"),
            ("begins_with(pk, :a)", "Query key condition not supported"),
            ("pk BETWEEN :a AND :b", "Query key condition not supported"),
            (
                "pk = :n",
                "One or more parameter values were invalid: Condition parameter type does not match schema type"
            ),
            (
                "pk = :a AND sk = :n",
                "One or more parameter values were invalid: Condition parameter type does not match schema type"
            ),
            (
                "pk = :e",
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"
            ),
        ])
    func schema(text: String, message: String) {
        #expect(refusal { () throws(DynamoDBError) in try KeyConditionExpressionTests.resolve(text) } == message)
    }

    @Test("A key without sort attribute takes no second condition")
    func noSortKey() throws {
        #expect(
            refusal { () throws(DynamoDBError) in
                try KeyConditionExpressionTests.resolve("pk = :a AND sk = :b", sort: [])
            }
                == "Query key condition not supported")
        #expect(try KeyConditionExpressionTests.resolve("pk = :a", sort: []).sort == [])
    }

    private static let nestedAttribute =
        "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes"

    @Test(
        "What conditions may have and key conditions may not",
        arguments: [
            (
                "attribute_type(a, :t)",
                "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: attribute_type"
            ),
            (
                "a > b and size(b) > c or a > c",
                "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: OR"
            ),
            (
                "a in (b, size(c), d)",
                "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: IN"
            ),
            (
                "attribute_exists(a)",
                "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: attribute_exists"
            ),
            (
                "attribute_not_exists(a)",
                "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: attribute_not_exists"
            ),
            (
                "contains(a.d, b)",
                "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: contains"
            ),
            ("not a > b", "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: NOT"),
            ("a <> b", "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: <>"),
            (
                ":a between size(b) and size(a) and b > :b",
                "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: BETWEEN operator must have the key attribute as its first operand"
            ),
            (
                "begins_with(:a, b) and a > :b",
                "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand"
            ),
            (
                "size(b) > a AND a.b > b AND b > c",
                "Invalid KeyConditionExpression: KeyConditionExpressions cannot contain nested operations"
            ),
            (
                "a > size(b.d)",
                "Invalid KeyConditionExpression: KeyConditionExpressions cannot contain nested operations"
            ),
            (
                "a between size(b) and size(a)",
                "Invalid KeyConditionExpression: KeyConditionExpressions cannot contain nested operations"
            ),
            (
                "b > a.b",
                "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
            ),
            (
                "b between c[1] and d",
                "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
            ),
            (
                "begins_with(a, b)",
                "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
            ),
            ("b.d > a AND c.d > e.f", KeyConditionExpressionTests.nestedAttribute),
            ("#pk = :a AND #sk.foo = :b", KeyConditionExpressionTests.nestedAttribute),
            (
                ":b > :a AND a < :b",
                "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: No key attribute specified"
            ),
            (
                "b > :a AND b < :a and c = :a and d = :a",
                "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"
            ),
            (
                "(a > :a and b > :a) and (b > :a and c > :a)",
                "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"
            ),
            ("", "Invalid KeyConditionExpression: The expression can not be empty;"),
            ("a = ", #"Invalid KeyConditionExpression: Syntax error; token: "<EOF>", near: "=""#),
            (
                "pk = :zz",
                "Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; attribute value: :zz"
            ),
            (
                "pk = :a AND begins_with(sk, :n)",
                "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"
            ),
            (
                "pk = :a AND sk between :b and :a",
                "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {S:b}, upper bound operand: AttributeValue: {S:a}"
            ),
        ])
    func form(text: String, message: String) {
        #expect(refusal { () throws(DynamoDBError) in try KeyConditionExpressionTests.form(text) } == message)
    }

    @Test("A predicate holds for values of its type, within its bounds")
    func predicates() {
        let five = AttributeValue.number(5)
        #expect(KeyConditionExpression.Predicate.between(.number(5), .number(9)).holds(for: five))
        #expect(!KeyConditionExpression.Predicate.between(.number(6), .number(9)).holds(for: five))
        #expect(!KeyConditionExpression.Predicate.less(five).holds(for: five))
        #expect(KeyConditionExpression.Predicate.greaterOrEqual(five).holds(for: five))
        #expect(!KeyConditionExpression.Predicate.greater(.s("1")).holds(for: five))
        #expect(KeyConditionExpression.Predicate.beginsWith(.b([1])).holds(for: .b([1, 2])))
        #expect(!KeyConditionExpression.Predicate.beginsWith(.s("a")).holds(for: .b([1, 2])))
    }

    @Test("Keys of several attributes take equalities in order, then one more condition")
    func manyAttributes() throws {
        let condition = { (name: Text, predicate: KeyConditionExpression.Predicate) in
            KeyConditionExpression.Condition(attribute: name, predicate: predicate)
        }
        let partition: [KeyAttribute] = [.init(name: "a", type: .s), .init(name: "b", type: .n)]
        let sort: [KeyAttribute] = [.init(name: "c", type: .s), .init(name: "d", type: .s)]
        let all = [
            condition("b", .equal(.number(1))), condition("d", .less(.s("x"))), condition("a", .equal(.s("p"))),
            condition("c", .equal(.s("q"))),
        ]
        let resolved = try KeyConditionExpression.resolve(
            all, KeySchema(attributes: partition + sort, partitionCount: 2))
        #expect(resolved.partition == [.s("p"), .number(1)])
        #expect(resolved.sort == [.equal(.s("q")), .less(.s("x"))])
    }
}
