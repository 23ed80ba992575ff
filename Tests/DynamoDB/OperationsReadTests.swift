import Testing

@testable import DynamoDB

@Suite("Query and Scan") struct OperationsReadTests {
    let engine: TestEngine

    init() throws { engine = try TestEngine() }

    private func fill(sort: [String], type: String = "N") throws {
        try engine.makeTable("tab", sort: type)
        for partition in ["a", "ab", "b"] {
            for value in sort {
                try engine.put(#"{"pk":{"S":"\#(partition)"},"sk":{"\#(type)":"\#(value)"},"v":{"S":"x\#(value)"}}"#)
            }
        }
    }

    /// The sort keys that a Query answers with.
    private func query(_ condition: String, _ values: String, more: String = "") throws -> [String] {
        let answer = try engine(
            "Query",
            #"{"TableName":"tab","KeyConditionExpression":"\#(condition)","#
                + #""ExpressionAttributeValues":{":p":{"S":"a"},\#(values)}\#(more)}"#)
        return sortKeys(answer)
    }

    private func sortKeys(_ answer: String) -> [String] {
        let items = answer.split(separator: #"],"ScannedCount""#)[0].split(separator: #""LastEvaluatedKey""#)[0]
        return items.split(separator: #""sk":{"#).dropFirst().map { part in
            String(part.split(separator: "\"")[2])
        }
    }

    // MARK: Query

    @Test(
        "A key condition selects exactly its items, numbers in numeric order, of one partition only",
        arguments: [
            ("pk = :p AND sk = :x", ["2"]), ("pk = :p AND sk < :x", ["-10", "-1.5", "0"]),
            ("pk = :p AND sk <= :x", ["-10", "-1.5", "0", "2"]), ("pk = :p AND sk > :x", ["10", "100"]),
            ("pk = :p AND sk >= :x", ["2", "10", "100"]), ("pk = :p AND sk BETWEEN :x AND :y", ["2", "10"]),
            (":x < sk AND :p = pk", ["10", "100"]),
        ])
    func keyConditions(_ condition: String, _ expected: [String]) throws {
        try fill(sort: ["10", "-1.5", "100", "2", "-10", "0"])
        let values = #"":x":{"N":"2"}"# + (condition.contains(":y") ? #",":y":{"N":"10"}"# : "")
        #expect(try query(condition, values) == expected)
    }

    @Test("begins_with takes prefixes, not neighbours, also with zero and 255 bytes")
    func beginsWith() throws {
        try engine.makeTable("tab", sort: "B")
        // a, a 00, a 00 01, a 01, a FF, a FF FF, b
        for value in ["YQ==", "YQA=", "YQAB", "YQE=", "Yf8=", "Yf//", "Yg=="] {
            try engine.put(#"{"pk":{"S":"a"},"sk":{"B":"\#(value)"}}"#)
        }
        let all = "pk = :p AND begins_with(sk, :x)"
        #expect(
            try query(all, #"":x":{"B":"YQ=="}"#) == ["YQ==", "YQA=", "YQAB", "YQE=", "Yf8=", "Yf//"])
        #expect(try query(all, #"":x":{"B":"YQA="}"#) == ["YQA=", "YQAB"])
        #expect(try query(all, #"":x":{"B":"Yf8="}"#) == ["Yf8=", "Yf//"])
        #expect(try query("pk = :p AND sk > :x", #"":x":{"B":"YQA="}"#) == ["YQAB", "YQE=", "Yf8=", "Yf//", "Yg=="])
    }

    @Test("Backwards is the same in the other order")
    func backwards() throws {
        try fill(sort: ["1", "2", "3"])
        #expect(
            try query("pk = :p AND sk >= :x", #"":x":{"N":"2"}"#, more: #","ScanIndexForward":false"#) == ["3", "2"])
    }

    @Test("Pages of every size, in both directions, together are everything, once", arguments: [true, false])
    func pages(_ isForward: Bool) throws {
        let values = (1...7).map(String.init)
        try fill(sort: values)
        for limit in 1...8 {
            var found: [String] = []
            var start = ""
            for _ in 0..<20 {
                let answer = try engine(
                    "Query",
                    #"{"TableName":"tab","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"ab"}},"#
                        + #""Limit":\#(limit),"ScanIndexForward":\#(isForward)\#(start)}"#)
                found += sortKeys(answer)
                guard let key = lastKey(answer) else { break }
                start = #","ExclusiveStartKey":"# + key
            }
            #expect(found == (isForward ? values : values.reversed()), "limit \(limit)")
        }
    }

    private func lastKey(_ answer: String) -> String? {
        let parts = answer.split(separator: #""LastEvaluatedKey":"#)
        guard parts.count == 2 else { return nil }
        return String(parts[1].split(separator: #","ScannedCount""#)[0])
    }

    @Test("Limit counts what is looked at, the filter comes after it")
    func limitBeforeFilter() throws {
        try fill(sort: ["1", "2", "3"])
        #expect(
            try engine(
                "Query",
                #"{"TableName":"tab","KeyConditionExpression":"pk = :p","FilterExpression":"v = :v","Limit":2,"#
                    + #""ExpressionAttributeValues":{":p":{"S":"a"},":v":{"S":"x2"}},"ReturnConsumedCapacity":"TOTAL"}"#
            )
                == #"{"Count":1,"Items":[{"pk":{"S":"a"},"sk":{"N":"2"},"v":{"S":"x2"}}],"#
                + #""LastEvaluatedKey":{"pk":{"S":"a"},"sk":{"N":"2"}},"ScannedCount":2,"#
                + #""ConsumedCapacity":{"TableName":"tab","CapacityUnits":0.5}}"#)
    }

    @Test("COUNT answers with numbers only")
    func count() throws {
        try fill(sort: ["1", "2", "3"])
        #expect(
            try engine(
                "Query",
                #"{"TableName":"tab","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"a"}},"#
                    + #""Select":"COUNT"}"#) == #"{"Count":3,"ScannedCount":3}"#)
    }

    @Test("A page ends at 1 MB of items, measured before the filter, and goes in steps")
    func pageBytes() throws {
        try engine.makeTable("tab", sort: "N")
        let text = String(repeating: "v", count: 100_000)
        for number in 0..<25 { try engine.put(#"{"pk":{"S":"a"},"sk":{"N":"\#(number)"},"v":{"S":"\#(text)"}}"#) }
        for filter in ["", #","FilterExpression":"attribute_not_exists(v)""#] {
            var start = ""
            var scanned: [String] = []
            for _ in 0..<5 {
                let answer = try engine("Scan", #"{"TableName":"tab"\#(filter)\#(start)}"#)
                scanned.append(String(answer.split(separator: #""ScannedCount":"#)[1].dropLast()))
                guard let key = lastKey(answer) else { break }
                start = #","ExclusiveStartKey":"# + key
            }
            #expect(scanned == ["11", "11", "3"])
        }
        // The steps of one page, and what is written between them is not lost.
        let body = Array(#"{"TableName":"tab"}"#.utf8)
        var output: [UInt8] = []
        var read = try body.withBytes { (bytes) throws(DynamoDBError) in
            try engine.engine.begin(
                Scan.operation, body: bytes, context: .init(now: 0, region: "r"), into: &output)
        }
        #expect(read != nil)
        #expect(output.isEmpty)
        try engine("DeleteTable", #"{"TableName":"tab"}"#)
        #expect(throws: DynamoDBError(.resourceNotFound, "Requested resource not found")) {
            try engine.engine.resume(read!, into: &output)
        }
        read = nil
    }

    @Test("A batch that reads much goes in steps, and each item is in the answer once")
    func batchSteps() throws {
        try engine.makeTable()
        let text = String(repeating: "v", count: 100_000)
        for number in 0..<20 { try engine.put(#"{"pk":{"S":"\#(number)"},"v":{"S":"\#(text)"}}"#) }
        let keys = (0..<20).map { #"{"pk":{"S":"\#($0)"}}"# }.joined(separator: ",")
        for projection in ["", #","ProjectionExpression":"pk""#] {
            let body = Array(#"{"RequestItems":{"tab":{"Keys":[\#(keys)]\#(projection)}}}"#.utf8)
            var output: [UInt8] = []
            let read = try body.withBytes { (bytes) throws(DynamoDBError) in
                try engine.engine.begin(
                    BatchGetItem.operation, body: bytes, context: .init(now: 0, region: "r"), into: &output)
            }
            var steps = 1
            while try engine.engine.resume(#require(read), into: &output) {
                #expect(output.isEmpty)
                steps += 1
            }
            #expect(steps > 5)
            let answer = String(decoding: output, as: UTF8.self)
            for number in 0..<20 {
                let parts = answer.split(separator: #""pk":{"S":"\#(number)"}"#, omittingEmptySubsequences: false)
                #expect(parts.count == 2)
            }
            #expect(answer.hasSuffix(#"]},"UnprocessedKeys":{}}"#))
        }
    }

    // MARK: Indexes

    private func order(_ id: Int, user: String, at: String) throws {
        try engine.put(
            #"{"PK":{"S":"ORDER#\#(id)"},"SK":{"S":"METADATA"},"GSI1PK":{"S":"USER#\#(user)"},"GSI1SK":{"S":"ORDER#\#(at)"}}"#,
            into: "orders")
    }

    @Test("An index is sparse, follows every write, and its pages carry index key and table key")
    func globalIndex() throws {
        try engine.makeOrders()
        try order(1, user: "u", at: "2025")
        try order(2, user: "u", at: "2024")
        try order(3, user: "w", at: "2023")
        try engine.put(#"{"PK":{"S":"OTHER"},"SK":{"S":"METADATA"},"GSI1PK":{"S":"USER#u"}}"#, into: "orders")
        func users(_ user: String, _ more: String = "") throws -> String {
            try engine(
                "Query",
                #"{"TableName":"orders","IndexName":"GSI1","KeyConditionExpression":"GSI1PK = :u","#
                    + #""ExpressionAttributeValues":{":u":{"S":"USER#\#(user)"}},"ProjectionExpression":"PK"\#(more)}"#)
        }
        #expect(
            try users("u", #","ScanIndexForward":false,"Limit":1"#)
                == #"{"Count":1,"Items":[{"PK":{"S":"ORDER#1"}}],"LastEvaluatedKey":{"GSI1PK":{"S":"USER#u"},"#
                + #""GSI1SK":{"S":"ORDER#2025"},"PK":{"S":"ORDER#1"},"SK":{"S":"METADATA"}},"ScannedCount":1}"#)
        #expect(
            try users("u")
                == #"{"Count":2,"Items":[{"PK":{"S":"ORDER#2"}},{"PK":{"S":"ORDER#1"}}],"ScannedCount":2}"#)
        try order(1, user: "w", at: "2022")
        try engine(
            "UpdateItem",
            #"{"TableName":"orders","Key":{"PK":{"S":"ORDER#2"},"SK":{"S":"METADATA"}},"UpdateExpression":"REMOVE GSI1SK"}"#
        )
        #expect(try users("u") == #"{"Count":0,"Items":[],"ScannedCount":0}"#)
        #expect(
            try users("w")
                == #"{"Count":2,"Items":[{"PK":{"S":"ORDER#1"}},{"PK":{"S":"ORDER#3"}}],"ScannedCount":2}"#)
        try engine("DeleteItem", #"{"TableName":"orders","Key":{"PK":{"S":"ORDER#3"},"SK":{"S":"METADATA"}}}"#)
        #expect(
            try engine("Scan", #"{"TableName":"orders","IndexName":"GSI1","Select":"COUNT"}"#).contains(#""Count":1"#))
        #expect(
            try engine("DescribeTable", #"{"TableName":"orders"}"#).contains(#""IndexSizeBytes":47,"ItemCount":1"#))
    }

    @Test("An index of some attributes answers with those; a local one reads the table for the rest")
    func projections() throws {
        try engine.makeTable(
            "tab", sort: "S",
            more: #"""
                ,"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},
                {"AttributeName":"l","AttributeType":"N"}],
                "LocalSecondaryIndexes":[{"IndexName":"keys","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
                {"AttributeName":"l","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
                "GlobalSecondaryIndexes":[{"IndexName":"some","KeySchema":[{"AttributeName":"l","KeyType":"HASH"}],
                "Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x"]}}]
                """#)
        try engine.put(#"{"pk":{"S":"a"},"sk":{"S":"b"},"l":{"N":"1"},"x":{"S":"x"},"y":{"S":"y"}}"#)
        func query(_ index: String, _ condition: String, _ more: String = "") -> String {
            engine.error(
                "Query",
                #"{"TableName":"tab","IndexName":"\#(index)","KeyConditionExpression":"\#(condition)","#
                    + #""ExpressionAttributeValues":{":v":{\#(index == "keys" ? #""S":"a""# : #""N":"1""#)}}\#(more)}"#)
        }
        #expect(
            query("keys", "pk = :v")
                == #"answered {"Count":1,"Items":[{"l":{"N":"1"},"pk":{"S":"a"},"sk":{"S":"b"}}],"ScannedCount":1}"#)
        #expect(
            query("keys", "pk = :v", #","Select":"ALL_ATTRIBUTES","ReturnConsumedCapacity":"INDEXES""#)
                == #"answered {"Count":1,"Items":[{"l":{"N":"1"},"pk":{"S":"a"},"sk":{"S":"b"},"x":{"S":"x"},"y":{"S":"y"}}],"#
                + #""ScannedCount":1,"ConsumedCapacity":{"TableName":"tab","CapacityUnits":1.0,"Table":{"CapacityUnits":0.5},"#
                + #""LocalSecondaryIndexes":{"keys":{"CapacityUnits":0.5}}}}"#)
        #expect(
            query("some", "l = :v")
                == #"answered {"Count":1,"Items":[{"l":{"N":"1"},"pk":{"S":"a"},"sk":{"S":"b"},"x":{"S":"x"}}],"ScannedCount":1}"#
        )
        #expect(
            query("some", "l = :v", #","Select":"ALL_ATTRIBUTES""#)
                == "ValidationException: One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
                + "supported for global secondary index some because its projection type is not ALL")
        #expect(
            query("some", "l = :v", #","ConsistentRead":true"#)
                == "ValidationException: Consistent reads are not supported on global secondary indexes")
        #expect(
            query("none", "l = :v") == "ValidationException: The table does not have the specified index: none")
        #expect(
            engine.error("PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"a"},"sk":{"S":"b"},"l":{"S":"no"}}}"#)
                == "ValidationException: One or more parameter values were invalid: Type mismatch for Index Key l Expected: N "
                + "Actual: S IndexName: keys")
    }

    // MARK: Wrong requests

    @Test(
        "A Query whose request is wrong is refused with AWS's text",
        arguments: [
            (
                #""Limit":0,"KeyConditionExpression":"pk = :p""#,
                "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater "
                    + "than or equal to 1"
            ),
            (
                #""FilterExpression":"v = :p""#,
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
            ),
            (#""KeyConditionExpression":"sk = :p""#, "Query condition missed key schema element: pk"),
            (
                #""KeyConditionExpression":"pk = :p","FilterExpression":"sk = :p""#,
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk"
            ),
            (
                #""KeyConditionExpression":"pk = :p","ExclusiveStartKey":{"pk":{"S":"a"}}"#,
                "The provided starting key is invalid"
            ),
            (
                #""KeyConditionExpression":"pk = :p","ExclusiveStartKey":{"pk":{"S":"a"},"x":{"N":"1"}}"#,
                "The provided starting key is invalid"
            ),
            (
                #""KeyConditionExpression":"pk = :p","ExclusiveStartKey":{"pk":{"S":"a"},"sk":{"S":"1"}}"#,
                "The provided key element does not match the schema"
            ),
            (
                #""KeyConditionExpression":"pk = :p","ExclusiveStartKey":{"pk":{"S":"z"},"sk":{"N":"1"}}"#,
                "The provided starting key is outside query boundaries based on provided conditions"
            ),
            (
                #""KeyConditionExpression":"pk = :p","Select":"SPECIFIC_ATTRIBUTES""#,
                "1 validation error detected: Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
            ),
            (
                #""KeyConditionExpression":"pk = :p","Select":"COUNT","ProjectionExpression":"a""#,
                "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get only the Count"
            ),
            (
                #""KeyConditionExpression":"pk = :p","Select":"ALL_PROJECTED_ATTRIBUTES""#,
                "1 validation error detected: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
            ),
            (
                #""KeyConditionExpression":"pk = :p","KeyConditions":{}"#,
                "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
                    + "{KeyConditions} Expression parameters: {KeyConditionExpression}"
            ),
        ])
    func wrongQuery(_ members: String, _ message: String) throws {
        try engine.makeTable("tab", sort: "N")
        let body = #"{"TableName":"tab","ExpressionAttributeValues":{":p":{"S":"a"}},\#(members)}"#
        #expect(engine.error("Query", body) == "ValidationException: " + message)
    }

    @Test(
        "A Scan whose request is wrong is refused with AWS's text",
        arguments: [
            (
                #""Limit":0"#,
                "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value "
                    + "greater than or equal to 1"
            ),
            (
                #""Segment":0"#,
                "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
                    + "present"
            ),
            (
                #""TotalSegments":4"#,
                "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
                    + "present"
            ),
            (
                #""Segment":5,"TotalSegments":5"#,
                "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less "
                    + "than TotalSegments: 5"
            ),
            (
                #""ExclusiveStartKey":{"pk":{"S":"a"}}"#,
                "The provided starting key is invalid: The provided key element does not match the schema"
            ),
            (
                #""ExclusiveStartKey":{"pk":{"S":"a"},"sk":{}}"#,
                "The provided starting key is invalid: Supplied AttributeValue is empty, must contain exactly one of the "
                    + "supported datatypes"
            ),
        ])
    func wrongScan(_ members: String, _ message: String) throws {
        try engine.makeTable("tab", sort: "N")
        #expect(engine.error("Scan", #"{"TableName":"tab",\#(members)}"#) == "ValidationException: " + message)
    }

    @Test("The segments of a parallel scan are disjoint and together everything", arguments: [1, 2, 3, 7, 1_000_000])
    func segments(_ total: Int) throws {
        try engine.makeTable("tab")
        for number in 0..<200 {
            _ = try engine.run("PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"k\#(number)"}}}"#)
        }
        try engine.engine.commitTurn()
        let segments = total > 10 ? [] : Array(0..<total)
        var sizes: [Int] = []
        for segment in segments {
            var start = ""
            var found = 0
            for _ in 0..<100 {
                let answer = try engine(
                    "Scan", #"{"TableName":"tab","Segment":\#(segment),"TotalSegments":\#(total),"Limit":30\#(start)}"#)
                found += answer.split(separator: #"{"pk":"#).count - 1 - (lastKey(answer) == nil ? 0 : 1)
                guard let key = lastKey(answer) else { break }
                start = #","ExclusiveStartKey":"# + key
            }
            sizes.append(found)
        }
        if total <= 10 {
            #expect(sizes.reduce(0, +) == 200)
            #expect(sizes.allSatisfy { $0 > 0 })
        } else {
            #expect(
                engine.error(
                    "Scan",
                    #"{"TableName":"tab","Segment":1,"TotalSegments":\#(total),"ExclusiveStartKey":{"pk":{"S":"k1"}}}"#)
                    == "ValidationException: The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
                    + "ExclusiveStartKey with correct Segment. TotalSegments: \(total) Segment: 1")
        }
    }
}
