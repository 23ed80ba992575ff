extension TopicDefinition {
    /// How a topic that is there differs from this definition, one phrase a difference; empty when they are equal. A
    /// config that has its default is equal to one that is not set.
    /// - Parameters:
    ///   - actual: how many partitions it has
    ///   - overrides: the configs that were set for it
    ///   - defaultValue: the default of a config
    ///   - canonical: a value of a config as the broker keeps it
    func differences(
        partitions actual: Int32, overrides: [String: String], defaultValue: (String) -> String?,
        canonical: (_ name: String, _ value: String) -> String
    ) -> [String] {
        var differences: [String] = []
        if actual != partitions {
            differences.append("it has \(actual) partition\(actual == 1 ? "" : "s"), not \(partitions)")
        }
        for config in configs {
            let value = overrides[config.name] ?? defaultValue(config.name)
            if value != canonical(config.name, config.value) {
                differences.append("its \(config.name) is \(value ?? "not set"), not \(config.value)")
            }
        }
        for (name, value) in overrides.sorted(by: { $0.key < $1.key })
        where value != defaultValue(name) && !configs.contains(where: { $0.name == name }) {
            differences.append("its \(name) is \(value), not \(defaultValue(name) ?? "unset")")
        }
        return differences
    }
}
