import Testing

@testable import DynamoDB

@Suite("Operations on items") struct OperationsItemTests {
    let engine: TestEngine

    init() throws {
        engine = try TestEngine()
        try engine.makeTable()
    }

    // MARK: GetItem and PutItem

    @Test("What was put is got, in canonical form")
    func putAndGet() throws {
        #expect(
            try engine(
                "PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"a"},"n":{"N":"01.50e1"},"b":{"B":"/w=="}}}"#) == "{}"
        )
        #expect(
            try engine("GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"a"}}}"#)
                == #"{"Item":{"b":{"B":"/w=="},"n":{"N":"15"},"pk":{"S":"a"}}}"#)
    }

    @Test("An item that is not there is answered with an empty object")
    func missing() throws {
        #expect(try engine("GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"x"}}}"#) == "{}")
    }

    @Test("A table's ARN stands for its name")
    func arn() throws {
        try engine.put(#"{"pk":{"S":"a"}}"#)
        let arn = "arn:aws:dynamodb:ap-northeast-2:000000000000:table/tab"
        #expect(try engine("GetItem", #"{"TableName":"\#(arn)","Key":{"pk":{"S":"a"}}}"#).contains("Item"))
    }

    @Test("GetItem answers with projection and capacity")
    func projection() throws {
        try engine.put(#"{"pk":{"S":"a"},"x":{"M":{"y":{"N":"1"},"z":{"N":"2"}}},"w":{"S":"v"}}"#)
        #expect(
            try engine(
                "GetItem",
                #"{"TableName":"tab","Key":{"pk":{"S":"a"}},"ProjectionExpression":"x.y","ReturnConsumedCapacity":"TOTAL"}"#
            )
                == #"{"Item":{"x":{"M":{"y":{"N":"1"}}}},"ConsumedCapacity":{"TableName":"tab","CapacityUnits":0.5}}"#)
        #expect(
            try engine(
                "GetItem",
                #"{"TableName":"tab","Key":{"pk":{"S":"no"}},"ConsistentRead":true,"ReturnConsumedCapacity":"INDEXES"}"#
            )
                == #"{"ConsumedCapacity":{"TableName":"tab","CapacityUnits":1.0,"Table":{"CapacityUnits":1.0}}}"#)
    }

    @Test(
        "A read whose request is wrong is refused with AWS's text",
        arguments: [
            (
                #"{"TableName":"nope","Key":{"pk":{"S":"a"}}}"#,
                "ResourceNotFoundException: Requested resource not found"
            ),
            (
                #"{"TableName":"tab","Key":{"pk":{"N":"1"}}}"#,
                "ValidationException: The provided key element does not match the schema"
            ),
            (
                #"{"TableName":"tab","Key":{"pk":{"S":"a"},"x":{"S":"a"}}}"#,
                "ValidationException: The provided key element does not match the schema"
            ),
            (
                #"{"TableName":"tab","Key":{"pk":{"S":""}}}"#,
                "ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute "
                    + "cannot contain an empty string value. Key: pk"
            ),
            (
                #"{"TableName":"tab"}"#,
                "ValidationException: 1 validation error detected: Value null at 'key' failed to satisfy constraint: "
                    + "Member must not be null"
            ),
            (
                #"{"TableName":"a b","Key":{"pk":{"S":"a"}},"ReturnConsumedCapacity":"X"}"#,
                "ValidationException: 2 validation errors detected: Value 'X' at 'returnConsumedCapacity' failed to "
                    + "satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value 'a b' at "
                    + "'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: "
                    + "[a-zA-Z0-9_.-]+"
            ),
            (
                #"{"TableName":"tab","Key":{"pk":{"S":"a"}},"ProjectionExpression":"!!! INVALID !!!"}"#,
                #"ValidationException: Invalid ProjectionExpression: Syntax error; token: "!", near: "!!""#
            ),
            (
                #"{"TableName":"tab","Key":{"pk":{"S":"a"}},"AttributesToGet":["a","a"]}"#,
                "ValidationException: One or more parameter values were invalid: Duplicate value in attribute name: a"
            ),
            (
                #"{"TableName":"tab","Key":{"pk":{"S":"a"}},"AttributesToGet":["a"],"ProjectionExpression":"a"}"#,
                "ValidationException: Can not use both expression and non-expression parameters in the same request: "
                    + "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
            ),
            (
                #"{"TableName":1,"Key":{"pk":{"S":"a"}}}"#,
                "SerializationException: NUMBER_VALUE cannot be converted to String"
            ),
            (#"{"TableName":"tab""#, "SerializationException: -"),
        ])
    func wrongRead(_ body: String, _ message: String) {
        #expect(engine.error("GetItem", body) == message)
    }

    @Test(
        "A put whose request is wrong is refused with AWS's text",
        arguments: [
            (
                #"{"TableName":"tab","Item":{"x":{"S":"a"}}}"#,
                "ValidationException: One or more parameter values were invalid: Missing the key pk in the item"
            ),
            (
                #"{"TableName":"tab","Item":{"pk":{"N":"1"}}}"#,
                "ValidationException: One or more parameter values were invalid: Type mismatch for key pk expected: S "
                    + "actual: N"
            ),
            (
                #"{"TableName":"","Item":{"pk":{"S":"a"}},"ReturnValues":"INVALID"}"#,
                "ValidationException: 1 validation error detected: Value at 'TableName' failed to satisfy constraint: "
                    + "Member must have length greater than or equal to 1"
            ),
            (
                #"{"TableName":"tab","Item":{"pk":{"S":"a"}},"ReturnValues":"INVALID"}"#,
                "ValidationException: 1 validation error detected: Failed to satisfy constraint: Member must satisfy enum "
                    + "value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
            ),
            (
                #"{"TableName":"tab","Item":{"pk":{"S":"a"}},"ReturnValues":"ALL_NEW"}"#,
                "ValidationException: 1 validation error detected: ReturnValues can only be ALL_OLD or NONE"
            ),
            (
                #"{"TableName":"tab","Item":{"pk":{"S":"a"},"n":{"N":"abc"}}}"#,
                "ValidationException: 1 validation error detected: The parameter cannot be converted to a numeric value: "
                    + "abc"
            ),
            (
                #"{"TableName":"tab","Item":{"pk":{"S":"a"}},"ExpressionAttributeValues":{":v":{"S":"x"}}}"#,
                "ValidationException: 1 validation error detected: ExpressionAttributeValues can only be specified when "
                    + "using expressions"
            ),
            (
                #"{"TableName":"tab","Item":{"pk":{"S":"a"}},"Expected":{},"ConditionalOperator":"OR"}"#,
                "ValidationException: 1 validation error detected: ConditionalOperator cannot be used without Filter "
                    + "or Expected"
            ),
            (
                #"{"Item":{"pk":{"S":"a"}}}"#,
                "ValidationException: 1 validation error detected: Value null at 'tableName' failed to satisfy "
                    + "constraint: Member must not be null"
            ),
            (
                #"{"TableName":"tab","Item":{"pk":{"S":"a"}},"ConditionExpression":"((attribute_exists(pk)))"}"#,
                "ValidationException: 1 validation error detected: Invalid ConditionExpression: The expression has "
                    + "redundant parentheses;"
            ),
        ])
    func wrongPut(_ body: String, _ message: String) {
        #expect(engine.error("PutItem", body) == message)
    }

    @Test("Keys of 2048 and 1024 bytes are taken, longer ones refused")
    func keySizes() throws {
        try engine.makeTable("sorted", sort: "S")
        func put(_ partition: Int, _ sort: Int) -> String {
            let pk = String(repeating: "p", count: partition)
            let sk = String(repeating: "s", count: sort)
            return engine.error("PutItem", #"{"TableName":"sorted","Item":{"pk":{"S":"\#(pk)"},"sk":{"S":"\#(sk)"}}}"#)
        }
        #expect(put(2048, 1024) == "answered {}")
        #expect(
            put(2049, 1)
                == "ValidationException: One or more parameter values were invalid: Size of hashkey has exceeded the "
                + "maximum size limit of2048 bytes")
        #expect(
            put(1, 1025)
                == "ValidationException: One or more parameter values were invalid: Aggregated size of all range keys has "
                + "exceeded the size limit of 1024 bytes")
    }

    @Test("An item of 409,600 bytes is taken, one byte more refused")
    func itemSize() throws {
        func put(_ count: Int) -> String {
            // pk + a is 4 bytes, x is 1.
            let value = String(repeating: "v", count: count - 4)
            return engine.error("PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"a"},"x":{"S":"\#(value)"}}}"#)
        }
        #expect(put(409_600) == "answered {}")
        #expect(
            put(409_601)
                == "ValidationException: Item size has exceeded the maximum allowed size")
    }

    @Test(
        "A wrong value among the expression's is reported by its own text, in writes in the envelope, in Scan with its place",
        arguments: [
            (
                "DeleteItem", #""Key":{"pk":{"S":"a"}},"ConditionExpression":"x = :v""#,
                "1 validation error detected: ", ""
            ),
            (
                "PutItem", #""Item":{"pk":{"S":"a"}},"ConditionExpression":"x = :v""#, "1 validation error detected: ",
                ""
            ),
            ("Query", #""KeyConditionExpression":"pk = :v""#, "", ""),
            (
                "Scan", #""FilterExpression":"pk = :v""#, "ExpressionAttributeValues contains invalid value: ",
                " for key :v"
            ),
        ])
    func wrongValues(_ operation: String, _ members: String, _ before: String, _ after: String) {
        let body = #"{"TableName":"tab","ExpressionAttributeValues":{":v":{"N":"x"}},\#(members)}"#
        #expect(
            engine.error(operation, body)
                == "ValidationException: \(before)The parameter cannot be converted to a numeric value: x\(after)")
    }

    // MARK: Conditions and return values

    @Test("A put whose condition fails leaves the item as it was, and hands it over when asked")
    func condition() throws {
        try engine.put(#"{"pk":{"S":"a"},"v":{"N":"1"}}"#)
        let body =
            #"{"TableName":"tab","Item":{"pk":{"S":"a"},"v":{"N":"2"}},"ConditionExpression":"attribute_not_exists(pk)""#
        do {
            try engine("PutItem", body + #","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}"#)
            Issue.record("not refused")
        } catch {
            #expect(error.kind == .conditionalCheckFailed)
            #expect(error.message == "The conditional request failed")
            #expect(error.detail == .item(["pk": .s("a"), "v": .number(1)]))
        }
        #expect(
            engine.error("PutItem", body + "}") == "ConditionalCheckFailedException: The conditional request failed")
        #expect(try engine("GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"a"}}}"#).contains(#""N":"1""#))
    }

    @Test("Put and delete return the old item")
    func allOld() throws {
        let put = #"{"TableName":"tab","Item":{"pk":{"S":"a"}},"ReturnValues":"ALL_OLD"}"#
        #expect(try engine("PutItem", put) == "{}")
        #expect(try engine("PutItem", put) == #"{"Attributes":{"pk":{"S":"a"}}}"#)
        let delete = #"{"TableName":"tab","Key":{"pk":{"S":"a"}},"ReturnValues":"ALL_OLD"}"#
        #expect(try engine("DeleteItem", delete) == #"{"Attributes":{"pk":{"S":"a"}}}"#)
        #expect(try engine("DeleteItem", delete) == "{}")
    }

    @Test(
        "An update returns what ReturnValues asks for",
        arguments: [
            ("NONE", "{}"), ("ALL_OLD", #"{"Attributes":{"a":{"N":"1"},"b":{"S":"x"},"pk":{"S":"k"}}}"#),
            ("ALL_NEW", #"{"Attributes":{"a":{"N":"3"},"b":{"S":"x"},"c":{"N":"2"},"pk":{"S":"k"}}}"#),
            ("UPDATED_OLD", #"{"Attributes":{"a":{"N":"1"}}}"#),
            ("UPDATED_NEW", #"{"Attributes":{"a":{"N":"3"},"c":{"N":"2"}}}"#),
        ])
    func updateReturns(_ values: String, _ answer: String) throws {
        try engine.put(#"{"pk":{"S":"k"},"a":{"N":"1"},"b":{"S":"x"}}"#)
        #expect(
            try engine(
                "UpdateItem",
                #"{"TableName":"tab","Key":{"pk":{"S":"k"}},"UpdateExpression":"SET a = a + :two, c = :two","#
                    + #""ExpressionAttributeValues":{":two":{"N":"2"}},"ReturnValues":"\#(values)"}"#) == answer)
    }

    @Test("An update makes the item, unless it has no effect")
    func updateMissing() throws {
        try engine("UpdateItem", #"{"TableName":"tab","Key":{"pk":{"S":"a"}},"UpdateExpression":"REMOVE x"}"#)
        #expect(try engine("GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"a"}}}"#) == "{}")
        try engine("UpdateItem", #"{"TableName":"tab","Key":{"pk":{"S":"a"}}}"#)
        #expect(try engine("GetItem", #"{"TableName":"tab","Key":{"pk":{"S":"a"}}}"#) == #"{"Item":{"pk":{"S":"a"}}}"#)
    }

    @Test(
        "An update that may not be is refused with AWS's text",
        arguments: [
            (
                "SET pk = :v",
                "ValidationException: One or more parameter values were invalid: Cannot update attribute pk. This attribute "
                    + "is part of the key"
            ),
            (
                "INVALID :v SYNTAX",
                #"ValidationException: 1 validation error detected: Invalid UpdateExpression: Syntax error; token: "INVALID", "#
                    + #"near: "INVALID :v""#
            ),
            (
                "REMOVE a",
                "ValidationException: 1 validation error detected: Value provided in ExpressionAttributeValues unused in "
                    + "expressions: keys: {:v}"
            ),
            (
                "SET a = b + :v",
                "ValidationException: The provided expression refers to an attribute that does not exist in the item"
            ),
        ])
    func wrongUpdate(_ expression: String, _ message: String) {
        let body =
            #"{"TableName":"tab","Key":{"pk":{"S":"a"}},"UpdateExpression":"\#(expression)","#
            + #""ExpressionAttributeValues":{":v":{"N":"1"}}}"#
        #expect(engine.error("UpdateItem", body) == message)
    }

    @Test("UpdateItem without its key joins the enums, an empty table name and the key in one message")
    func updateShape() {
        #expect(
            engine.error(
                "UpdateItem", #"{"TableName":"","ReturnConsumedCapacity":"INVALID","ReturnValues":"INVALID"}"#)
                == "ValidationException: 4 validation errors detected: Value 'INVALID' at 'returnConsumedCapacity' failed to "
                + "satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value '' at 'tableName' "
                + "failed to satisfy constraint: Member must have length greater than or equal to 1; Value 'INVALID' at "
                + "'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, "
                + "ALL_OLD, NONE, UPDATED_NEW]; Value null at 'key' failed to satisfy constraint: Member must not be null"
        )
    }

    @Test("Capacity of writes: the larger of before and after, and an index only when its entry changes")
    func capacity() throws {
        try engine.makeOrders()
        func put(_ value: Int, _ user: String) throws -> String {
            let text = String(repeating: "v", count: value)
            return try engine(
                "PutItem",
                #"{"TableName":"orders","Item":{"PK":{"S":"p"},"SK":{"S":"s"},"GSI1PK":{"S":"\#(user)"},"#
                    + #""GSI1SK":{"S":"1"},"x":{"S":"\#(text)"}},"ReturnConsumedCapacity":"INDEXES"}"#)
        }
        #expect(
            try put(1500, "u")
                == #"{"ConsumedCapacity":{"TableName":"orders","CapacityUnits":4.0,"Table":{"CapacityUnits":2.0},"#
                + #""GlobalSecondaryIndexes":{"GSI1":{"CapacityUnits":2.0}}}}"#)
        #expect(
            try put(1500, "u")
                == #"{"ConsumedCapacity":{"TableName":"orders","CapacityUnits":2.0,"Table":{"CapacityUnits":2.0}}}"#)
        #expect(
            try put(10, "w")
                == #"{"ConsumedCapacity":{"TableName":"orders","CapacityUnits":5.0,"Table":{"CapacityUnits":2.0},"#
                + #""GlobalSecondaryIndexes":{"GSI1":{"CapacityUnits":3.0}}}}"#)
    }
}
