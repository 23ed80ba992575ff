import AWSProtocols
import DynamoDB
import Testing

@testable import CloudWatch

/// Metrics from memory.
final class FakeSource: MetricSource {
    var all: [(metric: NamedMetric, data: [MetricDatum], unit: String)] = []

    /// Adds samples: of each minute the values.
    func add(_ name: String, _ dimensions: [(String, String)], unit: String = "Count", _ minutes: [Int64: [Double]]) {
        let metric = NamedMetric(
            namespace: "AWS/DynamoDB", name: name, dimensions: dimensions.map { .init($0.0, $0.1) })
        let data = minutes.sorted { $0.key < $1.key }.map { minute, values in
            var set = StatisticSet()
            for value in values { set.add(value) }
            return MetricDatum(minute: minute, statistics: set)
        }
        all.append((metric, data, unit))
    }

    func metrics() -> [(metric: NamedMetric, lastMinute: Int64)] {
        all.map { ($0.metric, $0.data.last?.minute ?? 0) }
    }

    func samples(of metric: NamedMetric, minutes: Range<Int64>) -> (data: [MetricDatum], unit: String)? {
        all.first { $0.metric == metric }.map { found in
            (found.data.filter { minutes.contains($0.minute) }, found.unit)
        }
    }
}

/// A whole hour: 2025-08-12T00:00:00Z.
let midnight: Int64 = 1_754_956_800

/// The answer of an action.
func ask(
    _ name: String, _ source: FakeSource, _ request: Document, now: Int64 = midnight + 86_400
) throws -> Input {
    let action = try #require(CloudWatchActions.all.first { $0.name == name })
    let context = CloudWatchContext(source: source, account: "000000000000", now: now)
    let input = try #require(Input(request))
    return try #require(Input(try action.handle(input, context)))
}

/// The error of an action, `Code: message`.
func refusal(_ name: String, _ request: Document) -> String? {
    do {
        _ = try ask(name, FakeSource(), request)
        return nil
    } catch {
        let error = error as? ServiceError
        return "\(error?.code ?? "none"): \(error?.message ?? "")"
    }
}

extension Document {
    /// The same structure with other members; nil takes one out.
    func with(_ changes: KeyValuePairs<String, Document?>) -> Document {
        guard case .structure(var members) = self else { return self }
        for (name, value) in changes {
            members.removeAll { $0.name == name }
            if let value { members.append(.init(name, value)) }
        }
        return .structure(members)
    }
}

func dimensions(_ pairs: KeyValuePairs<String, String>) -> Document {
    .list(pairs.map { .members(["Name": .text($0.key), "Value": .text($0.value)]) })
}
