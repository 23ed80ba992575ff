import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why nothing came of an exchange with a broker.
enum NetworkFailure: Error, Equatable {
    /// The connection could not be made, or is gone.
    case disconnected
    /// The deadline came first.
    case timedOut
    /// A signal came first.
    case interrupted
    /// The broker sent what is no answer.
    case malformed
    /// The broker serves no version of the API that is known here.
    case unsupported
}

/// A blocking connection to one broker: requests go out, answers come back in their order.
final class Connection {
    private let descriptor: Int32
    private let clientID: String
    private let interrupt: Interrupt?
    private var correlationID: Int32 = 0
    /// What has come of the next answer: a wait that a signal ends loses nothing.
    private var input: [UInt8] = []
    /// The versions that the broker serves, by API key.
    private(set) var served: [Int16: ClosedRange<Int16>] = [:]

    /// Frames are not longer: what claims to be is no answer.
    private static let frameLengthMax = 1 << 30

    /// A request that has been sent: its answer is read with this.
    struct Ticket {
        fileprivate let correlationID: Int32
        fileprivate let version: Int16
    }

    /// Connects, and asks the broker which versions it serves.
    init(
        to address: SocketAddress, clientID: String, by deadline: Deadline, _ interrupt: Interrupt?
    ) throws(NetworkFailure) {
        self.clientID = clientID
        self.interrupt = interrupt
        descriptor = try Self.connect(to: address, by: deadline, interrupt)
        try negotiate(by: deadline)
    }

    deinit { close(descriptor) }

    private static func connect(
        to address: SocketAddress, by deadline: Deadline, _ interrupt: Interrupt?
    ) throws(NetworkFailure) -> Int32 {
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw .disconnected }
        do throws(NetworkFailure) {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            var on: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            let code = address.bytes.withUnsafeBytes { all in
                systemConnect(descriptor, all.bindMemory(to: sockaddr.self).baseAddress, socklen_t(all.count))
            }
            if code != 0 {
                guard errno == EINPROGRESS else { throw .disconnected }
                try wait(descriptor, for: POLLOUT, by: deadline, interrupt)
                var fault: Int32 = 0
                var length = socklen_t(MemoryLayout<Int32>.size)
                getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &fault, &length)
                guard fault == 0 else { throw .disconnected }
            }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// ApiVersions in its third version, and in its first where the broker knows no third (KIP-511).
    private func negotiate(by deadline: Deadline) throws(NetworkFailure) {
        var request = ApiVersions.Request()
        request.clientSoftwareName = "nestbox"
        request.clientSoftwareVersion = "1"
        served[ApiVersions.key] = 3...3
        let body = try receiveBody(of: send(ApiVersions.self, request), by: deadline)
        let response: ApiVersions.Response
        // How the rest of this answer is laid out brokers disagree on.
        if body.starts(with: [0, UInt8(KafkaError.unsupportedVersion.rawValue)]) {
            served[ApiVersions.key] = 0...0
            response = try call(ApiVersions.self, request, by: deadline)
        } else {
            response = try decode(ApiVersions.self, body, version: 3)
        }
        guard response.errorCode == .none else { throw .malformed }
        for api in response.apiKeys where api.minVersion <= api.maxVersion {
            served[api.apiKey] = api.minVersion...api.maxVersion
        }
    }

    /// The highest version of an API that both sides know; nil when there is none.
    func version<API: KafkaAPI>(of _: API.Type) -> Int16? {
        guard let served = served[API.key] else { return nil }
        let version = min(served.upperBound, API.versionMaxHere)
        return version >= max(served.lowerBound, API.versions.lowerBound) ? version : nil
    }

    /// Sends a request and waits for its answer.
    func call<API: KafkaAPI>(
        _: API.Type, _ request: API.Request, by deadline: Deadline
    ) throws(NetworkFailure) -> API.Response {
        try receive(API.self, send(API.self, request), by: deadline)
    }

    // MARK: - Frames

    /// Sends a request; its answer is taken by `receive`, in the order of the requests.
    func send<API: KafkaAPI>(_: API.Type, _ request: API.Request) throws(NetworkFailure) -> Ticket {
        guard let version = version(of: API.self) else { throw .unsupported }
        correlationID &+= 1
        var body = request
        let header = RequestHeader(
            apiKey: API.key, apiVersion: version, correlationID: correlationID, clientID: clientID)
        let frame: [UInt8]
        do throws(WireError) {
            frame = try Frame.encode(&body, header: header, flexible: API.isFlexible(version))
        } catch { throw .malformed }
        try write(frame)
        return Ticket(correlationID: correlationID, version: version)
    }

    /// Waits for the answer to a request.
    func receive<API: KafkaAPI>(
        _: API.Type, _ ticket: Ticket, by deadline: Deadline
    ) throws(NetworkFailure) -> API.Response {
        let body = try receiveBody(of: ticket, by: deadline)
        return try decode(API.self, body, version: ticket.version)
    }

