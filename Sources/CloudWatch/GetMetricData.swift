import AWSProtocols
import DynamoDB

/// The values of one statistic of each of several metrics, page by page.
enum GetMetricData {
    static let action = ServiceAction<CloudWatchContext>(
        "GetMetricData",
        supported: ["MetricDataQueries", "StartTime", "EndTime", "NextToken", "ScanBy", "MaxDatapoints"],
        refused: ["LabelOptions"]
    ) { (input, context) throws(ServiceError) in
        let request = try MetricDataRequest(input)
        var page = Page(request)
        var results: [Document] = []
        while let query = page.next {
            let periods = Periods(start: request.start, end: request.end, length: query.period)
            var data: [MetricDatum] = []
            if query.account == nil || query.account == context.account,
                let answer = try context.source.samples(of: query.metric, minutes: periods.minutes),
                query.unit == nil || query.unit == answer.unit
            {
                data = answer.data
            }
            results.append(page.take(periods.aggregate(data), of: query, read: data.count))
        }
        return .members([
            "Messages": .list([]), "MetricDataResults": .list(results), "NextToken": page.token.map { .text($0) },
        ])
    }

    /// The values of one answer, at most. Source: the API reference.
    static let pointsMax = 100_800
    /// The queries of one request, at most. Source: the API reference.
    static let queriesMax = 500
    /// The samples that one answer is made from, about: what is left comes with the next page, so that no answer keeps others waiting.
    static let samplesMax = 100_000

    /// What has been answered so far.
    private struct Page {
        private let request: MetricDataRequest
        private var position: MetricDataPosition
        private var pointsLeft: Int
        private var samplesLeft = GetMetricData.samplesMax
        /// Where the next page begins; nil when there is none.
        private(set) var token: String?

        init(_ request: MetricDataRequest) {
            self.request = request
            position = request.position
            pointsLeft = request.pointsMax
        }

        /// The query to be answered next on this page.
        var next: MetricDataRequest.Query? {
            token == nil && position.query < request.queries.count ? request.queries[position.query] : nil
        }

        /// Takes as many points as there is room for, and gives the structure MetricDataResult.
        mutating func take(
            _ all: [(timestamp: Int64, statistics: StatisticSet)], of query: MetricDataRequest.Query, read: Int
        ) -> Document {
            var points = request.isDescending ? all.reversed() : all
            if let after = position.after {
                let isDescending = request.isDescending
                points.removeAll { isDescending ? $0.timestamp >= after : $0.timestamp <= after }
            }
            let taken = points.prefix(pointsLeft)
            pointsLeft -= taken.count
            samplesLeft -= read
            let isWhole = taken.count == points.count
            if isWhole {
                position = MetricDataPosition(query: position.query + 1, after: nil)
                let hasMore = position.query < request.queries.count
                if hasMore, pointsLeft == 0 || samplesLeft <= 0 { token = position.token }
            } else {
                position.after = taken.last?.timestamp ?? position.after
                token = position.token
            }
            return .members([
                "Id": .text(query.id), "Label": .text(request.label(of: query)),
                "Timestamps": .list(taken.map { .timestamp(Double($0.timestamp)) }),
                "Values": .list(taken.map { .double(query.statistic.value(of: $0.statistics)) }),
                "StatusCode": .text(isWhole ? "Complete" : "PartialData"),
            ])
        }
    }
}

/// Where a page of GetMetricData begins.
struct MetricDataPosition: Hashable {
    /// The place of the query among those that return data.
    var query: Int
    /// The timestamp of the last value that was answered of it.
    var after: Int64?

    /// As clients see it.
    var token: String { "data/\(query)" + (after.map { "/\($0)" } ?? "") }

    init(query: Int, after: Int64?) {
        self.query = query
        self.after = after
    }

    /// Reads a token; nil when it is none.
    init?(token: String) {
        let parts = token.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0] == "data", let query = Int(parts[1]), query >= 0 else {
            return nil
        }
        self.query = query
        guard parts.count == 3 else { return }
        guard let after = Int64(parts[2]) else { return nil }
        self.after = after
    }
}
