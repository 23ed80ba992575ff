import AWSProtocols

/// The metrics that there are.
enum ListMetrics {
    static let action = ServiceAction<CloudWatchContext>(
        "ListMetrics",
        supported: [
            "Namespace", "MetricName", "Dimensions", "NextToken", "RecentlyActive", "IncludeLinkedAccounts",
            "OwningAccount",
        ]
    ) { (input, context) throws(ServiceError) in
        let request = try Request(input)
        // A metric without samples for two weeks is not shown. Source: the API reference.
        let seconds: Int64 = request.isRecentlyActive ? 3 * 3600 : 14 * 86_400
        let since = (context.now - seconds) / 60
        var found: [NamedMetric] = []
        if request.owner == nil || request.owner == context.account {
            for (metric, lastMinute) in try context.source.metrics() where lastMinute >= since {
                if request.takes(metric) { found.append(metric) }
            }
        }
        let page = found.dropFirst(request.first).prefix(pageMax)
        return .members([
            "Metrics": .list(page.map(\.document)),
            "NextToken": page.endIndex < found.endIndex ? .text(token(page.endIndex)) : nil,
            "OwningAccounts": request.includesAccounts ? .list(page.map { _ in .text(context.account) }) : nil,
        ])
    }

    /// The metrics of one answer, at most. Source: the API reference.
    static let pageMax = 500

    /// A page begins after so many metrics.
    private static func token(_ first: Int) -> String { "metrics/\(first)" }

    private struct Request {
        private let namespace: String?
        private let name: String?
        private let filters: [(name: String, value: String?)]
        let isRecentlyActive: Bool
        let owner: String?
        let includesAccounts: Bool
        let first: Int

        init(_ input: Input) throws(ServiceError) {
            namespace = try input.string("Namespace")
            name = try input.string("MetricName")
            let dimensions = try input.structures("Dimensions") ?? []
            let recently = try input.string("RecentlyActive")
            owner = try input.string("OwningAccount")
            includesAccounts = try input.boolean("IncludeLinkedAccounts") ?? false
            let missing = try MetricParameters.missing(in: dimensions, at: "Dimensions", isValueWanted: false)
            if !missing.isEmpty { throw .missingParameters(missing) }
            var constraints = Constraints()
            try MetricParameters.check(namespace: namespace, name: name, dimensions, &constraints)
            constraints.check(recently, at: "recentlyActive", in: ["PT3H"])
            try constraints.check()
            isRecentlyActive = recently != nil
            filters = try dimensions.map { (dimension) throws(ServiceError) in
                (try dimension.string("Name") ?? "", try dimension.string("Value"))
            }
            guard let token = try input.string("NextToken") else {
                first = 0
                return
            }
            guard token.hasPrefix("metrics/"), let first = Int(token.dropFirst("metrics/".count)), first > 0 else {
                throw .invalidParameterValue("Request parameter NextToken is invalid")
            }
            self.first = first
        }

        func takes(_ metric: NamedMetric) -> Bool {
            if let namespace, namespace != metric.namespace { return false }
            if let name, name != metric.name { return false }
            return filters.allSatisfy { filter in
                metric.dimensions.contains { dimension in
                    dimension.name == filter.name && (filter.value == nil || filter.value == dimension.value)
                }
            }
        }
    }
}

extension NamedMetric {
    /// The structure Metric.
    fileprivate var document: Document {
        .members([
            "Namespace": .text(namespace), "MetricName": .text(name),
            "Dimensions": .list(dimensions.map { .members(["Name": .text($0.name), "Value": .text($0.value)]) }),
        ])
    }
}
