import AWSProtocols

/// The statistics of one metric over a span of time.
enum GetMetricStatistics {
    static let action = ServiceAction<CloudWatchContext>(
        "GetMetricStatistics",
        supported: [
            "Namespace", "MetricName", "Dimensions", "StartTime", "EndTime", "Period", "Statistics", "Unit",
        ],
        refused: ["ExtendedStatistics"]
    ) { (input, context) throws(ServiceError) in
        let request = try Request(input)
        let answer = try context.source.samples(of: request.metric, minutes: request.periods.minutes)
        var points: [Document] = []
        if let answer, request.unit == nil || request.unit == answer.unit {
            for (timestamp, set) in request.periods.aggregate(answer.data) {
                var members = [Document.Member("Timestamp", .timestamp(Double(timestamp)))]
                // In the order of the model, whatever that of the request.
                for statistic in Statistic.allCases where request.statistics.contains(statistic) {
                    members.append(.init(statistic.rawValue, .double(statistic.value(of: set))))
                }
                members.append(.init("Unit", .text(answer.unit)))
                points.append(.structure(members))
            }
        }
        return .members(["Label": .text(request.metric.name), "Datapoints": .list(points)])
    }

    /// The periods of one answer, at most. Source: the API reference.
    static let pointsMax: Int64 = 1440

    private struct Request {
        let metric: NamedMetric
        let periods: Periods
        let statistics: [Statistic]
        let unit: String?

        init(_ input: Input) throws(ServiceError) {
            let dimensions = try input.structures("Dimensions") ?? []
            let (start, end) = (try input.timestamp("StartTime"), try input.timestamp("EndTime"))
            let period = try input.integer("Period")
            unit = try input.string("Unit")
            metric = NamedMetric(
                namespace: try input.string("Namespace") ?? "", name: try input.string("MetricName") ?? "",
                dimensions: try MetricParameters.dimensions(dimensions))
            let statistics = try input.strings("Statistics") ?? []
            let extended = try input.strings("ExtendedStatistics") ?? []
            try Self.checkMissing(input, dimensions)
            var constraints = Constraints()
            try MetricParameters.check(
                namespace: metric.namespace, name: metric.name, dimensions, &constraints)
            constraints.check(period, at: "period", in: 1...Int(Int32.max))
            constraints.check(unit, at: "unit", in: MetricParameters.units)
            try constraints.check()
            self.statistics = try Self.statistics(statistics, extended)
            periods = try Self.periods(start ?? 0, end ?? 0, period ?? 0)
        }

        private static func checkMissing(_ input: Input, _ dimensions: [Input]) throws(ServiceError) {
            var missing = ["Namespace", "MetricName"].filter { input.value($0) == nil }
            missing += try MetricParameters.missing(in: dimensions, at: "Dimensions", isValueWanted: true)
            missing += ["StartTime", "EndTime", "Period"].filter { input.value($0) == nil }
            if !missing.isEmpty { throw .missingParameters(missing) }
        }

        private static func statistics(
            _ names: [String], _ extended: [String]
        ) throws(ServiceError) -> [Statistic] {
            if names.isEmpty, extended.isEmpty {
                throw .invalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
            }
            if !names.isEmpty, !extended.isEmpty {
                throw .invalidParameterCombination(
                    "The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both."
                )
            }
            if let name = extended.first {
                throw .invalidParameterValue(
                    "The value \(name) for parameter ExtendedStatistics.member.1 is not supported: percentiles are not kept."
                )
            }
            var statistics: [Statistic] = []
            for (index, name) in names.enumerated() {
                guard let statistic = Statistic(rawValue: name) else {
                    let all = MetricParameters.statistics.joined(separator: ", ")
                    throw .invalidParameterValue(
                        "The parameter Statistics.member.\(index + 1) must be a value in the set [ \(all) ].")
                }
                statistics.append(statistic)
            }
            return statistics
        }

        private static func periods(_ start: Double, _ end: Double, _ length: Int) throws(ServiceError) -> Periods {
            guard MetricParameters.isPeriod(length) else {
                throw .invalidParameterValue("The parameter Period must be a multiple of 60.")
            }
            if start == end {
                throw .invalidParameterValue("The parameter StartTime must not equal parameter EndTime.")
            }
            guard start < end else {
                throw .invalidParameterValue("The parameter StartTime must be less than the parameter EndTime.")
            }
            let periods = Periods(start: start, end: end, length: length)
            guard periods.count <= pointsMax else {
                throw .invalidParameterCombination(
                    "You have requested up to \(periods.count) datapoints, which exceeds the limit of \(pointsMax). You may "
                        + "reduce the datapoints requested by increasing Period, or decreasing the time range.")
            }
            return periods
        }
    }
}
