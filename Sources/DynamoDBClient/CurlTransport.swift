internal import CCurl
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sends requests by libcurl's multi interface on one thread of its own, which keeps connections open for reuse.
///
/// No caller's thread ever blocks: a request is handed over, and its task is resumed when the answer is whole.
public final class CurlTransport: HTTPTransport {
    private let inbox: Inbox

    /// Starts the thread, which ends with the transport.
    /// - Parameters:
    ///   - connectionsPerHostMax: how many connections to one host there may be; further requests wait for one.
    ///   - certificateAuthorities: a file of trusted certificates in PEM; nil for the system's.
    ///   - proxies: which requests go by a proxy.
    public init(
        connectionsPerHostMax: Int = 64, certificateAuthorities: String? = nil, proxies: ProxySettings = .none
    ) {
        let inbox = Inbox(connectionsPerHostMax: connectionsPerHostMax)
        self.inbox = inbox
        startThread {
            CurlLoop(inbox: inbox, certificateAuthorities: certificateAuthorities, proxies: proxies).run()
        }
    }

    deinit { inbox.close() }

    /// Sends one request and waits for the whole answer.
    public func send(_ request: OutgoingRequest) async throws -> IncomingResponse {
        try Task.checkCancellation()
        let id = inbox.nextID()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                inbox.put(.start(id, request, continuation))
            }
        } onCancel: {
            inbox.put(.cancel(id))
        }
    }
}

/// Runs `body` on a new detached thread.
func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, 512 * 1024)
    defer { pthread_attr_destroy(&attributes) }
    #if canImport(Glibc)
        var thread = pthread_t()
    #else
        var thread: pthread_t?
    #endif
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    let failure = pthread_create(
        &thread, &attributes,
        { context in
            #if canImport(Glibc)
                guard let context else { return nil }
            #endif
            Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, context)
    precondition(failure == 0, "The system gives no thread for libcurl.")
}

/// What tasks tell the thread.
private enum Command: Sendable {
    case start(UInt64, OutgoingRequest, CheckedContinuation<IncomingResponse, any Error>)
    case cancel(UInt64)
}

/// The one thing that tasks and the thread share. `curl_multi_wakeup` is the multi interface's one function that any thread may call.
private final class Inbox: @unchecked Sendable {
    private struct State {
        var commands: [Command] = []
        var lastID: UInt64 = 0
        var closed = false
    }

    private let state = Mutex(State())
    let multi: OpaquePointer

    init(connectionsPerHostMax: Int) {
        curl_global_init(Int(CURL_GLOBAL_ALL))
        guard let multi = curl_multi_init() else { fatalError("libcurl cannot be started: out of memory.") }
        self.multi = OpaquePointer(multi)
        curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionsPerHostMax)
        curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionsPerHostMax)
    }

    func nextID() -> UInt64 {
        state.withLock {
            $0.lastID += 1
            return $0.lastID
        }
    }

    func put(_ command: Command) {
        state.withLock { state in
            state.commands.append(command)
            _ = curl_multi_wakeup(UnsafeMutableRawPointer(multi))
        }
    }

    func close() {
        state.withLock { state in
            state.closed = true
            _ = curl_multi_wakeup(UnsafeMutableRawPointer(multi))
        }
    }

    func take() -> (commands: [Command], closed: Bool) {
        state.withLock { state in
            defer { state.commands = [] }
            return (state.commands, state.closed)
        }
    }
}

/// The thread's side: nothing of it is touched from elsewhere.
private final class CurlLoop {
    private let inbox: Inbox
    private let multi: UnsafeMutableRawPointer
    private let certificateAuthorities: String?
    private let proxies: ProxySettings
    private var transfers: [UInt64: Transfer] = [:]
    private var idle: [UnsafeMutableRawPointer] = []
    /// Cancellations that came before their request: the two may overtake each other.
    private var cancelledEarly: Set<UInt64> = []

    init(inbox: Inbox, certificateAuthorities: String?, proxies: ProxySettings) {
        self.inbox = inbox
        multi = UnsafeMutableRawPointer(inbox.multi)
        self.certificateAuthorities = certificateAuthorities
        self.proxies = proxies
    }

    func run() {
        while true {
            let (commands, closed) = inbox.take()
            for command in commands {
                switch command {
                case .start(let id, let request, let continuation): start(id, request, continuation)
                case .cancel(let id): cancel(id)
                }
            }
            if closed, transfers.isEmpty { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            finishDone()
            curl_multi_poll(multi, nil, 0, transfers.isEmpty ? 60_000 : 1_000, nil)
        }
        for easy in idle { curl_easy_cleanup(easy) }
        curl_multi_cleanup(multi)
    }

    private func start(
        _ id: UInt64, _ request: OutgoingRequest, _ continuation: CheckedContinuation<IncomingResponse, any Error>
    ) {
        if cancelledEarly.remove(id) != nil { return continuation.resume(throwing: CancellationError()) }
        guard let easy = idle.popLast() ?? curl_easy_init() else {
            return continuation.resume(throwing: TransportError("libcurl is out of memory.", neverSent: true))
        }
        let transfer = Transfer(id: id, easy: easy, continuation: continuation)
        transfer.prepare(request, certificateAuthorities: certificateAuthorities, proxies: proxies)
        transfers[id] = transfer
        curl_multi_add_handle(multi, easy)
    }

    private func cancel(_ id: UInt64) {
        guard let transfer = transfers.removeValue(forKey: id) else {
            // A request that has ended already is no longer known either; its note is dropped by the size limit below.
            cancelledEarly.insert(id)
            if cancelledEarly.count > 10_000 { cancelledEarly.removeAll() }
            return
        }
        release(transfer)
        transfer.continuation.resume(throwing: CancellationError())
    }

    private func finishDone() {
        var waiting: Int32 = 0
        while let message = curl_multi_info_read(multi, &waiting) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            curl_get_pointer(easy, CURLINFO_PRIVATE, &context)
            guard let context else { continue }
            let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
            transfers[transfer.id] = nil
            let result = transfer.result(code)
            release(transfer)
            transfer.continuation.resume(with: result)
        }
    }

