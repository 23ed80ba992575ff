import AWSProtocols
import Loopback
import Reactor
import Testing

@testable import AWSServer

private let dynamodb = "DynamoDB_20120810."
private let cloudWatch = "GraniteServiceVersion20100801"
/// All of time, in one period.
private let span = #""StartTime":0,"EndTime":4102444800,"Period":86400000"#
private let metric =
    #""Namespace":"AWS/DynamoDB","MetricName":"ConsumedWriteCapacityUnits","Dimensions":[{"Name":"TableName","Value":"tab"}]"#

@Suite("CloudWatch in its three protocols") struct CloudWatchWireTests {
    /// Two puts of one unit each, then `body`.
    private func withMetrics(_ body: (SocketAddress) throws -> Void) throws {
        try withEndpoint { address, _ in
            for name in ["a", "b"] {
                let put = request(dynamodb + "PutItem", #"{"TableName":"tab","Item":{"pk":{"S":"\#(name)"}}}"#)
                #expect(try ask(address, put).status == "200 OK")
            }
            try body(address)
        }
    }

    @Test("JSON: by X-Amz-Target, moments in seconds")
    func json() throws {
        try withMetrics { address in
            let body = #"{\#(metric),\#(span),"Statistics":["Sum","SampleCount"]}"#
            let response = try ask(address, request(cloudWatch + ".GetMetricStatistics", body))
            #expect(response.status == "200 OK")
            #expect(response["Content-Type"] == "application/x-amz-json-1.0")
            #expect(response["x-amzn-RequestId"]?.utf8.count == 36)
            #expect(
                response.body
                    == #"{"Label":"ConsumedWriteCapacityUnits","Datapoints":[{"Timestamp":1728000000.0,"SampleCount":2.0,"Sum":2.0,"Unit":"Count"}]}"#
            )
        }
    }

