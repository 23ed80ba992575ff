import Testing

@testable import AWSProtocols

@Suite("The query protocol") struct QueryTests {
    private func read(_ form: String) throws -> QueryRequest { try QueryRequest(Array(form.utf8)) }

    @Test("Names are paths into the request: lists count from any number, and their order is that of the numbers")
    func paths() throws {
        let request = try read(
            "Action=GetMetricStatistics&Version=2010-08-01&Statistics.member.10=Sum&Statistics.member.2=Average"
                + "&Dimensions.member.1.Name=TableName&Dimensions.member.1.Value=a%2Bb+c&Empty=")
        #expect(request.action == "GetMetricStatistics" && request.version == "2010-08-01")
        let input = try #require(Input(request.document))
        #expect(try input.strings("Statistics") == ["Average", "Sum"])
        let dimension = try #require(try input.structures("Dimensions")?.first)
        #expect(try dimension.string("Name") == "TableName")
        #expect(try dimension.string("Value") == "a+b c")
        #expect(try input.strings("Empty") == [])
        #expect(try input.string("Absent") == nil)
    }

    @Test("A scalar is what its text says, and a text that does not say it is AWS's error")
    func scalars() throws {
        let input = try #require(
            Input(try read("Period=60&When=2025-08-12T00%3A00%3A00Z&Yes=true&Word=x").document))
        #expect(try input.integer("Period") == 60)
        #expect(try input.timestamp("When") == 1_754_956_800)
        #expect(try input.boolean("Yes") == true)
        for failing in [{ _ = try input.integer("Word") }, { _ = try input.boolean("Word") }] as [() throws -> Void] {
            #expect { try failing() } throws: { ($0 as? ServiceError)?.code == "MalformedInput" }
        }
        #expect { _ = try input.timestamp("Word") } throws: { error in
            (error as? ServiceError)?.message == "timestamp must follow ISO8601"
        }
    }

    @Test("A path that is nested without end is refused, and odd forms are read without harm")
    func odd() throws {
        #expect(throws: ServiceError.self) { try read(String(repeating: "a.", count: 50) + "b=1") }
        for form in ["", "&", "=", "==&&=", "%", "%4", "a.=1", ".=1", "a=1&a.b=2", "a.member.x=1", "a.member=1&b"] {
            _ = try read(form)
        }
        // A huge number of an element makes no huge list.
        let input = try #require(Input(try read("L.member.999999999999=a&L.member.1=b").document))
        #expect(try input.strings("L") == ["b", "a"])
    }

    @Test("An answer is AWS's XML to the byte")
    func answer() {
        let result = Document.members([
            "Label": .text("a<b>&\"c\u{1}"), "Datapoints": .list([]),
            "Points": .list([
                .members(["Timestamp": .timestamp(1_754_956_800), "Sum": .double(1.5), "Count": .integer(2)])
            ]),
            "Flag": .boolean(true), "Nothing": nil,
        ])
        let text = QueryResponse.bytes(result, action: "Get", namespace: "urn:x", requestID: "id")
        #expect(
            String(decoding: text, as: UTF8.self) == """
                <GetResponse xmlns="urn:x">
                  <GetResult>
                    <Label>a&lt;b&gt;&amp;&quot;c\u{FFFD}</Label>
                    <Datapoints/>
                    <Points>
                      <member>
                        <Timestamp>2025-08-12T00:00:00Z</Timestamp>
                        <Sum>1.5</Sum>
                        <Count>2</Count>
                      </member>
                    </Points>
                    <Flag>true</Flag>
                  </GetResult>
                  <ResponseMetadata>
                    <RequestId>id</RequestId>
                  </ResponseMetadata>
                </GetResponse>

                """)
    }

    @Test("An error says whose fault it is; one of AWS's front has the front's namespace")
    func errors() {
        func text(_ error: ServiceError) -> String {
            String(decoding: QueryResponse.bytes(error, namespace: "urn:x", requestID: "id"), as: UTF8.self)
        }
        #expect(
            text(.validation("no")) == """
                <ErrorResponse xmlns="urn:x">
                  <Error>
                    <Type>Sender</Type>
                    <Code>ValidationError</Code>
                    <Message>no</Message>
                  </Error>
                  <RequestId>id</RequestId>
                </ErrorResponse>

                """)
        #expect(text(.internalFailure).contains("<Type>Receiver</Type>"))
        let unknown = text(.unknownAction("Nothing", version: "2011-06-15"))
        #expect(unknown.contains("xmlns=\"http://webservices.amazon.com/AWSFault/2005-15-09\""))
        #expect(unknown.contains("<Message>Could not find operation Nothing for version 2011-06-15</Message>"))
    }
}
