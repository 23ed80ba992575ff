import AWSProtocols
import DynamoDB
import Testing

@testable import CloudWatch

@Suite("GetMetricData") struct GetMetricDataTests {
    private static func query(
        _ id: String, table: String = "orders", period: Int = 60, stat: String = "Sum"
    ) -> Document {
        .members([
            "Id": .text(id),
            "MetricStat": .members([
                "Metric": .members([
                    "Namespace": .text("AWS/DynamoDB"), "MetricName": .text("ConsumedReadCapacityUnits"),
                    "Dimensions": dimensions(["TableName": table]),
                ]), "Period": .integer(Int64(period)), "Stat": .text(stat),
            ]),
        ])
    }

    private static func request(_ queries: [Document]) -> Document {
        .members([
            "MetricDataQueries": .list(queries), "StartTime": .timestamp(Double(midnight)),
            "EndTime": .timestamp(Double(midnight + 3600)),
        ])
    }

    private static func source() -> FakeSource {
        let source = FakeSource()
        for table in ["orders", "products"] {
            source.add(
                "ConsumedReadCapacityUnits", [("TableName", table)],
                Dictionary(uniqueKeysWithValues: (0..<5).map { (midnight / 60 + $0, [Double($0) + 1]) }))
        }
        return source
    }

    /// Id, label, status, and the values with the minutes after midnight.
    private func results(_ answer: Input) throws -> [String] {
        try #require(try answer.structures("MetricDataResults")).map { result in
            guard case .list(let timestamps) = result.value("Timestamps"),
                case .list(let values) = result.value("Values")
            else { return "none" }
            let points = zip(timestamps, values).map { timestamp, value in
                guard case (.timestamp(let seconds), .double(let number)) = (timestamp, value) else { return "?" }
                return "\((Int64(seconds) - midnight) / 60)=\(number)"
            }
            let words = try ["Id", "Label", "StatusCode"].map { try result.string($0) ?? "none" }
            return (words + points).joined(separator: " ")
        }
    }

    @Test("Each query has its values, the latest first unless it is asked otherwise")
    func order() throws {
        let request = Self.request([
            Self.query("a"), Self.query("b", table: "products"), Self.query("c", table: "none"),
        ])
        let name = "ConsumedReadCapacityUnits"
        #expect(
            try results(try ask("GetMetricData", Self.source(), request)) == [
                "a \(name) Complete 4=5.0 3=4.0 2=3.0 1=2.0 0=1.0", "b \(name) Complete 4=5.0 3=4.0 2=3.0 1=2.0 0=1.0",
                "c \(name) Complete",
            ])
        let ascending = request.with(["ScanBy": .text("TimestampAscending")])
        #expect(
            try results(try ask("GetMetricData", Self.source(), ascending))[0].hasSuffix(
                "0=1.0 1=2.0 2=3.0 3=4.0 4=5.0"))
    }

    @Test("A label tells the queries of a request apart by what differs; a given one stays; ReturnData hides")
    func labels() throws {
        func labels(_ queries: [Document]) throws -> [String] {
            try #require(
                try ask("GetMetricData", Self.source(), Self.request(queries)).structures("MetricDataResults")
            ).map { try $0.string("Label") ?? "" }
        }
        let name = "ConsumedReadCapacityUnits"
        #expect(try labels([Self.query("a"), Self.query("b", stat: "Average")]) == [name + " Sum", name + " Average"])
        #expect(try labels([Self.query("a"), Self.query("b", period: 300)]) == [name + " 60", name + " 300"])
        #expect(
            try labels([Self.query("a"), Self.query("b", period: 300, stat: "Minimum")])
                == [name + " Sum 60", name + " Minimum 300"])
        let mine = Self.query("a").with(["Label": .text("mine")])
        #expect(try labels([mine, Self.query("b").with(["ReturnData": .boolean(false)])]) == ["mine"])
    }

    @Test(
        "Pages hold so many values, and together they are the whole, in either order", arguments: [1, 2, 3, 4, 7, 10])
    func pages(_ size: Int) throws {
        for order in ["TimestampAscending", "TimestampDescending"] {
            var request = Self.request([Self.query("a"), Self.query("b", table: "products", period: 120)])
            request = request.with(["ScanBy": .text(order)])
            var whole: [String: [Substring]] = [:]
            var pieces: [String: [Substring]] = [:]
            for result in try results(try ask("GetMetricData", Self.source(), request)) {
                let words = result.split(separator: " ")
                whole[String(words[0]), default: []] += words.dropFirst(4)
            }
            request = request.with(["MaxDatapoints": .integer(Int64(size))])
            for _ in 0..<20 {
                let answer = try ask("GetMetricData", Self.source(), request)
                let page = try results(answer).map { $0.split(separator: " ") }
                #expect(page.reduce(0) { $0 + $1.count - 4 } <= size)
                for words in page { pieces[String(words[0]), default: []] += words.dropFirst(4) }
                guard let token = try answer.string("NextToken") else { break }
                request = request.with(["NextToken": .text(token)])
            }
            #expect(pieces == whole)
        }
    }

    @Test("An answer is made of a bounded number of samples; the rest comes with the next page")
    func work() throws {
        let source = FakeSource()
        let minutes = Dictionary(uniqueKeysWithValues: (0..<Int64(60_000)).map { (midnight / 60 + $0, [1.0]) })
        source.add("ConsumedReadCapacityUnits", [("TableName", "orders")], minutes)
        var request = Self.request((0..<5).map { Self.query("q\($0)", period: 86_400) })
        request = request.with(["EndTime": .timestamp(Double(midnight + 60_000 * 60))])
        let answer = try ask("GetMetricData", source, request)
        #expect(try answer.structures("MetricDataResults")?.count == 2)
        #expect(try answer.string("NextToken") != nil)
    }

    @Test(
        "What is missing, not supported or out of bounds is CloudWatch's error",
        arguments: [
            ([query("a")], ["StartTime": nil], "ValidationError: The parameter StartTime is required.\n"),
            (
                [.members(["Id": .text("a")])], [:],
                "ValidationError: The parameter MetricDataQueries.member.1.MetricStat is required.\n"
            ),
            (
                [query("a"), query("b", stat: "None")], [:],
                "ValidationError: The value None for parameter MetricDataQueries.member.2.MetricStat.Stat is not a valid statistic.\n"
            ),
            (
                [query("a", stat: "p99")], [:],
                "ValidationError: The value p99 for parameter MetricDataQueries.member.1.MetricStat.Stat is not a valid statistic.\n"
            ),
            (
                [query("A")], [:],
                "ValidationError: The value A for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.\n"
            ),
            (
                [query("a"), query("a")], [:],
                "ValidationError: The values for parameter Id in MetricDataQueries are not unique.\n"
            ),
            (
                [.members(["Id": .text("e1"), "Expression": .text("m1 * 2")])], [:],
                "ValidationError: Error in expression 'e1': metric math is not supported.\n"
            ),
            (
                [query("a").with(["Expression": .text("m1")])], [:],
                "ValidationError: The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have specified both.\n"
            ),
            (
                [query("a", period: 90)], [:],
                "ValidationError: The value 90 for parameter MetricDataQueries.member.1.MetricStat.Period must be a multiple of 60.\n"
            ),
            (
                [query("a")], ["EndTime": .timestamp(Double(midnight))],
                "ValidationError: The parameter StartTime must not equal parameter EndTime.\n"
            ),
            (
                [query("a")], ["EndTime": .timestamp(Double(midnight - 60))],
                "ValidationError: The parameter EndTime must be greater than StartTime.\n"
            ),
            (
                [query("a")], ["ScanBy": .text("Up")],
                "ValidationError: 1 validation error detected: Value 'Up' at 'scanBy' failed to satisfy constraint: Member must satisfy enum value set: [TimestampDescending, TimestampAscending]"
            ),
            (
                [query("a")], ["NextToken": .text("data/9")],
                "InvalidNextToken: The value for parameter NextToken is invalid."
            ),
            (
                [query("a")], ["NextToken": .text("x")],
                "InvalidNextToken: The value for parameter NextToken is invalid."
            ),
            (
                (0...500).map { query("q\($0)") }, [:],
                "ValidationError: The collection MetricDataQueries must not have a size greater than 500.\n"
            ),
        ] as [([Document], KeyValuePairs<String, Document?>, String)])
    func refused(_ queries: [Document], _ change: KeyValuePairs<String, Document?>, _ message: String) {
        #expect(refusal("GetMetricData", Self.request(queries).with(change)) == message)
    }
}

