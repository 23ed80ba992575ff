import Testing

@testable import DynamoDB

@Suite struct ParsedExpressionsTests {
    private let parsed = ParsedExpressions()

    private func holds(_ text: Text, names: [Text: Text], values: [Text: String], _ item: String) throws -> Bool {
        var attributes = attributes(names, values)
        let condition = try ConditionExpression(parsing: text, parameter: "ConditionExpression", &attributes, parsed)
        try attributes.checkAllUsed()
        return condition.evaluate(Item(stored: Array(item.utf8)))
    }

    @Test("A text that came before has the names and values of the request that it comes with now")
    func ownValues() throws {
        let item = #"{"a":{"N":"1"},"b":{"N":"2"}}"#
        #expect(try holds("#x = :v", names: ["#x": "a"], values: [":v": #"{"N":"1"}"#], item))
        #expect(try !holds("#x = :v", names: ["#x": "b"], values: [":v": #"{"N":"1"}"#], item))
        #expect(try holds("#x = :v", names: ["#x": "b"], values: [":v": #"{"N":"2"}"#], item))
        #expect(
            refusal { () throws(DynamoDBError) in
                var attributes = attributes(["#x": "a"], [:])
                _ = try ConditionExpression(
                    parsing: "#x = :v", parameter: "ConditionExpression", &attributes, parsed)
            } != nil)
    }

    @Test("A text that came before is looked at anew with a value of another type, and says what is wrong with it")
    func otherTypes() throws {
        let item = #"{"a":{"S":"xyz"}}"#
        #expect(try holds("begins_with(a, :v)", names: [:], values: [":v": #"{"S":"x"}"#], item))
        for _ in 0..<2 {
            #expect(
                refusal { () throws(DynamoDBError) in
                    var attributes = attributes([:], [":v": #"{"N":"1"}"#])
                    _ = try ConditionExpression(
                        parsing: "begins_with(a, :v)", parameter: "ConditionExpression", &attributes, parsed)
                }
                    == "Invalid ConditionExpression: Incorrect operand type for operator or function; "
                    + "operator or function: begins_with, operand type: N")
        }
        #expect(try holds("begins_with(a, :v)", names: [:], values: [":v": #"{"S":"xy"}"#], item))
        #expect(try !holds("begins_with(a, :v)", names: [:], values: [":v": #"{"S":"y"}"#], item))
    }

    @Test("What depends on a value itself is looked at each time: the order of bounds, the name of a type")
    func valuesThemselves() throws {
        let item = #"{"a":{"N":"5"}}"#
        func between(_ low: Int, _ high: Int) throws -> Bool {
            try holds(
                "a BETWEEN :l AND :h", names: [:], values: [":l": #"{"N":"\#(low)"}"#, ":h": #"{"N":"\#(high)"}"#], item
            )
        }
        #expect(try between(1, 9))
        #expect(throws: DynamoDBError.self) { try between(9, 1) }
        #expect(try !between(6, 9))
        func isOfType(_ name: String) throws -> Bool {
            try holds("attribute_type(a, :t)", names: [:], values: [":t": #"{"S":"\#(name)"}"#], item)
        }
        #expect(try isOfType("N"))
        #expect(try !isOfType("S"))
        #expect(throws: DynamoDBError.self) { try isOfType("X") }
    }

    @Test("A text that came before uses of a request what it used of the one before, and nothing else")
    func usedPlaceholders() throws {
        let item = #"{"a":{"N":"1"},"b":{"N":"2"}}"#
        let value = #"{"N":"1"}"#
        for _ in 0..<2 {
            #expect(try holds("#a = :v", names: ["#a": "a"], values: [":v": value], item))
            #expect(throws: DynamoDBError.self) {
                try holds("#a = :v", names: ["#a": "a", "#b": "b"], values: [":v": value], item)
            }
            #expect(throws: DynamoDBError.self) {
                try holds("#a = :v", names: ["#a": "a"], values: [":v": value, ":w": value], item)
            }
        }
    }

    @Test("An update that came before writes the values that it comes with now, and answers for the types they have")
    func updates() throws {
        func updated(_ value: String) throws -> Item {
            var attributes = attributes(["#a": "a"], [":v": value])
            let update = try UpdateExpression(parsing: "SET b = :v ADD #a :v", &attributes, parsed)
            try attributes.checkAllUsed()
            #expect(update.targets.map(\.type) == [update.values[0].type, update.values[0].type])
            return try update.apply(to: Item(stored: Array(#"{"a":{"N":"1"}}"#.utf8)), key: [:])
        }
        #expect(try updated(#"{"N":"2"}"#)["a"] == .n(Number(3)))
        #expect(try updated(#"{"N":"5"}"#)["a"] == .n(Number(6)))
        #expect(throws: DynamoDBError.self) { try updated(#"{"SS":["x"]}"#) }
        #expect(try updated(#"{"N":"7"}"#)["b"] == .n(Number(7)))
    }

    @Test("A text that is wrong is wrong every time, and one is not another of the same kind or of another")
    func noMixing() throws {
        for _ in 0..<2 {
            var attributes = attributes()
            #expect(
                refusal { () throws(DynamoDBError) in
                    _ = try UpdateExpression(parsing: "SET a", &attributes, parsed)
                } != nil)
        }
        for number in 0..<500 {
            let (name, text) = (Text("a\(number)"), Text("a\(number), b"))
            for _ in 0..<2 {
                #expect(try parsed.projection(text).written.count == 2)
                var attributes = attributes()
                let projection = try ProjectionExpression(parsing: text, &attributes, parsed)
                #expect(projection.paths.first?.attribute == name)
            }
        }
    }

    @Test("Of a request with large names nothing is kept")
    func largeNames() throws {
        for length in [10, 5_000] {
            let name = Text(String(repeating: "n", count: length))
            var attributes = attributes(["#a": name])
            let projection = try ProjectionExpression(parsing: "#a", &attributes, parsed)
            #expect(projection.paths[0].attribute == name)
            #expect((attributes.shape != nil) == (length == 10))
        }
    }

    @Test("A long text is parsed each time")
    func longText() throws {
        let text = Text((0..<200).map { "a\($0)" }.joined(separator: ", "))
        for _ in 0..<2 { #expect(try parsed.projection(text).written.count == 200) }
    }
}
