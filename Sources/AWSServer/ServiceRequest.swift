import AWSProtocols
import HTTP

/// A request to a service besides DynamoDB: in which protocol it comes, to whom, and what it asks for.
struct ServiceRequest {
    /// How it is to be answered.
    let wire: Service.WireProtocol
    /// To whom it is; nil when no service has this version or name.
    let service: Service?
    /// What it asks for.
    let action: String
    /// The version that it is written for.
    let version: String

    /// A request in the query protocol, by its form.
    init(_ query: QueryRequest) {
        wire = .query
        service = Services.all.first { $0.protocols.contains(.query) && $0.version == query.version }
        action = query.action
        version = query.version.isEmpty ? "NO_VERSION_SPECIFIED" : query.version
    }

    /// A request by its `X-Amz-Target`, `Service.Action`; nil when that is no other service's than DynamoDB's.
    init?(target: UnsafeRawBufferPointer?) {
        guard let target, let dot = target.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        self.init(
            .json, String(decoding: target[..<dot], as: UTF8.self),
            String(decoding: target[(dot + 1)...], as: UTF8.self))
    }

    /// A request by its path, `/service/Service/operation/Action`; nil for other paths, and for services that there are not.
    init?(path: UnsafeRawBufferPointer) {
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1].elementsEqual("service".utf8),
            parts[3].elementsEqual("operation".utf8)
        else { return nil }
        self.init(.cbor, String(decoding: parts[2], as: UTF8.self), String(decoding: parts[4], as: UTF8.self))
    }

    private init?(_ wire: Service.WireProtocol, _ target: String, _ action: String) {
        let all = Services.all.filter { $0.protocols.contains(wire) && !$0.actions.isEmpty }
        guard let service = all.first(where: { $0.target == target }) else { return nil }
        self.wire = wire
        self.service = service
        self.action = action
        version = service.version
    }

    /// The error for an action that there is not.
    var unknown: ServiceError {
        switch wire {
        case .query: .unknownAction(action, version: version)
        case .json: .unknownOperation(status: 400)
        // Source: Smithy RPC v2 CBOR's specification.
        case .cbor: .unknownOperation(status: 404)
        }
    }
}
