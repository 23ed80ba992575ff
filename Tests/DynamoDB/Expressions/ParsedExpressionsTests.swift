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
                #expect(try parsed.projection(text).count == 2)
                var attributes = attributes()
                let projection = try ProjectionExpression(parsing: text, &attributes, parsed)
                #expect(projection.paths.first?.attribute == name)
            }
        }
    }

    @Test("A long text is parsed each time")
    func longText() throws {
        let text = Text((0..<200).map { "a\($0)" }.joined(separator: ", "))
        for _ in 0..<2 { #expect(try parsed.projection(text).count == 200) }
    }
}
