/// A part of AWS with regions and domains of its own: the one list, as botocore's `partitions.json` has it.
public struct Partition: Hashable, Sendable {
    /// Such as `aws` or `aws-cn`.
    public let id: String
    /// What its regions' names begin with; empty for the partition of all others.
    let regionPrefix: String
    /// The domain of its endpoints.
    public let domain: String
    /// The domain of its endpoints that have IPv6 addresses as well.
    public let dualStackDomain: String
    /// Whether its usual endpoints are the ones that are validated by FIPS 140.
    let isFIPSByDefault: Bool

    private init(
        _ id: String, _ regionPrefix: String, _ domain: String, _ dualStackDomain: String, isFIPSByDefault: Bool = false
    ) {
        self.id = id
        self.regionPrefix = regionPrefix
        self.domain = domain
        self.dualStackDomain = dualStackDomain
        self.isFIPSByDefault = isFIPSByDefault
    }

    /// All partitions; the one for every other region comes last.
    public static let all = [
        Partition("aws-cn", "cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        Partition("aws-us-gov", "us-gov-", "amazonaws.com", "api.aws", isFIPSByDefault: true),
        Partition("aws-iso", "us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
        Partition("aws-iso-b", "us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
        Partition("aws-iso-e", "eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        Partition("aws-iso-f", "us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        Partition("aws-eusc", "eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
        Partition("aws", "", "amazonaws.com", "api.aws"),
    ]

    /// The partition of a region; `aws` for a region that nobody has heard of, as for AWS's SDKs.
    public static func of(region: String) -> Partition { all.first { region.hasPrefix($0.regionPrefix) }! }

    /// The host of a service in a region of this partition.
    /// - Parameters:
    ///   - isFIPS: whether it must be one that is validated by FIPS 140
    ///   - isDualStack: whether it must have IPv6 addresses as well
    public func host(of service: AWSService, region: String, isFIPS: Bool, isDualStack: Bool) -> String {
        let name = isFIPS && (isDualStack || !isFIPSByDefault) ? service.rawValue + "-fips" : service.rawValue
        return "\(name).\(region).\(isDualStack ? dualStackDomain : domain)"
    }
}
