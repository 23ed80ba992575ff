import AWSProtocols
import CloudWatch
import DynamoDB
import STS

/// What an action of a service besides DynamoDB is answered from.
struct ServiceContext {
    /// The credentials that STS handed out.
    let sessions: Sessions
    /// The account in ARNs.
    let account: String
    /// The access key that the request is signed with; nil when it is not signed.
    let accessKeyID: String?
    /// Milliseconds since 1970.
    let nowMillis: Int64
    /// Finds the engine whose metrics the asker sees.
    let engine: () throws(ServiceError) -> Engine
}

/// A service that answers on AWS's port.
public struct Service: Sendable {
    /// The protocols in which a service can be asked.
    public enum WireProtocol: String, Sendable {
        /// `X-Amz-Target` and JSON.
        case json = "AWS JSON 1.0"
        /// Smithy's remote procedure calls, version 2, in CBOR.
        case cbor = "Smithy RPC v2 CBOR"
        /// Forms, answered in XML.
        case query = "AWS query"
    }

    /// Its name.
    public let name: String
    /// The name in the scope of its signatures, by which other programs know it too.
    public let signingName: String
    /// The protocols.
    public let protocols: [WireProtocol]
    /// What `X-Amz-Target` and CBOR's paths call it; nil where it has neither.
    public let target: String?
    /// The version of its API.
    public let version: String
    /// The namespace of its XML.
    let namespace: String
    /// The actions that are answered through `ServiceContext`: all but DynamoDB's, whose requests go to the engine as they are.
    let actions: [ServiceAction<ServiceContext>]
    /// What is there: name, parameters that work, parameters that are refused.
    public let offered: [(name: String, supported: [String], refused: [String])]
    /// How far it goes, for the documents.
    public let remark: String
    /// AWS's other actions, which are answered as AWS answers a name that it does not know.
    public let absent: [String]

    /// The action of this name.
    func action(_ name: String) -> ServiceAction<ServiceContext>? { actions.first { $0.name == name } }
}

/// The services that there are: dispatch, documents and tests derive from this list.
public enum Services {
    /// All of them.
    public static let all: [Service] = [dynamoDB, cloudWatch, sts]

    static let dynamoDB = Service(
        name: "DynamoDB", signingName: "dynamodb", protocols: [.json], target: "DynamoDB_20120810",
        version: "2012-08-10", namespace: "", actions: [],
        offered: Operations.all.map { operation in
            func names(_ isMeant: (Operation.Support) -> Bool) -> [String] {
                operation.parameters.filter { isMeant($0.support) }.map(\.name)
            }
            return (
                operation.name, names { if case .refused = $0 { false } else { true } },
                names { if case .refused = $0 { true } else { false } }
            )
        }, remark: "", absent: Operations.absent)

    static let cloudWatch = service(
        name: "CloudWatch", signingName: "monitoring", protocols: [.json, .cbor, .query],
        target: CloudWatchActions.target, version: CloudWatchActions.version, namespace: CloudWatchActions.namespace,
        CloudWatchActions.all.map { action in
            action.within { (context: ServiceContext) throws(ServiceError) in
                CloudWatchContext(
                    source: try context.engine(), account: context.account, now: context.nowMillis / 1000)
            }
        },
        remark: "The metrics of namespace `AWS/DynamoDB`, from the requests that were really made: "
            + "\(Metric.Name.allCases.map(\.rawValue).joined(separator: ", ")). They are there at once, by the minute, for "
            + "fifteen days, and outlive a restart. Percentiles and metric math are refused, and labels are not dynamic.",
        absent: CloudWatchActions.absent)

    static let sts = service(
        name: "STS", signingName: "sts", protocols: [.query], target: nil, version: STSActions.version,
        namespace: STSActions.namespace,
        STSActions.all.map { action in
            action.within { (context: ServiceContext) throws(ServiceError) in
                STSContext(
                    sessions: context.sessions, account: context.account, accessKeyID: context.accessKeyID,
                    now: context.nowMillis / 1000)
            }
        },
        remark: "Identities and credentials of the right shape. There are no users, roles and policies behind them: "
            + "every role can be assumed, policies and tags are taken and take nothing away, web identities are not "
            + "looked into. Temporary credentials open what their caller's open, until they expire or nestbox stops.",
        absent: STSActions.absent)

    private static func service(
        name: String, signingName: String, protocols: [Service.WireProtocol], target: String?, version: String,
        namespace: String, _ actions: [ServiceAction<ServiceContext>], remark: String, absent: [String]
    ) -> Service {
        Service(
            name: name, signingName: signingName, protocols: protocols, target: target, version: version,
            namespace: namespace, actions: actions,
            offered: actions.map { ($0.name, $0.supported, $0.refused) }, remark: remark, absent: absent)
    }
}
