import AWSProtocols
import HTTP

/// How an action of a service besides DynamoDB is answered.
struct ServiceAnswer {
    let wire: Service.WireProtocol
    let service: Service
    let action: String
    /// Whether the client, whose service once had the query protocol only, wants to know an error's code there.
    let saysQueryError: Bool
    /// Whether a script of another origin asks.
    let isForOrigin: Bool

    func body(_ result: Result<Document, ServiceError>, requestID: String) -> [UInt8] {
        switch (wire, result) {
        case (.query, .success(let document)):
            QueryResponse.bytes(document, action: action, namespace: service.namespace, requestID: requestID)
        case (.query, .failure(let error)):
            QueryResponse.bytes(error, namespace: service.namespace, requestID: requestID)
        case (.json, .success(let document)): AWSJSON.encode(document)
        case (.json, .failure(let error)): AWSJSON.encode(error.document)
        case (.cbor, .success(let document)): CBOR.encode(document)
        case (.cbor, .failure(let error)): CBOR.encode(error.document)
        }
    }

    func status(_ result: Result<Document, ServiceError>) -> Int {
        guard case .failure(let error) = result else { return 200 }
        return wire == .query ? error.queryStatus : error.status
    }

    /// The field lines that are the protocol's.
    func appendFields(_ result: Result<Document, ServiceError>, to output: inout [UInt8]) {
        switch wire {
        case .query: ResponseWriter.append("Content-Type: text/xml\r\n", to: &output)
        case .json: ResponseWriter.append("Content-Type: application/x-amz-json-1.0\r\n", to: &output)
        case .cbor:
            ResponseWriter.append("Content-Type: application/cbor\r\nsmithy-protocol: rpc-v2-cbor\r\n", to: &output)
        }
        if wire != .query, saysQueryError, case .failure(let error) = result {
            ResponseWriter.appendField("x-amzn-query-error", "\(error.code);\(error.fault)", to: &output)
        }
        if isForOrigin { CrossOrigin.append(to: &output) }
    }
}
