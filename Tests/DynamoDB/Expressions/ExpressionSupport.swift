@testable import DynamoDB

/// The placeholders of a request, from a dictionary of names and one of values in DynamoDB's JSON.
func attributes(_ names: [Text: Text] = [:], _ values: [Text: String] = [:]) -> ExpressionAttributes {
    ExpressionAttributes(names: names, values: values.mapValues { try! value($0) })
}

/// Compiles a condition.
func condition(
    _ text: Text, names: [Text: Text] = [:], values: [Text: String] = [:], parameter: String = "ConditionExpression"
) throws(DynamoDBError) -> ConditionExpression {
    var attributes = attributes(names, values)
    return try ConditionExpression(parsing: text, parameter: parameter, &attributes)
}

/// Compiles an update.
func update(
    _ text: Text, names: [Text: Text] = [:], values: [Text: String] = [:]
) throws(DynamoDBError) -> UpdateExpression {
    var attributes = attributes(names, values)
    return try UpdateExpression(parsing: text, &attributes)
}

/// Compiles a projection.
func projection(_ text: Text, names: [Text: Text] = [:]) throws(DynamoDBError) -> ProjectionExpression {
    var attributes = attributes(names)
    return try ProjectionExpression(parsing: text, &attributes)
}

/// The message with which a body is refused; nil when it is not.
func refusal<Result>(_ body: () throws(DynamoDBError) -> Result) -> String? {
    do throws(DynamoDBError) {
        _ = try body()
        return nil
    } catch {
        return error.message
    }
}
