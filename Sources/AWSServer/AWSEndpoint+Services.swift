import AWSProtocols
import AWSSignature
import DynamoDB
import HTTP
import Reactor

/// The services besides DynamoDB.
extension AWSEndpoint {
    /// Answers a request that is to another service than DynamoDB, by its path or its form; false when it is not.
    func handleService(
        _ request: borrowing HTTPRequest, _ exchange: HTTPExchange
    ) -> Bool {
        let isRoot = RequestPath.isRoot(request.pathBytes)
        switch request.method {
        case .post where isRoot && ContentType.isForm(request.header(.contentType)):
            return handleQuery(request, request.body, exchange)
        case .get where isRoot:
            // As presigned requests come.
            guard let query = request.query else { return false }
            return Array(query.utf8).withUnsafeBytes { handleQuery(request, $0, exchange) }
        case .post where request.header("smithy-protocol")?.isEqual("rpc-v2-cbor") == true:
            guard let asked = ServiceRequest(path: request.pathBytes) else { return false }
            handle(asked, request, exchange)
            return true
        default: return false
        }
    }

    /// Answers a request whose body is in JSON or CBOR.
    func handle(
        _ asked: ServiceRequest, _ request: borrowing HTTPRequest, _ exchange: HTTPExchange
    ) {
        var body: [UInt8]?
        if request.header(.contentEncoding) != nil {
            body = Decompression.codings(of: request).flatMap {
                Decompression.decode(request.body, $0, limit: Self.limits.bodyBytes)
            }
            if body == nil { body = [0xFF] }
        }
        let document =
            body?.withUnsafeBytes { Self.read($0, asked.wire) } ?? Self.read(request.body, asked.wire)
        answer(asked, document, request, exchange)
    }

    private static func read(
        _ body: UnsafeRawBufferPointer, _ wire: Service.WireProtocol
    ) -> Result<Document, ServiceError> {
        do throws(ServiceError) {
            return .success(wire == .cbor ? try CBOR.decode(body) : try AWSJSON.decode(body))
        } catch {
            return .failure(error)
        }
    }

    private func handleQuery(
        _ request: borrowing HTTPRequest, _ form: UnsafeRawBufferPointer, _ exchange: HTTPExchange
    ) -> Bool {
        guard QueryRequest.isOne(form) else { return false }
        do throws(ServiceError) {
            let query = try QueryRequest(form)
            answer(ServiceRequest(query), .success(query.document), request, exchange)
        } catch {
            let answer = ServiceAnswer(
                wire: .query, service: Services.sts, action: "", saysQueryError: false,
                isForOrigin: request.header(.origin) != nil)
            send(.failure(error), answer, exchange)
        }
        return true
    }

    /// Decides whether the request is let in, carries it out and answers it.
    private func answer(
        _ asked: ServiceRequest, _ document: Result<Document, ServiceError>, _ request: borrowing HTTPRequest,
        _ exchange: HTTPExchange
    ) {
        let form = ServiceAnswer(
            wire: asked.wire, service: asked.service ?? Services.sts, action: asked.action,
            saysQueryError: request.header("x-amzn-query-mode")?.isEqual("true") == true,
            isForOrigin: request.header(.origin) != nil)
        guard let service = asked.service, let action = service.action(asked.action) else {
            return send(.failure(asked.unknown), form, exchange)
        }
        let caller = caller(of: request, service: action.isSigned ? service.signingName : nil)
        if let refusal = caller.refusal { return send(.failure(ServiceError(refusal)), form, exchange) }
        let context = ServiceContext(
            sessions: sessions, account: account, accessKeyID: caller.signedKey, nowMillis: loop.wallMillis
        ) { [databases] () throws(ServiceError) in
            guard let database = databases.shared ?? (try? databases.database(of: caller.credential)) else {
                throw .internalFailure
            }
            return database.engine
        }
        do throws(ServiceError) {
            guard let input = Input(try document.get()) else { throw .malformed(nil) }
            send(.success(try action.handle(input, context)), form, exchange)
        } catch {
            send(.failure(error), form, exchange)
        }
    }

    private func send(
        _ result: Result<Document, ServiceError>, _ answer: ServiceAnswer, _ exchange: HTTPExchange
    ) {
        let id = composer.makeUUID()
        let body = answer.body(result, requestID: id)
        exchange.respond(status: answer.status(result), body: body) { output in
            ResponseWriter.appendField("x-amzn-RequestId", id, to: &output)
            answer.appendFields(result, to: &output)
            ResponseWriter.append("Date: ", to: &output)
            output += server?.dateBytes ?? []
            ResponseWriter.append("\r\n", to: &output)
        }
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
