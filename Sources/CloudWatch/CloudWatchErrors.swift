import AWSProtocols

/// CloudWatch's errors and their texts.
extension ServiceError {
    private static func cloudWatch(_ code: String, _ exception: String, _ message: String) -> ServiceError {
        .init(exception: "com.amazonaws.cloudwatch.v2010_08_01#" + exception, code: code, message: message)
    }

    static func invalidParameterValue(_ message: String) -> ServiceError {
        cloudWatch("InvalidParameterValue", "InvalidParameterValueException", message)
    }

    static func invalidParameterCombination(_ message: String) -> ServiceError {
        cloudWatch("InvalidParameterCombination", "InvalidParameterCombinationException", message)
    }

    static func invalidNextToken(_ message: String) -> ServiceError {
        cloudWatch("InvalidNextToken", "InvalidNextToken", message)
    }

    /// All parameters that are missing, in one error.
    static func missingParameters(_ names: [String]) -> ServiceError {
        cloudWatch(
            "MissingParameter", "MissingRequiredParameterException",
            names.map { "The parameter \($0) is required." }.joined(separator: "\n"))
    }

    /// The data cannot be read.
    static let internalFault = ServiceError(
        exception: "com.amazonaws.cloudwatch.v2010_08_01#InternalServiceFault", code: "InternalServiceError",
        message: "Internal server error", status: 500)
}

/// The checks that several actions have in common.
enum MetricParameters {
    /// In the order in which AWS's message names them.
    static let statistics = ["Sum", "Maximum", "Minimum", "SampleCount", "Average"]

    /// The units of the API.
    static let units: [String] =
        ["Seconds", "Microseconds", "Milliseconds"]
        + ["Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes"]
        + ["Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count"]
        + ["Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second"]
        + ["Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second"]
        + ["None"]

    /// Notes what breaks the model in the names of a metric; `path` is that of the structure, with its dot.
    static func check(
        namespace: String?, name: String?, _ dimensions: [Input], at path: String = "", _ constraints: inout Constraints
    ) throws(ServiceError) {
        constraints.check(namespace, at: path + "namespace", length: 1...255)
        if let namespace, namespace.hasPrefix(":") {
            constraints.add(namespace, at: path + "namespace", "satisfy regular expression pattern: [^:].*")
        }
        constraints.check(name, at: path + "metricName", length: 1...255)
        if dimensions.count > 30 {
            constraints.add(
                "[\(dimensions.count) dimensions]", at: path + "dimensions", "have length less than or equal to 30")
        }
        for (index, dimension) in dimensions.enumerated() {
            let at = path + "dimensions.\(index + 1).member."
            constraints.check(try dimension.string("Name"), at: at + "name", length: 1...255)
            constraints.check(try dimension.string("Value"), at: at + "value", length: 1...1024)
        }
    }

    /// The paths of members of dimensions that are missing.
    static func missing(in dimensions: [Input], at path: String, isValueWanted: Bool) throws(ServiceError) -> [String] {
        var missing: [String] = []
        for (index, dimension) in dimensions.enumerated() {
            let at = "\(path).member.\(index + 1)."
            if try dimension.string("Name") == nil { missing.append(at + "Name") }
            if isValueWanted, try dimension.string("Value") == nil { missing.append(at + "Value") }
        }
        return missing
    }

    /// Dimensions whose names and values are there.
    static func dimensions(_ dimensions: [Input]) throws(ServiceError) -> [NamedMetric.Dimension] {
        try dimensions.map { (dimension) throws(ServiceError) in
            .init(try dimension.string("Name") ?? "", try dimension.string("Value") ?? "")
        }
    }

    /// Whether AWS has periods of this length, in seconds.
    static func isPeriod(_ seconds: Int) -> Bool {
        [1, 5, 10, 20, 30].contains(seconds) || seconds > 0 && seconds % 60 == 0
    }
}