    private func decode<API: KafkaAPI>(
        _: API.Type, _ body: [UInt8], version: Int16
    ) throws(NetworkFailure) -> API.Response {
        let flexible = API.isFlexible(version)
        let decoded: API.Response? = body.withUnsafeBytes { bytes in
            do throws(WireError) {
                var rest = bytes
                // The header of ApiVersions' response never has tagged fields, so that any client can read it.
                if flexible, API.key != ApiVersions.key {
                    var tags = Wire(reading: bytes, version: 0, flexible: true)
                    try tags.endOfStructure()
                    rest = UnsafeRawBufferPointer(rebasing: bytes[tags.consumed...])
                }
                return try Frame.decode(API.Response.self, rest, version: version, flexible: flexible)
            } catch { return nil }
        }
        guard let decoded else { throw .malformed }
        return decoded
    }

    /// The bytes after the correlation id. Answers that nobody waits for any more are passed over.
    private func receiveBody(of ticket: Ticket, by deadline: Deadline) throws(NetworkFailure) -> [UInt8] {
        while true {
            try fill(to: 8, by: deadline)
            let size = bigEndian(at: 0)
            guard size >= 4, size <= Self.frameLengthMax else { throw .malformed }
            try fill(to: 4 + size, by: deadline)
            let found = Int32(truncatingIfNeeded: bigEndian(at: 4))
            let body = Array(input[8..<4 + size])
            input.removeFirst(4 + size)
            if found == ticket.correlationID { return body }
            guard found &- ticket.correlationID < 0 else { throw .malformed }
        }
    }

    private func bigEndian(at offset: Int) -> Int {
        input.withUnsafeBytes { Int(Int32(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: Int32.self))) }
    }

    /// Reads until `count` bytes are there. What is claimed is believed piece by piece.
    private func fill(to count: Int, by deadline: Deadline) throws(NetworkFailure) {
        while input.count < count {
            let wanted = min(max(count - input.count, 1 << 14), 1 << 20)
            var got = 0
            let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                got = recv(descriptor, buffer.baseAddress, wanted, 0)
                filled = max(got, 0)
            }
            if got > 0 {
                input += piece
            } else if got < 0, errno == EINTR {
                continue
            } else if got < 0, errno == EAGAIN {
                try Self.wait(descriptor, for: POLLIN, by: deadline, interrupt)
            } else {
                throw .disconnected
            }
        }
    }

    private func write(_ bytes: [UInt8]) throws(NetworkFailure) {
        var position = 0
        while position < bytes.count {
            let sent = bytes.withUnsafeBytes {
                systemSend(descriptor, $0.baseAddress.map { $0 + position }, bytes.count - position)
            }
            if sent >= 0 {
                position += sent
            } else if errno == EAGAIN {
                // A broker that does not read for so long is gone.
                try Self.wait(descriptor, for: POLLOUT, by: .after(millis: 30_000), interrupt)
            } else if errno != EINTR {
                throw .disconnected
            }
        }
    }

    /// Waits until a socket can be read or written.
    private static func wait(
        _ descriptor: Int32, for events: Int32, by deadline: Deadline, _ interrupt: Interrupt?
    ) throws(NetworkFailure) {
        while true {
            var waiting = [
                pollfd(fd: descriptor, events: Int16(events), revents: 0),
                pollfd(fd: interrupt?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            ]
            let millis = Int32(clamping: deadline.remainingMillis)
            let count = poll(&waiting, 2, millis)
            if count < 0, errno != EINTR { throw .disconnected }
            if waiting[1].revents != 0 { throw .interrupted }
            if waiting[0].revents != 0 { return }
            if count == 0, deadline.hasPassed { throw .timedOut }
        }
    }
}

private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}

private func systemSend(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        send(descriptor, bytes, count, Int32(MSG_NOSIGNAL))
    #else
        send(descriptor, bytes, count, 0)
    #endif
}

extension KafkaAPI {
    /// The highest version that the tools send: topics go by name, and of a group that is not there they say what Kafka 3.4's tools say.
    static var versionMaxHere: Int16 {
        let bound: [Int16: Int16] = [
            Produce.key: 12, Fetch.key: 12, OffsetCommit.key: 9, OffsetFetch.key: 9, DescribeGroups.key: 5,
            DeleteGroups.key: 2,
            // librdkafka's mock cluster misreads a member's requests in flexible versions, which bring nothing that is used here.
            JoinGroup.key: 5, SyncGroup.key: 3, Heartbeat.key: 3, LeaveGroup.key: 2,
        ]
        return min(versions.upperBound, bound[key] ?? .max)
    }

    /// The name as Java's clients print it: `ListGroups` is LIST_GROUPS.
    static var constantName: String { "\(Self.self)".constantName }
}

extension String {
    /// The name as Java writes constants: `unknownTopicID` is UNKNOWN_TOPIC_ID.
    var constantName: String {
        var name = ""
        var previous: Character?
        for character in self {
            if character.isUppercase, previous?.isUppercase == false { name += "_" }
            name += character.uppercased()
            previous = character
        }
        return name
    }
}
