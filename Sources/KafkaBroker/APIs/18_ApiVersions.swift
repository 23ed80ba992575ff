import KafkaWire

extension ApiVersions: ServedAPI {
    package static func handle(
        _ request: Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        var response = Response()
        guard
            context.version < 3
                || (isSoftwareName(request.clientSoftwareName) && isSoftwareName(request.clientSoftwareVersion))
        else {
            response.errorCode = .invalidRequest
            return .now(response)
        }
        // KIP-1242: a client that knows whom it wants is told when it has reached somebody else.
        if let wanted = request.clusterID,
            wanted != broker.configuration.clusterID || request.nodeID != broker.configuration.nodeID
        {
            response.errorCode = .rebootstrapRequired
            return .now(response)
        }
        response.apiKeys = APIs.all.map { api in
            var entry = Response.API()
            entry.apiKey = api.key
            entry.minVersion = api.advertised.lowerBound
            entry.maxVersion = api.advertised.upperBound
            return entry
        }
        return .now(response)
    }

    /// The answer to a version that the broker does not know: version 0, which every client can read, with the range that it does (KIP-511).
    static func unsupported(_ context: RequestContext, _ broker: Broker) -> Outcome {
        var response = Response()
        response.errorCode = .unsupportedVersion
        var own = Response.API()
        own.apiKey = key
        own.minVersion = served.lowerBound
        own.maxVersion = served.upperBound
        response.apiKeys = [own]
        return .respond(ResponseFrame(ApiVersions.self, context.token, response, version: 0))
    }

    /// Letters and digits, with hyphens and dots between them: what Kafka takes for a client's software name and version.
    private static func isSoftwareName(_ name: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        let bytes = name.utf8
        guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
            return false
        }
        return bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E }
    }
}
