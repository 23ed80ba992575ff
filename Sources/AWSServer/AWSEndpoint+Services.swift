import AWSProtocols
import AWSSignature
import DynamoDB
import HTTP
import Reactor

/// The services besides DynamoDB.
extension AWSEndpoint {
    /// Answers a request that is to another service than DynamoDB; false when it is not.
    func handleService(
        _ request: borrowing HTTPRequest, _ exchange: HTTPExchange, _ fields: RequestFields
    ) -> Bool {
        let isRoot = RequestPath.isRoot(request.pathBytes)
        switch request.method {
        case .post where isRoot && ContentType.isForm(fields.contentType):
            return handleQuery(request, request.body, exchange, fields)
        case .get where isRoot:
            // As presigned requests come.
            guard let query = request.query else { return false }
            return Array(query.utf8).withUnsafeBytes { handleQuery(request, $0, exchange, fields) }
        default: return false
        }
    }

    private func handleQuery(
        _ request: borrowing HTTPRequest, _ form: UnsafeRawBufferPointer, _ exchange: HTTPExchange,
        _ fields: RequestFields
    ) -> Bool {
        guard QueryRequest.isOne(form) else { return false }
        do throws(ServiceError) {
            let query = try QueryRequest(form)
            answer(ServiceRequest(query), query.document, request, exchange, fields)
        } catch {
            let service = Services.sts
            send(.failure(error), ServiceAnswer(wire: .query, service: service, action: ""), exchange, fields)
        }
        return true
    }

    /// Decides whether the request is let in, carries it out and answers it.
    private func answer(
        _ asked: ServiceRequest, _ document: Document, _ request: borrowing HTTPRequest, _ exchange: HTTPExchange,
        _ fields: RequestFields
    ) {
        let form = ServiceAnswer(wire: asked.wire, service: asked.service ?? Services.sts, action: asked.action)
        guard let service = asked.service, let action = service.action(asked.action) else {
            return send(.failure(.unknownAction(asked.action, version: asked.version)), form, exchange, fields)
        }
        let caller = caller(of: request, fields, service: action.isSigned ? service.signingName : nil)
        if let refusal = caller.refusal { return send(.failure(ServiceError(refusal)), form, exchange, fields) }
        let context = ServiceContext(
            sessions: sessions, account: account, accessKeyID: caller.signedKey, nowMillis: loop.wallMillis)
        do throws(ServiceError) {
            guard let input = Input(document) else { throw .malformed(nil) }
            send(.success(try action.handle(input, context)), form, exchange, fields)
        } catch {
            send(.failure(error), form, exchange, fields)
        }
    }

    private func send(
        _ result: Result<Document, ServiceError>, _ answer: ServiceAnswer, _ exchange: HTTPExchange,
        _ fields: RequestFields
    ) {
        let id = composer.makeUUID()
        let body = answer.body(result, requestID: id)
        exchange.respond(status: answer.status(result), body: body) { output in
            ResponseWriter.appendField("x-amzn-RequestId", id, to: &output)
            answer.appendFields(result, to: &output)
            if fields.origin != nil { CrossOrigin.append(to: &output) }
            ResponseWriter.append("Date: ", to: &output)
            output += server?.dateBytes ?? []
            ResponseWriter.append("\r\n", to: &output)
        }
    }
}

/// How an action of another service is answered.
struct ServiceAnswer {
    let wire: Service.WireProtocol
    let service: Service
    let action: String

    func body(_ result: Result<Document, ServiceError>, requestID: String) -> [UInt8] {
        switch (wire, result) {
        case (.query, .success(let document)):
            QueryResponse.bytes(document, action: action, namespace: service.namespace, requestID: requestID)
        case (.query, .failure(let error)):
            QueryResponse.bytes(error, namespace: service.namespace, requestID: requestID)
        case (.json, _), (.cbor, _): []
        }
    }

    func status(_ result: Result<Document, ServiceError>) -> Int {
        guard case .failure(let error) = result else { return 200 }
        return wire == .query ? error.queryStatus : error.status
    }

    func appendFields(_: Result<Document, ServiceError>, to output: inout [UInt8]) {
        ResponseWriter.append("Content-Type: text/xml\r\n", to: &output)
    }
}

extension ServiceError {
    /// Why a request is not let in.
    init(_ refusal: SignatureRefusal) {
        let (exception, code, status) =
            switch refusal.kind {
            case .missingAuthenticationToken:
                ("MissingAuthenticationTokenException", "MissingAuthenticationToken", 403)
            case .incompleteSignature: ("IncompleteSignatureException", "IncompleteSignature", 400)
            case .invalidSignature: ("InvalidSignatureException", "SignatureDoesNotMatch", 403)
            case .unrecognizedClient: ("UnrecognizedClientException", "InvalidClientTokenId", 403)
            }
        self.init(
            exception: "com.amazon.coral.service#" + exception, code: code, message: refusal.message,
            queryStatus: status)
    }
}

extension ContentType {
    /// Whether a body is a form, as the query protocol's are.
    static func isForm(_ field: UnsafeRawBufferPointer?) -> Bool {
        guard let field else { return false }
        let type = UnsafeRawBufferPointer(rebasing: field.prefix { $0 != 0x3B && $0 != 0x20 && $0 != 0x09 })
        return type.isEqualIgnoringCase("application/x-www-form-urlencoded")
    }
}
