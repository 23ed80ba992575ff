import KafkaWire
import Testing

@testable import KafkaBroker

@Suite("ApiVersions")
struct ApiVersionsTests {
    @Test("Every version tells every API of the list, with the versions that are told", arguments: ApiVersions.versions)
    func everyAPI(_ version: Int16) throws {
        let fixture = try BrokerFixture()
        var request = ApiVersions.Request()
        request.clientSoftwareName = "test"
        request.clientSoftwareVersion = "1.0"
        let response = try fixture.ask(ApiVersions.self, version, request)
        #expect(response.errorCode == .none)
        #expect(response.apiKeys.map(\.apiKey) == APIs.all.map(\.key))
        #expect(response.apiKeys.map(\.minVersion) == APIs.all.map(\.advertised.lowerBound))
        #expect(response.apiKeys.map(\.maxVersion) == APIs.all.map(\.advertised.upperBound))
        #expect(response.apiKeys.map(\.apiKey) == response.apiKeys.map(\.apiKey).sorted())
    }

    @Test("Produce is told from version 0 on, so that librdkafka compresses")
    func produceFromZero() throws {
        let response = try BrokerFixture().ask(ApiVersions.self, 0, ApiVersions.Request())
        #expect(response.apiKeys.first { $0.apiKey == Produce.key }?.minVersion == 0)
    }

    @Test(
        "No feature is told that is not there: without transaction.version Java's producer stays with the old protocol")
    func noFeatures() throws {
        var request = ApiVersions.Request()
        request.clientSoftwareName = "test"
        request.clientSoftwareVersion = "1.0"
        let response = try BrokerFixture().ask(ApiVersions.self, 4, request)
        #expect(response.supportedFeatures.isEmpty && response.finalizedFeatures.isEmpty)
    }

    @Test(
        "A version that is not known gets version 0, error 35 and the range that is", arguments: [6, 99, -1] as [Int16])
    func unknownVersion(_ version: Int16) throws {
        let fixture = try BrokerFixture()
        let outcome = fixture.send(key: ApiVersions.key, version: version, flexible: version > 3, body: [1, 2, 3])
        guard case .respond(let frame) = outcome else { throw BrokerFixture.NoAnswer(outcome: "\(outcome)") }
        let response = try fixture.response(ApiVersions.self, 0, frame)
        #expect(response.errorCode == .unsupportedVersion)
        #expect(response.apiKeys.map(\.apiKey) == [ApiVersions.key])
        #expect(response.apiKeys.map(\.minVersion) == [0] && response.apiKeys.map(\.maxVersion) == [5])
    }

    @Test(
        "A client's software name is letters, digits, dots and hyphens, from version 3 on",
        arguments: ["", "-a", "a-", "a b", "a/b", "ä"])
    func softwareName(_ name: String) throws {
        let fixture = try BrokerFixture()
        var request = ApiVersions.Request()
        request.clientSoftwareName = name
        request.clientSoftwareVersion = "1.0"
        #expect(try fixture.ask(ApiVersions.self, 3, request).errorCode == .invalidRequest)
        #expect(try fixture.ask(ApiVersions.self, 2, request).errorCode == .none)
    }

    @Test("Version 5 says when the client has reached another cluster or node than it wants (KIP-1242)")
    func misrouted() throws {
        let fixture = try BrokerFixture()
        var request = ApiVersions.Request()
        request.clientSoftwareName = "test"
        request.clientSoftwareVersion = "1.0"
        func error(_ cluster: String?, _ node: Int32) throws -> KafkaError {
            request.clusterID = cluster
            request.nodeID = node
            return try fixture.ask(ApiVersions.self, 5, request).errorCode
        }
        let own = fixture.broker.configuration.clusterID
        #expect(try error(nil, -1) == .none)
        #expect(try error(own, 1) == .none)
        #expect(try error(own, 2) == .rebootstrapRequired)
        #expect(try error("another", 1) == .rebootstrapRequired)
    }

    @Test("An API that is not served closes the connection, and so does a version that is not")
    func closes() throws {
        let fixture = try BrokerFixture()
        for (key, version) in [
            (Int16(999), Int16(0)), (-1, 0), (4, 0), (Metadata.key, 14), (Metadata.key, -1), (Produce.key, 2),
            (Fetch.key, 3),
        ] {
            guard case .close = fixture.send(key: key, version: version, body: [0, 0, 0, 0]) else {
                Issue.record("key \(key) version \(version) does not close")
                continue
            }
        }
    }

    @Test("A header that is cut short closes the connection")
    func shortHeader() throws {
        let fixture = try BrokerFixture()
        let header: [UInt8] = [0, 18, 0, 3, 0, 0, 0, 1, 0, 1, 0x61, 0]
        for length in 0..<header.count {
            let outcome = header[..<length].withUnsafeBytes {
                fixture.broker.handle($0, from: fixture.client, now: fixture.now)
            }
            guard case .close = outcome else {
                Issue.record("\(length) bytes do not close")
                continue
            }
        }
    }
}
