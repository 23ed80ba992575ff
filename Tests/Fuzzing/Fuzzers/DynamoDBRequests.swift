import DynamoDB

/// Requests of every operation, made from the list with its parameters: an operation that is added there is fuzzed without being named here.
struct DynamoDBRequests {
    /// A request for this operation: most of its parameters, each with a value that it may have, and now and then one of another's.
    func body(of operation: Operation, _ random: inout SeededRandom) -> [UInt8] {
        var body: [UInt8] = [0x7B]
        let most = random.pick([2, 3, 5, 100])
        for parameter in operation.parameters {
            let isUsual = Self.usual.contains(parameter.name)
            guard isUsual ? !random.once(in: 20) : random.once(in: most == 100 ? 100 : most) else { continue }
            if body.count > 1 { body.append(0x2C) }
            body += "\"\(parameter.name)\":".utf8
            body += value(of: parameter.name, &random).utf8
        }
        body.append(0x7D)
        return body
    }

    private func value(of name: String, _ random: inout SeededRandom) -> String {
        if random.once(in: 30) { return random.pick(Self.values[random.below(Self.values.count)].values) }
        let known = Self.values.first { $0.names.contains(name) }
        return random.pick(known?.values ?? Self.anything)
    }

    /// The tables that the requests speak of.
    static let tables = [
        #"""
        {"TableName":"tab","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
        "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"BillingMode":"PAY_PER_REQUEST"}
        """#,
        #"""
        {"TableName":"num","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"N"},
        {"AttributeName":"sk","AttributeType":"B"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
        {"AttributeName":"sk","KeyType":"RANGE"}],"BillingMode":"PAY_PER_REQUEST"}
        """#,
        #"""
        {"TableName":"orders","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},
        {"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"g","AttributeType":"N"}],
        "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],
        "GlobalSecondaryIndexes":[{"IndexName":"GSI1","KeySchema":[{"AttributeName":"g","KeyType":"HASH"},
        {"AttributeName":"sk","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}],
        "LocalSecondaryIndexes":[{"IndexName":"LSI1","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
        {"AttributeName":"g","KeyType":"RANGE"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["x"]}}],
        "BillingMode":"PAY_PER_REQUEST"}
        """#,
    ]

    /// Parameters without which most requests come to nothing.
    private static let usual: Set<String> = [
        "TableName", "Key", "Item", "RequestItems", "TransactItems", "ResourceArn",
    ]

    private static let keys = [
        #"{"pk":{"S":"a"}}"#, #"{"pk":{"S":"b"},"sk":{"S":"1"}}"#, #"{"pk":{"N":"1.5e3"},"sk":{"B":"AAE="}}"#,
        #"{"pk":{"S":"a"},"sk":{"S":"2"},"g":{"N":"7"}}"#,
    ]
    private static let items = [
        #"""
        {"pk":{"S":"a"},"x":{"N":"-12.50"},"y":{"SS":["q","p"]},"z":{"M":{"m":{"L":[{"BOOL":true},{"NULL":true},
        {"B":"AQ=="}]}}}}
        """#,
        #"{"pk":{"S":"b"},"sk":{"S":"1"},"g":{"N":"7"},"x":{"S":"\u00e9\ud83d\ude00"},"n":{"NS":["1","1e2"]}}"#,
        #"{"pk":{"N":"1.5e3"},"sk":{"B":"AAE="},"bs":{"BS":["AQ==","Ag=="]},"e":{"S":""}}"#,
        #"{"pk":{"S":"c"},"n":{"N":"99999999999999999999999999999999999999"},"t":{"N":"1e-130"}}"#,
    ]

    private static let conditions = quoted([
        "attribute_exists(pk)", "attribute_not_exists(#a) AND x < :n", "x = :n OR (NOT size(y) > :n)",
        "begins_with(x, :s)",
        "contains(y, :s)", "x BETWEEN :n AND :m", "x IN (:n, :m, :s)", "z.m[0] <> :b", "attribute_type(x, :s)",
        "((((x = x))))",
    ])

    /// Values by the names of the parameters that take them.
    private static let values: [(names: Set<String>, values: [String])] = [
        (["TableName", "ExclusiveStartTableName"], quoted(["tab", "num", "orders", "new", "no"])),
        (["Key", "ExclusiveStartKey"], keys),
        (["Item"], items),
        (["ConditionExpression", "FilterExpression"], conditions),
        (
            ["KeyConditionExpression"],
            quoted([
                "pk = :s", "pk = :s AND sk > :s", "#a = :s AND begins_with(sk, :s)", "g = :n AND sk BETWEEN :s AND :t",
                "pk = :n",
            ])
        ),
        (
            ["UpdateExpression"],
            quoted([
                "SET x = :n", "SET x = if_not_exists(x, :n) + :m REMOVE y", "ADD x :n DELETE y :ss",
                "SET z.m[3] = :b, #a.k = :s",
                "SET l = list_append(:l, l)", "REMOVE z.m[0], z.m[1]", "ADD n :ns",
            ])
        ),
        (["ProjectionExpression"], quoted(["pk", "pk, x, z.m[0]", "#a, z.m[1].k", "x[0][1][2]"])),
        (["ExpressionAttributeNames"], [##"{"#a":"pk"}"##, ##"{"#a":"z","#b":"y"}"##, "{}"]),
        (
            ["ExpressionAttributeValues"],
            [
                #"{":s":{"S":"a"},":n":{"N":"1"}}"#,
                #"""
                {":s":{"S":"1"},":t":{"S":"9"},":n":{"N":"7"},":m":{"N":"8.5"},":b":{"BOOL":false},
                ":ss":{"SS":["p"]},":l":{"L":[]},":ns":{"NS":["5"]}}
                """#,
                #"{":s":{"S":"S"}}"#, #"{":n":{"N":"1"}}"#,
            ]
        ),
        (
            ["RequestItems"],
            [
                #"""
                {"tab":[{"PutRequest":{"Item":{"pk":{"S":"a"},"x":{"N":"1"}}}},
                {"DeleteRequest":{"Key":{"pk":{"S":"b"}}}}]}
                """#,
                #"""
                {"tab":{"Keys":[{"pk":{"S":"a"}}]},"orders":{"Keys":[{"pk":{"S":"b"},"sk":{"S":"1"}}],
                "ProjectionExpression":"x"}}
                """#,
            ]
        ),
        (
            ["TransactItems"],
            [
                #"""
                [{"Put":{"TableName":"tab","Item":{"pk":{"S":"a"}}}},{"Update":{"TableName":"orders",
                "Key":{"pk":{"S":"b"},"sk":{"S":"1"}},"UpdateExpression":"SET x = :n",
                "ExpressionAttributeValues":{":n":{"N":"1"}}}}]
                """#,
                #"""
                [{"Get":{"TableName":"tab","Key":{"pk":{"S":"a"}}}},{"Get":{"TableName":"num",
                "Key":{"pk":{"N":"1500"},"sk":{"B":"AAE="}}}}]
                """#,
                #"""
                [{"Delete":{"TableName":"tab","Key":{"pk":{"S":"a"}}}},{"ConditionCheck":{"TableName":"tab",
                "Key":{"pk":{"S":"c"}},"ConditionExpression":"attribute_exists(pk)"}}]
                """#,
            ]
        ),
        (
            ["Expected", "QueryFilter", "ScanFilter", "KeyConditions"],
            [
                #"""
                {"pk":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}}"#,
                 #"{"x":{"Value":{"N":"1"},"Exists":true}}
                """#,
                #"""
                {"y":{"ComparisonOperator":"IN","AttributeValueList":[{"S":"a"},{"N":"1"}]}}"#,
                 #"{"x":{"ComparisonOperator":"NULL"}}
                """#,
            ]
        ),
        (["AttributeUpdates"], [#"{"x":{"Action":"ADD","Value":{"N":"1"}},"y":{"Action":"DELETE"}}"#]),
        (["AttributesToGet", "TagKeys"], [#"["pk","x"]"#, "[]"]),
        (["Limit", "Segment", "TotalSegments"], ["1", "0", "3", "-1", "2147483648", "1.5", "1e9"]),
        (["ConsistentRead", "ScanIndexForward", "DeletionProtectionEnabled"], ["true", "false"]),
        (["IndexName"], quoted(["GSI1", "LSI1", "none"])),
        (
            [
                "ReturnValues", "ReturnValuesOnConditionCheckFailure", "ReturnConsumedCapacity",
                "ReturnItemCollectionMetrics", "Select", "ConditionalOperator",
            ],
            quoted([
                "ALL_OLD", "ALL_NEW", "UPDATED_NEW", "UPDATED_OLD", "NONE", "TOTAL", "INDEXES", "SIZE", "COUNT",
                "ALL_ATTRIBUTES",
                "SPECIFIC_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "AND", "OR",
            ])
        ),
        (
            ["KeySchema"],
            [
                #"[{"AttributeName":"pk","KeyType":"HASH"}]"#,
                #"[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"g","KeyType":"RANGE"}]"#,
            ]
        ),
        (
            ["AttributeDefinitions"],
            [
                #"[{"AttributeName":"pk","AttributeType":"S"}]"#,
                #"""
                [{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},
                {"AttributeName":"g","AttributeType":"N"}]
                """#,
            ]
        ),
        (
            ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"],
            [
                #"[{"IndexName":"i","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]"#
            ]
        ),
        (
            ["GlobalSecondaryIndexUpdates"],
            [
                #"""
                [{"Create":{"IndexName":"i","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],
                "Projection":{"ProjectionType":"ALL"}}}]
                """#,
                #"[{"Delete":{"IndexName":"i"}}]"#,
            ]
        ),
        (["BillingMode"], quoted(["PAY_PER_REQUEST", "PROVISIONED"])),
        (["ProvisionedThroughput"], [#"{"ReadCapacityUnits":5,"WriteCapacityUnits":5}"#]),
        (
            ["TimeToLiveSpecification"],
            [#"{"AttributeName":"x","Enabled":true}"#, #"{"AttributeName":"x","Enabled":false}"#]
        ),
        (["ResourceArn"], quoted(["arn:aws:dynamodb:us-east-1:000000000000:table/tab"])),
        (["Tags"], [#"[{"Key":"k","Value":"v"}]"#]),
        (["ClientRequestToken"], quoted(["token-1", "token-2"])),
    ]

    /// For parameters of which nothing is known here.
    private static let anything =
        ["{}", "[]", "null", "1", "-1e400", #""""#, "[[]]", #"{"a":{"b":[1,"c"]}}"#, "true"]
        + quoted(["a", "arn:aws:x"]) + keys + items

    /// Items and keys as JSON.
    static let sampleItems = keys + items

    /// Pieces of JSON and of expressions that mean something.
    static let words: [[UInt8]] =
        [
            "{", "}", "[", "]", ",", ":", "\"", "null", "\\u0000", "\\ud800", "\\", "-", "#", "\u{E9}", ":n", "1e125",
            #"{"S":"a"}"#, #"{"N":"1"}"#, #"{"L":["#, #"{"M":{"#, #""S":"#, #"{"SS":[]}"#, #"{"BS":["AA=="]}"#,
            "0000000000000000000000000000000000000001", " AND ", "((((((((", "))))", "NOT ", "size(", "a.b[0]", "SET ",
            "[99999999999999999999]", "[2147483648]",
        ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0x80]]

    private static func quoted(_ texts: [String]) -> [String] { texts.map { "\"\($0)\"" } }
}
