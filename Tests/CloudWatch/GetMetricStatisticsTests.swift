import AWSProtocols
import DynamoDB
import Testing

@testable import CloudWatch

@Suite("GetMetricStatistics") struct GetMetricStatisticsTests {
    private static let request = Document.members([
        "Namespace": .text("AWS/DynamoDB"), "MetricName": .text("ConsumedReadCapacityUnits"),
        "Dimensions": dimensions(["TableName": "orders"]), "StartTime": .timestamp(Double(midnight)),
        "EndTime": .timestamp(Double(midnight + 86_399)), "Period": .integer(3600), "Statistics": .list([.text("Sum")]),
    ])

    private static func source(_ minutes: [Int64: [Double]]) -> FakeSource {
        let source = FakeSource()
        source.add("ConsumedReadCapacityUnits", [("TableName", "orders")], minutes)
        return source
    }

    /// The points of an answer: seconds after midnight, and a statistic.
    private func points(_ answer: Input, _ statistic: String = "Sum") throws -> [[Double]] {
        try #require(try answer.structures("Datapoints")).map { point in
            let timestamp = try #require(try point.timestamp("Timestamp")) - Double(midnight)
            guard case .double(let value) = point.value(statistic) else { return [timestamp] }
            return [timestamp, value]
        }
    }

    @Test("Samples of one period are one point, at the period's start; a period without any has none")
    func periods() throws {
        let first = midnight / 60
        let source = Self.source([
            first: [0.5, 1], first + 59: [2], first + 60: [4], first + 1439: [8], first - 1: [16],
        ])
        let answer = try ask("GetMetricStatistics", source, Self.request)
        #expect(try answer.string("Label") == "ConsumedReadCapacityUnits")
        #expect(try points(answer) == [[0, 3.5], [3600, 4], [82_800, 8]])
    }

    @Test("Periods follow each other from the start, which is rounded down to its minute; the end is exclusive")
    func alignment() throws {
        let first = midnight / 60
        let source = Self.source([first + 2: [1], first + 7: [2], first + 8: [4], first + 12: [8], first + 13: [16]])
        let request = Self.request.with([
            "StartTime": .timestamp(Double(midnight) + 179.9), "EndTime": .timestamp(Double(midnight) + 780),
            "Period": .integer(300),
        ])
        #expect(try points(try ask("GetMetricStatistics", source, request)) == [[120, 1], [420, 6], [720, 8]])
    }

    @Test("Each statistic that is asked for is there, and no other; the unit filters")
    func statistics() throws {
        let source = Self.source([midnight / 60: [1, 2, 6]])
        let all = Self.request.with(["Statistics": .list(Statistic.allCases.map { .text($0.rawValue) })])
        let answer = try ask("GetMetricStatistics", source, all)
        let expected = ["SampleCount": 3.0, "Average": 3, "Sum": 9, "Minimum": 1, "Maximum": 6]
        for (name, value) in expected { #expect(try points(answer, name) == [[0, value]]) }
        let point = try #require(try answer.structures("Datapoints")?.first)
        #expect(try point.string("Unit") == "Count")
        let sum = try ask("GetMetricStatistics", source, Self.request)
        #expect(try #require(try sum.structures("Datapoints")?.first).value("Average") == nil)
        let other = Self.request.with(["Unit": .text("Seconds")])
        #expect(try points(try ask("GetMetricStatistics", source, other)).isEmpty)
        let same = Self.request.with(["Unit": .text("Count")])
        #expect(try points(try ask("GetMetricStatistics", source, same)).count == 1)
    }

    @Test("Other dimensions are another metric")
    func others() throws {
        let source = Self.source([midnight / 60: [1]])
        for odd in [
            dimensions(["TableName": "other"]), dimensions([:]),
            dimensions(["TableName": "orders", "Operation": "Scan"]),
        ] {
            let answer = try ask("GetMetricStatistics", source, Self.request.with(["Dimensions": odd]))
            #expect(try points(answer).isEmpty)
        }
    }

    @Test(
        "What is missing, does not go together or is out of bounds is CloudWatch's error",
        arguments: [
            (
                ["Namespace": nil, "StartTime": nil],
                "MissingParameter: The parameter Namespace is required.\nThe parameter StartTime is required."
            ),
            (["Period": nil], "MissingParameter: The parameter Period is required."),
            (
                ["Dimensions": .list([.members(["Name": .text("TableName")])])],
                "MissingParameter: The parameter Dimensions.member.1.Value is required."
            ),
            (["Statistics": nil], "InvalidParameterCombination: Must specify either Statistics or ExtendedStatistics"),
            (
                ["Statistics": .list([])],
                "InvalidParameterCombination: Must specify either Statistics or ExtendedStatistics"
            ),
            (
                ["ExtendedStatistics": .list([.text("p99")])],
                "InvalidParameterCombination: The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both."
            ),
            (
                ["Statistics": nil, "ExtendedStatistics": .list([.text("p99")])],
                "InvalidParameterValue: The value p99 for parameter ExtendedStatistics.member.1 is not supported: percentiles are not kept."
            ),
            (
                ["Statistics": .list([.text("Sum"), .text("sum")])],
                "InvalidParameterValue: The parameter Statistics.member.2 must be a value in the set [ Sum, Maximum, Minimum, SampleCount, Average ]."
            ),
            (["Period": .integer(61)], "InvalidParameterValue: The parameter Period must be a multiple of 60."),
            (
                ["Period": .integer(0)],
                "ValidationError: 1 validation error detected: Value '0' at 'period' failed to satisfy constraint: Member must have value greater than or equal to 1"
            ),
            (
                ["EndTime": .timestamp(Double(midnight))],
                "InvalidParameterValue: The parameter StartTime must not equal parameter EndTime."
            ),
            (
                ["EndTime": .timestamp(Double(midnight - 1))],
                "InvalidParameterValue: The parameter StartTime must be less than the parameter EndTime."
            ),
            (
                ["EndTime": .timestamp(Double(midnight + 86_400)), "Period": .integer(1)],
                "InvalidParameterCombination: You have requested up to 86400 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
            ),
            (
                ["Namespace": .text("")],
                "ValidationError: 1 validation error detected: Value '' at 'namespace' failed to satisfy constraint: Member must have length greater than or equal to 1"
            ),
            (["Period": .text("x")], "MalformedInput: STRING_VALUE cannot be converted to Integer"),
        ] as [(KeyValuePairs<String, Document?>, String)])
    func refused(_ change: KeyValuePairs<String, Document?>, _ message: String) {
        #expect(refusal("GetMetricStatistics", Self.request.with(change)) == message)
    }

    @Test("Exactly 1,440 periods are answered")
    func bound() throws {
        let request = Self.request.with(["EndTime": .timestamp(Double(midnight + 86_400)), "Period": .integer(60)])
        #expect(try points(try ask("GetMetricStatistics", Self.source([midnight / 60: [1]]), request)) == [[0, 1]])
        #expect(refusal("GetMetricStatistics", request.with(["EndTime": .timestamp(Double(midnight + 86_401))])) != nil)
        // Whatever the moments are, nothing overflows.
        for end in [1e300, .infinity, -1e300] as [Double] {
            #expect(refusal("GetMetricStatistics", request.with(["EndTime": .double(end)])) != nil)
        }
    }
}
