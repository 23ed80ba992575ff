/// What is said of ARNs, limits and endpoints.
extension Messages {
    static let accessDenied = "Access is denied"
    static let arnFormat =
        "Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', where "
        + "Resource name must have length less than or equal to 255, Resource name must have length greater than or "
        + "equal to 3, Resource name must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    static func arnPart(_ part: String, _ arn: Text) -> String { "Invalid \(part) in '\(arn)'" }

    /// Continuous backups, unlike the other operations on tables, speak of TableNotFoundException.
    static func backedUpTableNotFound(_ name: Text) -> String { "Table not found: \(name)" }
}
