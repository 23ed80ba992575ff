internal import CRdKafka
import Synchronization

/// What librdkafka calls back for every kind of client; its address is the client's opaque pointer.
class CallbackContext: @unchecked Sendable {
    let log: @Sendable (KafkaLogLine) -> Void
    let tokenSource: KafkaSecurity.TokenSource?
    let fatal = Atomic(false)

    init(log: @escaping @Sendable (KafkaLogLine) -> Void, tokenSource: KafkaSecurity.TokenSource?) {
        self.log = log
        self.tokenSource = tokenSource
    }
}

/// A client of librdkafka. All of its functions that are used here may be called from any thread; nothing is after `destroy`.
struct Handle: @unchecked Sendable {
    let raw: OpaquePointer

    /// Makes a client of `type` with `properties`; `prepare` sets what is special to the type.
    init(
        _ type: rd_kafka_type_t, properties: [String: String], context: CallbackContext,
        prepare: (OpaquePointer) -> Void
    ) throws(KafkaError) {
        guard let configuration = rd_kafka_conf_new() else { throw KafkaError(RD_KAFKA_RESP_ERR__FAIL) }
        var text = [CChar](repeating: 0, count: 512)
        func message() -> String {
            String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) {
            if rd_kafka_conf_set(configuration, name, value, &text, text.count) != RD_KAFKA_CONF_OK {
                rd_kafka_conf_destroy(configuration)
                throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, message())
            }
        }
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(context).toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { client, level, facility, text in
            guard let client, let opaque = rd_kafka_opaque(client) else { return }
            let context = Unmanaged<CallbackContext>.fromOpaque(opaque).takeUnretainedValue()
            context.log(
                KafkaLogLine(
                    syslogLevel: level, facility: facility.map { String(cString: $0) } ?? "",
                    text: text.map { String(cString: $0) } ?? ""))
        }
        rd_kafka_conf_set_error_cb(configuration) { client, code, reason, opaque in
            guard let client, let opaque else { return }
            let context = Unmanaged<CallbackContext>.fromOpaque(opaque).takeUnretainedValue()
            var text = reason.map { String(cString: $0) } ?? ""
            let error = rd_kafka_resp_err_t(code)
            if error == RD_KAFKA_RESP_ERR__FATAL {
                var buffer = [CChar](repeating: 0, count: 512)
                let cause = rd_kafka_fatal_error(client, &buffer, buffer.count)
                text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                context.fatal.store(true, ordering: .releasing)
                context.log(
                    KafkaLogLine(
                        syslogLevel: 3, facility: String(cString: rd_kafka_err2name(cause)), text: text))
                return
            }
            context.log(
                KafkaLogLine(syslogLevel: 4, facility: String(cString: rd_kafka_err2name(error)), text: text))
        }
        if context.tokenSource != nil { TokenRefresh.install(configuration) }
        prepare(configuration)
        guard let raw = rd_kafka_new(type, configuration, &text, text.count) else {
            rd_kafka_conf_destroy(configuration)
            throw KafkaError(RD_KAFKA_RESP_ERR__FAIL, message())
        }
        self.raw = raw
        // On librdkafka's own thread, which may wait for the token's endpoint.
        if context.tokenSource != nil { rd_kafka_error_destroy(rd_kafka_sasl_background_callbacks_enable(raw)) }
    }

    /// Asks any broker for metadata; blocks for up to `timeoutMillis`.
    func metadata(timeoutMillis: Int32) -> KafkaError? {
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(raw, 0, nil, &metadata, timeoutMillis)
        if let metadata { rd_kafka_metadata_destroy(metadata) }
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code)
    }
}

extension Duration {
    /// Whole milliseconds, within what librdkafka takes.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(
            clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue + attoseconds / 1_000_000_000_000_000)
    }
}
