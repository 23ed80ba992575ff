import DynamoDB
import HTTP

/// Everything that is not an action.
extension AWSEndpoint {
    func handlePage(_ request: borrowing HTTPRequest, _ exchange: HTTPExchange) {
        let isRoot = RequestPath.isRoot(request.pathBytes)
        var lines: [UInt8] = []
        switch request.method {
        case .get where isRoot, .head where isRoot:
            // Load balancers and people ask `GET /`: AWS says which host is healthy.
            var text = Array("healthy: ".utf8)
            if let host = request.header(.host) { text += host }
            text.append(UInt8(ascii: " "))
            if request.header(.origin) != nil { CrossOrigin.append(to: &lines) }
            page(exchange, 200, lines, text)
        case .options where isRoot && request.header(.origin) != nil:
            CrossOrigin.appendPermission(for: request, to: &lines)
            page(exchange, 200, lines, [])
        case .get where request.pathBytes.isEqual("/_localstack/health"),
            .head where request.pathBytes.isEqual("/_localstack/health"):
            ResponseWriter.append("Content-Type: application/json\r\n", to: &lines)
            page(exchange, 200, lines, health)
        default:
            if request.header(.origin) != nil { CrossOrigin.append(to: &lines) }
            page(exchange, 404, lines, Array("<UnknownOperationException/>\n".utf8))
        }
    }

    /// What LocalStack's users wait for: which services there are.
    private var health: [UInt8] {
        var body: [UInt8] = []
        JSONWriter.append(to: &body) { writer in
            writer.beginObject()
            writer.key("services")
            writer.beginObject()
            for service in Services.all.sorted(by: { $0.healthName < $1.healthName }) {
                writer.key(text: Text(service.healthName))
                writer.string("running")
            }
            writer.endObject()
            writer.key("edition")
            writer.string("community")
            writer.key("version")
            writer.string(version)
            writer.endObject()
        }
        return body
    }

    private func page(_ exchange: HTTPExchange, _ status: Int, _ lines: [UInt8], _ text: [UInt8]) {
        exchange.respond(status: status, body: text) { output in
            ResponseWriter.append("Server: Server\r\nDate: ", to: &output)
            output += server?.dateBytes ?? []
            ResponseWriter.append("\r\nx-amzn-RequestId: ", to: &output)
            composer.appendRequestID(to: &output)
            ResponseWriter.append("\r\nx-amz-crc32: ", to: &output)
            ResponseWriter.appendDecimal(Int(CRC32.checksum(text)), to: &output)
            ResponseWriter.append("\r\n", to: &output)
            output += lines
        }
    }
}

extension Service {
    /// What LocalStack calls it.
    fileprivate var healthName: String { name.lowercased() }
}
