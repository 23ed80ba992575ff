import Testing

@testable import DynamoDB

@Suite struct DynamoDBErrorTests {
    func body(_ error: DynamoDBError) -> String {
        var output: [UInt8] = []
        error.append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test("An error's body is AWS's: type with its namespace, message under the name that AWS gives it")
    func bodies() throws {
        #expect(
            body(.validation("a \"b\""))
                == #"{"__type":"com.amazon.coral.validate#ValidationException","message":"a \"b\""}"#)
        #expect(body(.serialization(nil)) == #"{"__type":"com.amazon.coral.service#SerializationException"}"#)
        #expect(
            body(.serialization("x")) == #"{"__type":"com.amazon.coral.service#SerializationException","Message":"x"}"#)
        #expect(
            body(.init(.resourceNotFound, "Requested resource not found"))
                == #"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}"#
        )
        #expect(
            body(.init(.conditionalCheckFailed, "failed", detail: .item(try item(#"{"a":{"S":"b"}}"#))))
                == #"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{"a":{"S":"b"}},"message":"failed"}"#
        )
        let reasons: [DynamoDBError.CancellationReason] = [
            .none, .init(code: "ConditionalCheckFailed", message: "m", item: try item(#"{"a":{"N":"1"}}"#)),
        ]
        #expect(
            body(.init(.transactionCanceled, "cancelled", detail: .cancellationReasons(reasons)))
                == #"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Item":{"a":{"N":"1"}},"Message":"m"}],"Message":"cancelled"}"#
        )
    }

    @Test("What is the server's fault is 500, everything else 400")
    func statuses() {
        for kind in DynamoDBError.Kind.allCases {
            #expect(kind.httpStatus == (kind == .internalServerError || kind == .internalFailure ? 500 : 400))
        }
    }
}
