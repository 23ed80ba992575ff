import AWSProtocols

/// A request of GetMetricData, checked. AWS ends each of its messages with a line end here.
struct MetricDataRequest {
    /// The queries that return data.
    let queries: [Query]
    /// Seconds since 1970.
    let start: Double
    /// Seconds since 1970.
    let end: Double
    let isDescending: Bool
    let pointsMax: Int
    let position: MetricDataPosition
    private let labelsStatistic: Bool
    private let labelsPeriod: Bool

    /// One statistic of one metric.
    struct Query {
        let id: String
        let metric: NamedMetric
        let period: Int
        let statistic: Statistic
        let unit: String?
        let label: String?
        let account: String?
        let returnsData: Bool
    }

    init(_ input: Input) throws(ServiceError) {
        let given = try input.structures("MetricDataQueries")
        let (from, to) = (try input.timestamp("StartTime"), try input.timestamp("EndTime"))
        let scanBy = try input.string("ScanBy")
        let pointsMax = try input.integer("MaxDatapoints")
        let missing = ["MetricDataQueries", "StartTime", "EndTime"].filter { input.value($0) == nil }
        guard missing.isEmpty, let given, let from, let to else {
            throw Self.invalid(missing.map { "The parameter \($0) is required." })
        }
        if input.value("LabelOptions") != nil {
            throw Self.invalid(["The parameter LabelOptions is not supported: labels are not dynamic."])
        }
        if given.count > GetMetricData.queriesMax {
            throw Self.invalid([
                "The collection MetricDataQueries must not have a size greater than \(GetMetricData.queriesMax)."
            ])
        }
        var constraints = Constraints()
        constraints.check(scanBy, at: "scanBy", in: ["TimestampDescending", "TimestampAscending"])
        constraints.check(pointsMax, at: "maxDatapoints", in: 1...GetMetricData.pointsMax)
        try constraints.check()
        let all = try Self.queries(given)
        if from == to { throw Self.invalid(["The parameter StartTime must not equal parameter EndTime."]) }
        if from > to { throw Self.invalid(["The parameter EndTime must be greater than StartTime."]) }
        (start, end) = (from, to)
        isDescending = scanBy != "TimestampAscending"
        self.pointsMax = pointsMax ?? GetMetricData.pointsMax
        labelsStatistic = Set(all.map(\.statistic)).count > 1
        labelsPeriod = Set(all.map(\.period)).count > 1
        queries = all.filter(\.returnsData)
        position = try Self.position(try input.string("NextToken"), of: queries)
    }

    private static func invalid(_ messages: [String]) -> ServiceError {
        .validation(messages.map { $0 + "\n" }.joined())
    }

    private static func position(_ token: String?, of queries: [Query]) throws(ServiceError) -> MetricDataPosition {
        guard let token else { return MetricDataPosition(query: 0, after: nil) }
        guard let position = MetricDataPosition(token: token), position.query < queries.count else {
            throw .invalidNextToken("The value for parameter NextToken is invalid.")
        }
        return position
    }

    /// The label that is shown: that of the request, or the metric's name with what tells it from the request's others.
    func label(of query: Query) -> String {
        if let label = query.label { return label }
        var label = query.metric.name
        if labelsStatistic { label += " " + query.statistic.rawValue }
        if labelsPeriod { label += " \(query.period)" }
        return label
    }

    private static func queries(_ given: [Input]) throws(ServiceError) -> [Query] {
        var queries: [Query] = []
        var faults: [String] = []
        for (index, input) in given.enumerated() {
            let (query, found) = try query(input, at: "MetricDataQueries.member.\(index + 1)")
            if let query { queries.append(query) }
            faults += found
        }
        if !faults.isEmpty { throw invalid(faults) }
        if Set(queries.map(\.id)).count < queries.count {
            throw invalid(["The values for parameter Id in MetricDataQueries are not unique."])
        }
        return queries
    }

    /// A query, or what is wrong with it.
    private static func query(_ input: Input, at path: String) throws(ServiceError) -> (Query?, faults: [String]) {
        var faults: [String] = []
        func required<Value>(_ value: Value?, _ name: String) -> Value? {
            if value == nil { faults.append("The parameter \(path).\(name) is required.") }
            return value
        }
        let id = required(try input.string("Id"), "Id")
        if let id, !isID(id) {
            faults.append(
                "The value \(id) for parameter \(path).Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.")
        }
        let label = try input.string("Label")
        if label?.contains("${") == true {
            faults.append("The value for parameter \(path).Label is not supported: labels are not dynamic.")
        }
        let stat = try input.structure("MetricStat")
        if try input.string("Expression") != nil {
            faults.append(
                stat == nil
                    ? "Error in expression '\(id ?? "")': metric math is not supported."
                    : "The parameters MetricDataQuery Expression and MetricStat are mutually exclusive and you have "
                        + "specified both.")
            return (nil, faults)
        }
        guard let stat = required(stat, "MetricStat") else { return (nil, faults) }
        let metric = required(try stat.structure("Metric"), "MetricStat.Metric")
        let period = required(try stat.integer("Period"), "MetricStat.Period")
        let statistic = required(try stat.string("Stat"), "MetricStat.Stat")
        if let period, !MetricParameters.isPeriod(period) {
            faults.append("The value \(period) for parameter \(path).MetricStat.Period must be a multiple of 60.")
        }
        if let statistic, Statistic(rawValue: statistic) == nil {
            faults.append("The value \(statistic) for parameter \(path).MetricStat.Stat is not a valid statistic.")
        }
        let named = try metric.map { (metric) throws(ServiceError) in try name(metric, at: path, &faults) }
        let unit = try stat.string("Unit")
        var constraints = Constraints()
        constraints.check(unit, at: "metricDataQueries.metricStat.unit", in: MetricParameters.units)
        try constraints.check()
        guard faults.isEmpty, let id, let named, let period, let statistic = Statistic(rawValue: statistic ?? "") else {
            return (nil, faults)
        }
        let query = Query(
            id: id, metric: named, period: period, statistic: statistic, unit: unit, label: label,
            account: try input.string("AccountId"), returnsData: try input.boolean("ReturnData") ?? true)
        return (query, [])
    }

    private static func name(
        _ input: Input, at path: String, _ faults: inout [String]
    ) throws(ServiceError) -> NamedMetric {
        let (namespace, name) = (try input.string("Namespace"), try input.string("MetricName"))
        let dimensions = try input.structures("Dimensions") ?? []
        var missing = [("Namespace", namespace), ("MetricName", name)].filter { $0.1 == nil }.map {
            "\(path).MetricStat.Metric.\($0.0)"
        }
        missing += try MetricParameters.missing(
            in: dimensions, at: path + ".MetricStat.Metric.Dimensions", isValueWanted: true)
        faults += missing.map { "The parameter \($0) is required." }
        var constraints = Constraints()
        try MetricParameters.check(namespace: namespace, name: name, dimensions, &constraints)
        try constraints.check()
        return NamedMetric(
            namespace: namespace ?? "", name: name ?? "", dimensions: try MetricParameters.dimensions(dimensions))
    }

    /// A lower-case letter, then letters, digits and underscores.
    private static func isID(_ id: String) -> Bool {
        guard let first = id.utf8.first, (0x61...0x7A).contains(first) else { return false }
        return id.utf8.allSatisfy { byte in
            switch byte {
            case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x5F: true
            default: false
            }
        }
    }
}
