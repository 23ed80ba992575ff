import AWSConfiguration
import AWSSignature
import DynamoDBClient

/// Says what the services' client would do, so that tests in another language can hold it to AWS's own: for each line of JSON that it reads,
/// one line. `sign` gives the `Authorization` header of a request, `endpoint` the URL that an environment leads to.
@main enum AWSProbe {
    static func main() throws {
        while let line = readLine() {
            let question = try JSON(parsing: Array(line.utf8))
            switch question["ask"]?.string {
            case "sign": print(sign(question).text)
            case "endpoint": print(endpoint(question).text)
            default: print("{}")
            }
        }
    }

    private static func sign(_ question: JSON) -> JSON {
        func text(_ name: String) -> String { question[name]?.string ?? "" }
        let headers = (question["headers"]?.array ?? []).map { pair in
            (name: pair.array?.first?.string ?? "", value: pair.array?.last?.string ?? "")
        }
        let request = SignableRequest(
            method: text("method"), path: text("path"), query: text("query"), headers: headers,
            body: Array(text("body").utf8))
        var signer = RequestSigner(region: text("region"), service: text("service"))
        let keys = SigningCredentials(
            accessKeyID: text("access_key"), secretAccessKey: text("secret_key"),
            sessionToken: question["token"]?.string)
        guard let time = SigningTime(timestamp: text("time")) else { return .null }
        let added = signer.headers(signing: request, credentials: keys, at: time)
        return .object(added.map { JSON.Member($0.name, .string($0.value)) })
    }

    private static func endpoint(_ question: JSON) -> JSON {
        var environment: [String: String] = [:]
        for member in question["environment"]?.members ?? [] { environment[member.name] = member.value.string }
        guard let service = AWSService(rawValue: question["service"]?.string ?? "") else { return .null }
        do throws(ConfigurationError) {
            let endpoint = try Endpoint(
                service, environment: environment, configuration: SharedConfiguration(environment: environment))
            return ["url": .string(endpoint.url)]
        } catch {
            return ["error": .string(error.description)]
        }
    }
}