@Suite("ListMetrics") struct ListMetricsTests {
    private func names(_ answer: Input) throws -> [String] {
        try #require(try answer.structures("Metrics")).map { metric in
            let dimensions = try #require(try metric.structures("Dimensions")).map { dimension in
                "\(try dimension.string("Name") ?? "")=\(try dimension.string("Value") ?? "")"
            }
            return ([try metric.string("MetricName") ?? ""] + dimensions).joined(separator: " ")
        }
    }

    private static func source() -> FakeSource {
        let source = FakeSource()
        source.add("UserErrors", [], [midnight / 60: [1]])
        source.add(
            "SuccessfulRequestLatency", [("TableName", "a"), ("Operation", "Scan")], [midnight / 60 + 1380: [1]])
        source.add("ConsumedReadCapacityUnits", [("TableName", "b")], [midnight / 60 - 14 * 1440: [1]])
        return source
    }

    @Test("Metrics are found by namespace, name and dimensions; one without samples for two weeks is gone")
    func filters() throws {
        func list(_ members: KeyValuePairs<String, Document?>) throws -> [String] {
            try names(try ask("ListMetrics", Self.source(), .members(members)))
        }
        let both = ["UserErrors", "SuccessfulRequestLatency TableName=a Operation=Scan"]
        #expect(try list([:]) == both)
        #expect(try list(["Namespace": .text("AWS/DynamoDB")]) == both)
        #expect(try list(["Namespace": .text("AWS/EC2")]) == [])
        #expect(try list(["MetricName": .text("UserErrors")]) == [both[0]])
        #expect(try list(["Dimensions": .list([.members(["Name": .text("Operation")])])]) == [both[1]])
        #expect(try list(["Dimensions": dimensions(["TableName": "a", "Operation": "Query"])]) == [])
        #expect(try list(["RecentlyActive": .text("PT3H")]) == [both[1]])
        #expect(try list(["OwningAccount": .text("111122223333")]) == [])
    }

    @Test("Pages of 500 follow each other by a token")
    func pages() throws {
        let source = FakeSource()
        for number in 0..<1001 {
            source.add("ConsumedReadCapacityUnits", [("TableName", "t\(number)")], [midnight / 60: [1]])
        }
        var request = Document.members([:])
        var found: [String] = []
        for count in [500, 500, 1] {
            let answer = try ask("ListMetrics", source, request)
            let page = try names(answer)
            #expect(page.count == count)
            found += page
            request = request.with(["NextToken": try answer.string("NextToken").map { .text($0) }])
        }
        #expect(Set(found).count == 1001 && request == .members([:]))
        let odd = Document.members(["NextToken": .text("metrics/-1")])
        #expect(refusal("ListMetrics", odd) == "InvalidParameterValue: Request parameter NextToken is invalid")
        #expect(
            try ask("ListMetrics", source, .members(["NextToken": .text("metrics/99999")])).string("NextToken") == nil)
    }

    @Test("An action is there or absent, not both, and the names are in order")
    func lists() {
        let names = CloudWatchActions.all.map(\.name)
        #expect(names == names.sorted() && CloudWatchActions.absent == CloudWatchActions.absent.sorted())
        #expect(Set(names).isDisjoint(with: CloudWatchActions.absent))
        #expect(names.count + CloudWatchActions.absent.count == 59)
    }
}
