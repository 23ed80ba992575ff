import DynamoDB

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A span of time that is cut into periods.
///
/// Source: the API reference, GetMetricStatistics: the start is rounded down to its minute, a period's time is that of its start, the periods
/// follow each other from the span's start, and the end is exclusive.
struct Periods {
    /// Seconds since 1970, whole minutes.
    let start: Int64
    /// Seconds since 1970, not in the span.
    let end: Int64
    /// Seconds.
    let length: Int64

    /// The span between two moments in seconds since 1970. Moments before 1970 or beyond the calendar are held at these.
    init(start: Double, end: Double, length: Int) {
        let latest = 253_402_300_800.0
        self.start = Int64(min(max(start, 0), latest)) / 60 * 60
        self.end = Int64(min(max(end, 0), latest).rounded(.up))
        self.length = Int64(max(length, 1))
    }

    /// How many periods there are, the last one cut short if need be.
    var count: Int64 { max(0, (end - start + length - 1) / length) }

    /// The minutes whose samples are in the span.
    var minutes: Range<Int64> {
        let first = start / 60
        return first..<max(first, (end + 59) / 60)
    }

    /// The periods that have samples, in order, each with the moment of its start.
    func aggregate(_ data: [MetricDatum]) -> [(timestamp: Int64, statistics: StatisticSet)] {
        var periods: [(timestamp: Int64, statistics: StatisticSet)] = []
        for datum in data {
            let second = datum.minute * 60
            guard second >= start, second < end else { continue }
            let timestamp = start + (second - start) / length * length
            if periods.last?.timestamp == timestamp {
                periods[periods.count - 1].statistics.add(datum.statistics)
            } else {
                periods.append((timestamp, datum.statistics))
            }
        }
        return periods
    }
}

/// The statistics that are computed. Percentiles and the like need every sample, and only sums and bounds are kept.
enum Statistic: String, CaseIterable {
    case sampleCount = "SampleCount"
    case average = "Average"
    case sum = "Sum"
    case minimum = "Minimum"
    case maximum = "Maximum"

    /// Its value for samples, of which there is one at least.
    func value(of set: StatisticSet) -> Double {
        switch self {
        case .sampleCount: Double(set.samples)
        case .average: set.sum / Double(set.samples)
        case .sum: set.sum
        case .minimum: set.minimum
        case .maximum: set.maximum
        }
    }
}