    private func release(_ transfer: Transfer) {
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.releaseHeaders()
        // A reset keeps the handle's memory; the connections belong to the multi handle.
        curl_easy_reset(transfer.easy)
        if idle.count < 16 { idle.append(transfer.easy) } else { curl_easy_cleanup(transfer.easy) }
    }
}

/// One request on its way.
private final class Transfer {
    let id: UInt64
    let easy: UnsafeMutableRawPointer
    let continuation: CheckedContinuation<IncomingResponse, any Error>
    private var url = ""
    private var headers: [(name: String, value: String)] = []
    private var body: [UInt8] = []
    private var headerList: UnsafeMutablePointer<curl_slist>?

    init(
        id: UInt64, easy: UnsafeMutableRawPointer, continuation: CheckedContinuation<IncomingResponse, any Error>
    ) {
        self.id = id
        self.easy = easy
        self.continuation = continuation
    }

    func prepare(_ request: OutgoingRequest, certificateAuthorities: String?, proxies: ProxySettings) {
        url = request.url
        curl_set_text(easy, CURLOPT_URL, url)
        // An empty name is no proxy; without any libcurl would read the process's variables, which the file .env is no part of.
        curl_set_text(easy, CURLOPT_PROXY, request.usesProxy ? proxies.proxy(for: url) ?? "" : "")
        curl_set_text(easy, CURLOPT_NOPROXY, proxies.exceptions)
        // Expect would cost a round trip; an empty Accept-Encoding keeps the body as it is, for its checksum.
        var lines = ["Expect:"]
        if request.method == "POST" || request.method == "PUT" {
            curl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            request.body.withUnsafeBytes { bytes in
                withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { empty in
                    let start = bytes.baseAddress.map { UnsafeMutableRawPointer(mutating: $0) } ?? empty.baseAddress
                    _ = curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, start)
                }
            }
        }
        if request.method != "GET", request.method != "POST" {
            curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        }
        lines += request.headers.map { $0.value.isEmpty ? $0.name + ";" : $0.name + ": " + $0.value }
        for line in lines { headerList = curl_slist_append(headerList, line) }
        curl_set_list(easy, CURLOPT_HTTPHEADER, headerList)
        curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
        curl_set_long(easy, CURLOPT_TIMEOUT_MS, request.timeout.milliseconds)
        curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        curl_set_long(easy, CURLOPT_TCP_NODELAY, 1)
        curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        if let certificateAuthorities { curl_set_text(easy, CURLOPT_CAINFO, certificateAuthorities) }
        let context = Unmanaged.passUnretained(self).toOpaque()
        curl_set_pointer(easy, CURLOPT_PRIVATE, context)
        curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        curl_set_data_function(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            guard let data, let context else { return 0 }
            Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                .received(UnsafeRawBufferPointer(start: data, count: size * count))
            return size * count
        }
        curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        curl_set_data_function(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            guard let data, let context else { return 0 }
            Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                .receivedHeader(UnsafeRawBufferPointer(start: data, count: size * count))
            return size * count
        }
    }

    private func received(_ bytes: UnsafeRawBufferPointer) { body.append(contentsOf: bytes) }

    private func receivedHeader(_ bytes: UnsafeRawBufferPointer) {
        let line = String(decoding: bytes, as: UTF8.self)
        // The status line of an interim answer begins the headers anew.
        if line.hasPrefix("HTTP/") { return headers.removeAll() }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        let end = value.lastIndex { !$0.isWhitespace }
        headers.append((line[..<colon].lowercased(), end.map { String(value[...$0]) } ?? ""))
    }

    func result(_ code: CURLcode) -> Result<IncomingResponse, any Error> {
        guard code == CURLE_OK else {
            let text = curl_easy_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
            let neverSent =
                code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST
                || code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_SSL_CONNECT_ERROR
                || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_URL_MALFORMAT
            return .failure(TransportError("\(url): \(text)", neverSent: neverSent))
        }
        var status = 0
        curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return .success(IncomingResponse(status: status, headers: headers, body: body))
    }

    func releaseHeaders() {
        curl_slist_free_all(headerList)
        headerList = nil
    }
}

extension Duration {
    /// Whole milliseconds, rounded up.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
