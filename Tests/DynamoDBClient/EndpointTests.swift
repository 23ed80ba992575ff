import AWSConfiguration
import Testing

@testable import DynamoDBClient

/// Shared files with one profile, `default`, of these settings.
func sharedFiles(_ profile: [String: String] = [:], environment: [String: String] = [:]) -> SharedConfiguration {
    let lines = profile.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }
    return SharedConfiguration(environment: environment) {
        $0.hasSuffix("config") ? "[default]\n" + lines.joined() : nil
    }
}

@Suite struct EndpointTests {
    func endpoint(_ environment: [String: String], profile: [String: String] = [:]) throws -> Endpoint {
        try Endpoint(environment: environment, configuration: sharedFiles(profile), defaultRegion: "ap-northeast-2")
    }

    @Test("Without an endpoint variable it is AWS's own for the region")
    func aws() throws {
        let endpoint = try endpoint(["AWS_REGION": "eu-west-1", "DYNAMODB_ENDPOINT": ""])
        #expect(endpoint.url == "https://dynamodb.eu-west-1.amazonaws.com/")
        #expect(endpoint.host == "dynamodb.eu-west-1.amazonaws.com")
        #expect(!endpoint.isCustom)
        #expect(try self.endpoint(["AWS_REGION": "cn-north-1"]).host == "dynamodb.cn-north-1.amazonaws.com.cn")
    }

    @Test("DYNAMODB_ENDPOINT wins over AWS_ENDPOINT_URL_DYNAMODB, that over AWS_ENDPOINT_URL, that over the profile")
    func precedence() throws {
        var environment = [
            "DYNAMODB_ENDPOINT": "http://a:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://b:2",
            "AWS_ENDPOINT_URL": "http://c:3",
        ]
        let profile = ["endpoint_url": "http://d:4"]
        #expect(try endpoint(environment, profile: profile).url == "http://a:1/")
        environment["DYNAMODB_ENDPOINT"] = nil
        #expect(try endpoint(environment, profile: profile).url == "http://b:2/")
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = nil
        #expect(try endpoint(environment, profile: profile).url == "http://c:3/")
        environment["AWS_ENDPOINT_URL"] = nil
        #expect(try endpoint(environment, profile: profile).url == "http://d:4/")
    }

    @Test("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS switches AWS's variables off")
    func ignored() throws {
        let environment = [
            "AWS_ENDPOINT_URL": "http://c:3", "AWS_ENDPOINT_URL_DYNAMODB": "http://b:2",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE",
        ]
        #expect(try endpoint(environment, profile: ["endpoint_url": "http://d:4"]).isCustom == false)
    }

    @Test("The region is AWS_REGION, then AWS_DEFAULT_REGION, then the profile's, then the default")
    func region() throws {
        #expect(try endpoint(["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"]).region == "a")
        #expect(try endpoint(["AWS_DEFAULT_REGION": "b"], profile: ["region": "c"]).region == "b")
        #expect(try endpoint([:], profile: ["region": "c"]).region == "c")
        #expect(try endpoint([:]).region == "ap-northeast-2")
        #expect(throws: ConfigurationError.self) { try Endpoint(environment: [:], configuration: sharedFiles()) }
    }

    @Test("FIPS and dual-stack endpoints are AWS's own; neither goes with an endpoint that somebody names")
    func fipsAndDualStack() throws {
        let fips = ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_REGION": "eu-west-1"]
        #expect(try endpoint(fips).host == "dynamodb-fips.eu-west-1.amazonaws.com")
        #expect(
            try endpoint([:], profile: ["use_dualstack_endpoint": "true"]).host == "dynamodb.ap-northeast-2.api.aws")
        #expect(throws: ConfigurationError.self) {
            try endpoint(fips.merging(["AWS_ENDPOINT_URL": "http://a:1"]) { $1 })
        }
    }

    @Test("Another service has its own host and variable, and not DYNAMODB_ENDPOINT")
    func tokenService() throws {
        func endpoint(_ environment: [String: String]) throws -> String {
            try Endpoint(.sts, environment: environment, configuration: sharedFiles(), defaultRegion: "eu-west-1").url
        }
        #expect(try endpoint(["DYNAMODB_ENDPOINT": "http://a:1"]) == "https://sts.eu-west-1.amazonaws.com/")
        #expect(try endpoint(["AWS_ENDPOINT_URL_STS": "http://b:1"]) == "http://b:1/")
        #expect(try endpoint(["AWS_ENDPOINT_URL": "http://c:1"]) == "http://c:1/")
    }

    @Test("An endpoint's path is kept, and a query left out")
    func path() throws {
        let endpoint = try endpoint(["DYNAMODB_ENDPOINT": "http://localhost:80/x/y?z"])
        #expect(endpoint.url == "http://localhost:80/x/y/")
        #expect(endpoint.path == "/x/y/")
        #expect(endpoint.host == "localhost")
    }

    @Test("The Host header leaves the scheme's own port out, as curl does")
    func host() throws {
        #expect(try endpoint(["DYNAMODB_ENDPOINT": "http://localhost:8000"]).host == "localhost:8000")
        #expect(try endpoint(["DYNAMODB_ENDPOINT": "http://localhost:80/x?y"]).host == "localhost")
        #expect(try endpoint(["DYNAMODB_ENDPOINT": "HTTPS://Example.com:443"]).url == "https://Example.com:443/")
    }

    @Test(
        "An endpoint or region that cannot be used is refused",
        arguments: [
            ["DYNAMODB_ENDPOINT": "localhost:8000"], ["DYNAMODB_ENDPOINT": "http://"], ["AWS_ENDPOINT_URL": "ftp://x"],
            ["DYNAMODB_ENDPOINT": "http://user@host"], ["AWS_REGION": "evil.com/"], ["DYNAMODB_ENDPOINT": "http://a b"],
        ])
    func refused(environment: [String: String]) {
        #expect(throws: ConfigurationError.self) { try endpoint(environment) }
    }
}
