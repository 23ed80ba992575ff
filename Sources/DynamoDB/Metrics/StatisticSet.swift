/// What is kept of samples: how many, their sum, and their bounds.
public struct StatisticSet: Hashable, Sendable {
    /// How many.
    public private(set) var samples = 0
    /// Their sum.
    public private(set) var sum = 0.0
    /// The smallest; infinite while there is none.
    public private(set) var minimum = Double.infinity
    /// The largest; minus infinite while there is none.
    public private(set) var maximum = -Double.infinity

    /// Of no sample.
    public init() {}

    /// Of samples that were counted before.
    public init(samples: Int, sum: Double, minimum: Double, maximum: Double) {
        self.samples = samples
        self.sum = sum
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Whether there is no sample.
    public var isEmpty: Bool { samples == 0 }

    /// Adds a sample.
    @inline(__always)
    public mutating func add(_ value: Double) {
        samples += 1
        sum += value
        if value < minimum { minimum = value }
        if value > maximum { maximum = value }
    }

    /// Adds the samples of another set.
    public mutating func add(_ other: StatisticSet) {
        samples += other.samples
        sum += other.sum
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    /// Takes what there is, and leaves nothing.
    mutating func take() -> StatisticSet {
        let taken = self
        self = StatisticSet()
        return taken
    }
}
