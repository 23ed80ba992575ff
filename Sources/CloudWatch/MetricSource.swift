import AWSProtocols
import DynamoDB

/// A metric as CloudWatch names it: a namespace, a name, and dimensions, each of whose combinations is a metric of its own.
public struct NamedMetric: Hashable, Sendable {
    /// A name and a value that tell metrics of one name apart.
    public struct Dimension: Hashable, Sendable {
        /// The name.
        public let name: String
        /// The value.
        public let value: String

        /// A dimension.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Whose it is: `AWS/DynamoDB`.
    public let namespace: String
    /// The name.
    public let name: String
    /// The dimensions, in the order in which they are shown.
    public let dimensions: [Dimension]

    /// A metric.
    public init(namespace: String, name: String, dimensions: [Dimension]) {
        self.namespace = namespace
        self.name = name
        self.dimensions = dimensions
    }
}

/// Where metrics come from: samples by the minute.
public protocol MetricSource {
    /// The metrics that there are, with the last minute, counted from 1970, of which they have samples.
    func metrics() throws(ServiceError) -> [(metric: NamedMetric, lastMinute: Int64)]

    /// The samples of a metric in a range of minutes, in order, and their unit; nil when there is no such metric. The order of the
    /// dimensions does not matter.
    func samples(
        of metric: NamedMetric, minutes: Range<Int64>
    ) throws(ServiceError) -> (data: [MetricDatum], unit: String)?
}

/// What DynamoDB publishes.
extension Engine: MetricSource {
    /// The namespace of DynamoDB's metrics.
    static let namespace = "AWS/DynamoDB"

    /// The metrics with samples, in the order of their names.
    public func metrics() throws(ServiceError) -> [(metric: NamedMetric, lastMinute: Int64)] {
        do throws(DynamoDBError) {
            return try publishedMetrics().map { ($0.metric.named, $0.lastMinute) }.sorted { left, right in
                (left.metric.name, left.metric.dimensions.map(\.value).joined(separator: "\u{0}"))
                    < (right.metric.name, right.metric.dimensions.map(\.value).joined(separator: "\u{0}"))
            }
        } catch {
            throw .internalFault
        }
    }

    /// The samples of one of DynamoDB's metrics.
    public func samples(
        of metric: NamedMetric, minutes: Range<Int64>
    ) throws(ServiceError) -> (data: [MetricDatum], unit: String)? {
        guard let wanted = Metric(metric) else { return nil }
        do throws(DynamoDBError) {
            return (try data(of: wanted, minutes: minutes), wanted.name.unit)
        } catch {
            throw .internalFault
        }
    }
}

extension Metric {
    /// As CloudWatch names it.
    var named: NamedMetric {
        var dimensions: [NamedMetric.Dimension] = []
        if let table { dimensions.append(.init("TableName", table)) }
        if let index { dimensions.append(.init("GlobalSecondaryIndexName", index)) }
        if let operation { dimensions.append(.init("Operation", operation.rawValue)) }
        return NamedMetric(namespace: Engine.namespace, name: name.rawValue, dimensions: dimensions)
    }

    /// The one that a name of CloudWatch's can only mean; nil for names and dimensions that DynamoDB does not have.
    init?(_ metric: NamedMetric) {
        guard metric.namespace == Engine.namespace, let name = Name(rawValue: metric.name) else { return nil }
        self.init(name)
        for dimension in metric.dimensions {
            switch dimension.name {
            case "TableName" where table == nil: table = dimension.value
            case "GlobalSecondaryIndexName" where index == nil: index = dimension.value
            case "Operation" where operation == nil:
                guard let known = Operation(rawValue: dimension.value) else { return nil }
                operation = known
            default: return nil
            }
        }
    }
}
