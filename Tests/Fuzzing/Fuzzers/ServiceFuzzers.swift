import AWSProtocols
import CloudWatch
import STS

@testable import AWSServer
@testable import DynamoDB

extension Fuzzer {
    /// What AWS's port reads besides DynamoDB's JSON.
    static let awsServices = Fuzzer(
        name: "aws-services",
        summary: "CloudWatch and STS: requests in CBOR, JSON and forms, carried out, and their answers",
        weight: 5, blockSize: 5000
    ) { directory, random in try ServicesSubject(directory, seed: random.next()) }
}

/// Requests in each protocol, changed, and every action asked with what is read of them.
private final class ServicesSubject: FuzzSubject {
    private let mutation = Mutation(words: ServicesSubject.words, bytesMax: 4096)
    private let engine: Engine
    private let sessions: Sessions

    init(_ directory: String, seed: UInt64) throws {
        engine = try Engine(.init(directory: directory))
        var state = seed
        sessions = Sessions {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            return state
        }
    }

    func take(_ random: inout SeededRandom) throws(FuzzFault) {
        let wire = random.pick([Service.WireProtocol.cbor, .json, .query])
        let sample = random.pick(Self.samples)
        var bytes =
            switch wire {
            case .cbor: CBOR.encode(sample)
            case .json: AWSJSON.encode(sample)
            case .query: Array(random.pick(Self.forms).utf8)
            }
        mutation.apply(to: &bytes, &random)
        guard let document = read(bytes, wire), let input = Input(document) else { return }
        if wire == .cbor, read(CBOR.encode(document), .cbor) == nil {
            throw FuzzFault("CBOR does not read as it was written: \(bytes)")
        }
        let services = Services.all.filter { !$0.actions.isEmpty }
        let service = random.pick(services)
        let action = random.pick(service.actions)
        let engine = engine
        let context = ServiceContext(
            sessions: sessions, account: "000000000000", accessKeyID: "k", nowMillis: 1_754_956_800_000
        ) { () throws(ServiceError) in engine }
        let answer = ServiceAnswer(
            wire: wire, service: service, action: action.name, saysQueryError: true, isForOrigin: false)
        do throws(ServiceError) {
            _ = answer.body(.success(try action.handle(input, context)), requestID: "id")
        } catch {
            guard error.status == 400 else { throw FuzzFault("\(action.name) fails: \(error) of \(bytes)") }
            _ = answer.body(.failure(error), requestID: "id")
        }
    }

    func end() { engine.close() }

    private func read(_ bytes: [UInt8], _ wire: Service.WireProtocol) -> Document? {
        bytes.withUnsafeBytes { bytes in
            switch wire {
            case .cbor: try? CBOR.decode(bytes)
            case .json: try? AWSJSON.decode(bytes)
            case .query: (try? QueryRequest(bytes))?.document
            }
        }
    }

    private static let samples: [Document] = [
        .members([
            "Namespace": .text("AWS/DynamoDB"), "MetricName": .text("ConsumedReadCapacityUnits"),
            "Dimensions": .list([.members(["Name": .text("TableName"), "Value": .text("orders")])]),
            "StartTime": .timestamp(1_754_956_800), "EndTime": .timestamp(1_755_043_199), "Period": .integer(3600),
            "Statistics": .list([.text("Sum"), .text("Average")]), "NextToken": .text("metrics/1"),
        ]),
        .members([
            "MetricDataQueries": .list([
                .members([
                    "Id": .text("a"), "ReturnData": .boolean(true),
                    "MetricStat": .members([
                        "Metric": .members(["Namespace": .text("AWS/DynamoDB"), "MetricName": .text("UserErrors")]),
                        "Period": .integer(60), "Stat": .text("Sum"),
                    ]),
                ])
            ]), "StartTime": .integer(1_754_956_800), "EndTime": .double(1_755_043_199.5), "MaxDatapoints": .integer(1),
            "NextToken": .text("data/0/1754956800"),
        ]),
        .members([
            "RoleArn": .text("arn:aws:iam::000000000000:role/r"), "RoleSessionName": .text("me"),
            "WebIdentityToken": .text("a.b.c"), "DurationSeconds": .integer(900),
        ]),
    ]

    private static let forms = [
        "Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FDynamoDB&MetricName=UserErrors"
            + "&StartTime=2025-08-12T00%3A00%3A00Z&EndTime=2025-08-12T23%3A59%3A59Z&Period=3600&Statistics.member.1=Sum"
            + "&Dimensions.member.1.Name=TableName&Dimensions.member.1.Value=orders",
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Fr&RoleSessionName=me",
    ]

    private static let words: [[UInt8]] =
        [
            "member", "Statistics", "-1", "9223372036854775807", "1e308", "p99", "&", "=", ".", "%", "\u{0}", "é",
        ].map { Array($0.utf8) } + [
            [0xFF], [0x9F], [0xBF], [0xC1], [0xFB, 0x7F, 0xF0, 0, 0, 0, 0, 0, 0], [0x1B], [0x7F],
        ]
}
