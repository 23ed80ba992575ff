import Testing

@testable import AWSConfiguration

/// The shared files with these texts.
func shared(
    config: String = "", credentials: String = "", environment: [String: String] = [:]
) -> SharedConfiguration {
    SharedConfiguration(environment: environment.merging(["HOME": "/home/u"]) { given, _ in given }) { path in
        ["/home/u/.aws/config": config, "/home/u/.aws/credentials": credentials][path]
    }
}

@Suite struct SharedConfigurationTests {
    let config = """
        [default]
        region = eu-west-1
        [profile work]  # comment
        region=us-west-2 ; comment
        services = local
        s3 =
          max = 1
        aws_access_key_id = config
        [services local]
        dynamodb =
          endpoint_url = http://localhost:1
          # nothing
        sts =
          endpoint_url = http://localhost:2
        """

    @Test("A profile is read from both files, with the credentials file winning")
    func profiles() {
        let credentials = "[work]\r\naws_access_key_id = ID\naws_secret_access_key=SEC#RET=\n"
        let work = shared(config: config, credentials: credentials, environment: ["AWS_PROFILE": "work"])
        #expect(work.profile["region"] == "us-west-2")
        #expect(work.profile["aws_access_key_id"] == "ID")
        #expect(work.profile["aws_secret_access_key"] == "SEC#RET=")
        #expect(work.profile["max"] == nil)
        #expect(work.profileWasAskedFor)
        let plain = shared(config: config, credentials: credentials)
        #expect(plain.profile == ["region": "eu-west-1"])
        #expect(!plain.profileWasAskedFor)
    }

    @Test("The profile is AWS_PROFILE, then AWS_DEFAULT_PROFILE, then default")
    func profileNames() {
        #expect(shared(environment: ["AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"]).profileName == "a")
        #expect(shared(environment: ["AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "b"]).profileName == "b")
        #expect(shared().profileName == "default")
    }

    @Test("The files are where the variables say, with ~ for the home directory")
    func places() {
        let environment = [
            "HOME": "/h", "AWS_CONFIG_FILE": "~/c", "AWS_SHARED_CREDENTIALS_FILE": "/s", "AWS_PROFILE": "p",
        ]
        let found = SharedConfiguration(environment: environment) { path in
            ["/h/c": "[profile p]\nregion = r\n", "/s": "[p]\naws_access_key_id = k\n"][path]
        }
        #expect(found.profile == ["region": "r", "aws_access_key_id": "k"])
    }

    @Test("A services section keeps its indented settings by service")
    func services() {
        let found = shared(config: config, environment: ["AWS_PROFILE": "work"])
        #expect(found.services["local"]?["dynamodb"] == ["endpoint_url": "http://localhost:1"])
        #expect(found.services["local"]?["sts"] == ["endpoint_url": "http://localhost:2"])
    }
}

@Suite struct ConfiguredEndpointTests {
    let config = """
        [default]
        endpoint_url = http://profile:1
        services = s
        [services s]
        dynamodb =
          endpoint_url = http://section:2
        """

    func found(_ service: AWSService, _ environment: [String: String], _ config: String) -> String? {
        ConfiguredEndpoint.find(
            service, environment: environment, configuration: shared(config: config, environment: environment))?.url
    }

    @Test("The service's variable wins over the one for all, that over the services section, that over the profile")
    func precedence() {
        var environment = [
            "AWS_ENDPOINT_URL_DYNAMODB": "http://own:4", "AWS_ENDPOINT_URL_STS": "http://sts:5",
            "AWS_ENDPOINT_URL": "http://all:3",
        ]
        #expect(found(.dynamoDB, environment, config) == "http://own:4")
        #expect(found(.sts, environment, config) == "http://sts:5")
        environment["AWS_ENDPOINT_URL_DYNAMODB"] = ""
        #expect(found(.dynamoDB, environment, config) == "http://all:3")
        environment["AWS_ENDPOINT_URL"] = nil
        #expect(found(.dynamoDB, environment, config) == "http://section:2")
        environment["AWS_ENDPOINT_URL_STS"] = nil
        #expect(found(.sts, environment, config) == "http://profile:1")
        #expect(found(.sts, environment, "") == nil)
    }

    @Test("One variable or setting switches all of them off")
    func ignored() {
        let environment = ["AWS_ENDPOINT_URL": "http://all:3", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "TRUE"]
        #expect(found(.dynamoDB, environment, config) == nil)
        let setting = "[default]\nendpoint_url = http://profile:1\nignore_configured_endpoint_urls = true\n"
        #expect(found(.dynamoDB, [:], setting) == nil)
        #expect(found(.dynamoDB, ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"], setting) == "http://profile:1")
    }
}

@Suite struct PartitionTests {
    @Test(
        "A region is in the partition that its name begins like",
        arguments: [
            ("eu-west-1", "aws"), ("us-east-1", "aws"), ("nowhere-1", "aws"), ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"), ("us-iso-east-1", "aws-iso"), ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"), ("us-isof-south-1", "aws-iso-f"), ("eusc-de-east-1", "aws-eusc"),
        ])
    func partitions(region: String, id: String) { #expect(Partition.of(region: region).id == id) }

    @Test("A host is made of service, region and domain, with -fips where that is another host")
    func hosts() {
        func host(_ region: String, _ isFIPS: Bool, _ isDualStack: Bool) -> String {
            Partition.of(region: region)
                .host(of: .dynamoDB, region: region, isFIPS: isFIPS, isDualStack: isDualStack)
        }
        #expect(host("eu-west-1", false, false) == "dynamodb.eu-west-1.amazonaws.com")
        #expect(host("eu-west-1", true, false) == "dynamodb-fips.eu-west-1.amazonaws.com")
        #expect(host("eu-west-1", false, true) == "dynamodb.eu-west-1.api.aws")
        #expect(host("eu-west-1", true, true) == "dynamodb-fips.eu-west-1.api.aws")
        #expect(host("cn-north-1", false, false) == "dynamodb.cn-north-1.amazonaws.com.cn")
        #expect(host("us-gov-west-1", true, false) == "dynamodb.us-gov-west-1.amazonaws.com")
        #expect(host("us-gov-west-1", true, true) == "dynamodb-fips.us-gov-west-1.api.aws")
    }
}
