import Testing

@testable import DynamoDBClient