    @Test("JSON: errors have the exception's name; the query protocol's code is told to those who ask for it")
    func jsonErrors() throws {
        try withEndpoint { address, _ in
            let mode = "x-amzn-query-mode: true\r\n"
            let missing = try ask(address, request(cloudWatch + ".GetMetricStatistics", "{\(span)}", more: mode))
            #expect(missing.status == "400 Bad Request")
            #expect(missing["x-amzn-query-error"] == "MissingParameter;Sender")
            #expect(
                missing.body
                    == #"{"__type":"com.amazonaws.cloudwatch.v2010_08_01#MissingRequiredParameterException","message":"The parameter Namespace is required.\nThe parameter MetricName is required."}"#
            )
            let plain = try ask(
                address, request(cloudWatch + ".GetMetricStatistics", "{", type: "application/x-amz-json-1.0"))
            #expect(plain["x-amzn-query-error"] == nil)
            #expect(plain.body == #"{"__type":"com.amazon.coral.service#SerializationException"}"#)
            let unknown = try ask(address, request(cloudWatch + ".PutMetricData", "{}"))
            #expect(unknown.status == "400 Bad Request")
            #expect(unknown.body == #"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#)
        }
    }

    @Test("Query: a form, answered in XML, moments in ISO 8601")
    func query() throws {
        try withMetrics { address in
            let form = "application/x-www-form-urlencoded"
            let asked =
                "Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FDynamoDB&MetricName=ConsumedWriteCapacityUnits"
                + "&Dimensions.member.1.Name=TableName&Dimensions.member.1.Value=tab&StartTime=1970-01-01T00%3A00%3A00Z"
                + "&EndTime=2100-01-01T00%3A00%3A00Z&Period=86400000&Statistics.member.1=Sum"
            let response = try ask(address, request(nil, asked, type: form))
            #expect(response.status == "200 OK" && response["Content-Type"] == "text/xml")
            #expect(
                response.body == """
                    <GetMetricStatisticsResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">
                      <GetMetricStatisticsResult>
                        <Label>ConsumedWriteCapacityUnits</Label>
                        <Datapoints>
                          <member>
                            <Timestamp>2024-10-04T00:00:00Z</Timestamp>
                            <Sum>2.0</Sum>
                            <Unit>Count</Unit>
                          </member>
                        </Datapoints>
                      </GetMetricStatisticsResult>
                      <ResponseMetadata>
                        <RequestId>\(response["x-amzn-RequestId"] ?? "")</RequestId>
                      </ResponseMetadata>
                    </GetMetricStatisticsResponse>

                    """)
            let failed = try ask(address, request(nil, asked + "&Period=61", type: form))
            #expect(failed.status == "400 Bad Request" && failed["x-amzn-query-error"] == nil)
            #expect(failed.body.contains("<Code>InvalidParameterValue</Code>"))
            #expect(failed.body.contains("xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\""))
        }
    }

    /// A request of Smithy's RPC v2, and the answer's head and body.
    private func askCBOR(
        _ address: SocketAddress, _ action: String, _ body: [UInt8], more: String = ""
    ) throws -> (head: TestResponse, body: [UInt8]) {
        let client = try TestClient(address)
        let head =
            "POST /service/\(cloudWatch)/operation/\(action) HTTP/1.1\r\nHost: a\r\nsmithy-protocol: rpc-v2-cbor\r\n"
            + "Content-Type: application/cbor\r\nContent-Length: \(body.count)\r\n\(more)Connection: close\r\n\r\n"
        client.send(Array(head.utf8) + body)
        let all = client.receive(.max)
        let end = try #require(all.indices.dropLast(3).first { Array(all[$0..<($0 + 4)]) == [13, 10, 13, 10] })
        return (TestResponse(String(decoding: all[..<(end + 4)], as: UTF8.self)), Array(all[(end + 4)...]))
    }

    @Test("CBOR: by its path, moments with their tag")
    func cbor() throws {
        try withMetrics { address in
            let asked = Document.members([
                "Namespace": .text("AWS/DynamoDB"), "MetricName": .text("ConsumedWriteCapacityUnits"),
                "Dimensions": .list([.members(["Name": .text("TableName"), "Value": .text("tab")])]),
                "StartTime": .timestamp(0), "EndTime": .timestamp(4_102_444_800), "Period": .integer(86_400_000),
                "Statistics": .list([.text("Sum")]),
            ])
            let (head, body) = try askCBOR(address, "GetMetricStatistics", CBOR.encode(asked))
            #expect(head.status == "200 OK" && head["Content-Type"] == "application/cbor")
            #expect(head["smithy-protocol"] == "rpc-v2-cbor")
            var expected: [UInt8] =
                [0xBF, 0x65] + Array("Label".utf8) + [0x78, 26] + Array("ConsumedWriteCapacityUnits".utf8)
            expected += [0x6A] + Array("Datapoints".utf8) + [0x9F, 0xBF, 0x69] + Array("Timestamp".utf8)
            expected += [0xC1, 0xFB, 0x41, 0xD9, 0xBF, 0xCC, 0, 0, 0, 0, 0x63] + Array("Sum".utf8)
            expected += [0xFB, 0x40, 0, 0, 0, 0, 0, 0, 0, 0x64] + Array("Unit".utf8) + [0x65] + Array("Count".utf8)
            expected += [0xFF, 0xFF, 0xFF]
            #expect(body == expected)
        }
    }

    @Test("CBOR: errors are named as in JSON; what there is not has a status of its own")
    func cborErrors() throws {
        try withEndpoint { address, _ in
            func type(_ body: [UInt8]) throws -> String? {
                try Input(try body.withUnsafeBytes { try CBOR.decode($0) })?.string("__type")
            }
            let mode = "x-amzn-query-mode: true\r\n"
            let missing = try askCBOR(
                address, "ListMetrics", [0xA1, 0x69] + Array("NextToken".utf8) + [0x61, 0x78], more: mode)
            #expect(missing.head.status == "400 Bad Request")
            #expect(missing.head["x-amzn-query-error"] == "InvalidParameterValue;Sender")
            #expect(try type(missing.body) == "com.amazonaws.cloudwatch.v2010_08_01#InvalidParameterValueException")
            let broken = try askCBOR(address, "ListMetrics", [0xA1])
            #expect(try type(broken.body) == "com.amazon.coral.service#SerializationException")
            let unknown = try askCBOR(address, "Nothing", [])
            #expect(unknown.head.status == "404 Not Found")
            #expect(try type(unknown.body) == "com.amazon.coral.service#UnknownOperationException")
            let empty = try askCBOR(address, "ListMetrics", [])
            #expect(empty.head.status == "200 OK")
        }
    }

    @Test("The path without the protocol's field, and the field with another's path, are not found")
    func neither() throws {
        try withEndpoint { address, _ in
            for (path, field) in [
                ("/service/\(cloudWatch)/operation/ListMetrics", ""),
                ("/service/Other/operation/ListMetrics", "smithy-protocol: rpc-v2-cbor\r\n"),
                ("/service/\(cloudWatch)", "smithy-protocol: rpc-v2-cbor\r\n"),
            ] {
                let text = "POST \(path) HTTP/1.1\r\nHost: a\r\n\(field)Content-Length: 0\r\nConnection: close\r\n\r\n"
                let response = try ask(address, text)
                #expect(response.status == "404 Not Found")
            }
        }
    }

    @Test("Requests that are refused before they come to the engine are the user's errors too")
    func userErrors() throws {
        try withEndpoint { address, _ in
            _ = try ask(address, request(dynamodb + "NoSuch", "{}"))
            _ = try ask(address, request(dynamodb + "GetItem", "{}"))
            let body = #"{"Namespace":"AWS/DynamoDB","MetricName":"UserErrors",\#(span),"Statistics":["Sum"]}"#
            let response = try ask(address, request(cloudWatch + ".GetMetricStatistics", body))
            #expect(response.body.contains(#""Sum":2.0"#))
        }
    }
}
