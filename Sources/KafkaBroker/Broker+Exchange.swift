import KafkaWire

/// Names a connection.
public typealias ClientID = UInt64

/// Who asks.
public struct Client: Sendable {
    /// The connection.
    public let id: ClientID
    /// The peer's address without its port, as groups show it.
    public let host: String
    /// Where this client can reach the broker, as Metadata tells it.
    public let advertisedHost: String
    /// The port of that.
    public let advertisedPort: Int32

    /// A client by its connection and what to tell it.
    public init(id: ClientID, host: String, advertisedHost: String, advertisedPort: Int32) {
        self.id = id
        self.host = host
        self.advertisedHost = advertisedHost
        self.advertisedPort = advertisedPort
    }
}

/// Names a request that has to be answered, with what its answer's frame needs.
public struct RequestToken: Hashable, Sendable {
    /// The connection that asked.
    public let client: ClientID
    /// Unique among all requests.
    public let serial: UInt64
    let correlationID: Int32
    let version: Int16

    /// A token of a request.
    public init(client: ClientID, serial: UInt64, correlationID: Int32, version: Int16) {
        self.client = client
        self.serial = serial
        self.correlationID = correlationID
        self.version = version
    }
}

/// What a handler knows of its request beside the request itself.
package struct RequestContext {
    /// Names the request, for an answer that comes later.
    package let token: RequestToken
    /// Who asks.
    package let client: Client
    /// What the client calls itself.
    package let clientID: String?
    /// Milliseconds since 1970.
    package let now: Int64

    /// The version of the request.
    package var version: Int16 { token.version }

    package init(token: RequestToken, client: Client, clientID: String?, now: Int64) {
        self.token = token
        self.client = client
        self.clientID = clientID
        self.now = now
    }
}

/// What a handler says.
package enum Answer<Response> {
    /// The answer.
    case now(Response)
    /// The answer, with the records that its `RecordData.external` name by their index.
    case withRecords(Response, [LogRegion])
    /// The answer comes later, through `Broker.answer`.
    case parked
    /// The client wants none.
    case nothing
    /// There can be none: the connection is closed, which is how a client that wants no answers learns of a failure.
    case close
}

/// A stretch of a file that is sent as it is.
public struct LogRegion {
    /// Keeps the file open.
    public let owner: AnyObject
    /// The open file.
    public let descriptor: Int32
    /// Where in the file.
    public let offset: Int64
    /// How many bytes.
    public let length: Int

    /// A stretch of an open file.
    public init(owner: AnyObject, descriptor: Int32, offset: Int64, length: Int) {
        self.owner = owner
        self.descriptor = descriptor
        self.offset = offset
        self.length = length
    }
}

/// What comes of a request.
public enum Outcome {
    /// Send this.
    case respond(ResponseFrame)
    /// The answer comes through `deliver`, under this token.
    case parked(RequestToken)
    /// There is no answer; the next request may be handled.
    case nothing
    /// Close the connection.
    case close
}

/// A response as it goes over the wire, its size in front.
public struct ResponseFrame {
    /// A piece of it.
    public enum Chunk {
        /// These bytes.
        case bytes([UInt8])
        /// Bytes of a file.
        case region(LogRegion)
    }

    /// The pieces in order.
    public private(set) var chunks: [Chunk]

    /// Encodes a response. A record field that is external with id n stands for `regions` n and, as far as its length goes, those after it.
    package init<API: KafkaAPI>(
        _: API.Type, _ token: RequestToken, _ response: API.Response, regions: [LogRegion] = [], version: Int16? = nil
    ) {
        var response = response
        let version = version ?? token.version
        let flexible = API.isFlexible(version)
        // ApiVersions' header never has tagged fields, so that a client of any age can read it (KIP-511).
        let flexibleHeader = flexible && API.key != ApiVersions.key
        guard
            let encoded = try? Frame.encode(
                &response, correlationID: token.correlationID, version: version, flexible: flexible,
                flexibleHeader: flexibleHeader)
        else { preconditionFailure("writing a message does not fail") }
        guard !encoded.external.isEmpty else {
            chunks = [.bytes(encoded.bytes)]
            return
        }
        chunks = []
        chunks.reserveCapacity(2 * encoded.external.count + 1)
        var position = 0
        for records in encoded.external {
            if records.position > position { chunks.append(.bytes(Array(encoded.bytes[position..<records.position]))) }
            position = records.position
            var length = 0
            var index = records.id
            while length < records.length {
                chunks.append(.region(regions[index]))
                length += regions[index].length
                index += 1
            }
            precondition(length == records.length, "records of \(records.length) bytes are given as \(length)")
        }
        if position < encoded.bytes.count { chunks.append(.bytes(Array(encoded.bytes[position...]))) }
    }
}
