/// A service of AWS that our programs call: the one list. What it is called by in host names, variables and files derives from it.
public enum AWSService: String, CaseIterable, Sendable {
    /// DynamoDB.
    case dynamoDB = "dynamodb"
    /// The Security Token Service, which lends credentials.
    case sts

    /// What signatures and host names call it.
    public var signingName: String { rawValue }

    /// The variable that names its endpoint alone, such as `AWS_ENDPOINT_URL_DYNAMODB`.
    public var endpointVariable: String { ConfiguredEndpoint.globalVariable + "_" + rawValue.uppercased() }
}
