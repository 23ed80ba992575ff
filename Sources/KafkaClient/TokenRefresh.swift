internal import CRdKafka
import Synchronization

/// Gives librdkafka a new token of OAUTHBEARER whenever it asks for one.
enum TokenRefresh {
    /// Sets the callback; its thread is librdkafka's background thread, which may wait.
    static func install(_ configuration: OpaquePointer) {
        rd_kafka_conf_enable_sasl_queue(configuration, 1)
        rd_kafka_conf_set_oauthbearer_token_refresh_cb(configuration) { client, _, opaque in
            guard let client, let opaque else { return }
            let context = Unmanaged<CallbackContext>.fromOpaque(opaque).takeUnretainedValue()
            guard let source = context.tokenSource else { return }
            switch TokenRefresh.wait(for: source) {
            case .success(let token): TokenRefresh.set(token, client)
            case .failure(let error): rd_kafka_oauthbearer_set_token_failure(client, "\(error)")
            }
        }
    }

    private static func set(_ token: KafkaSecurity.Token, _ client: OpaquePointer) {
        var text = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_oauthbearer_set_token(
            client, token.value, token.expiryMillis, token.principal, nil, 0, &text, text.count)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_oauthbearer_set_token_failure(client, text) }
    }

    private final class Outcome: Sendable {
        let result = Mutex<Result<KafkaSecurity.Token, any Error>?>(nil)
    }

    /// Blocks the calling thread until the source has answered, which it does within its own time limit.
    private static func wait(for source: @escaping KafkaSecurity.TokenSource) -> Result<KafkaSecurity.Token, any Error>
    {
        let outcome = Outcome()
        Task {
            let result: Result<KafkaSecurity.Token, any Error>
            do { result = .success(try await source()) } catch { result = .failure(error) }
            outcome.result.withLock { $0 = result }
        }
        while true {
            if let result = outcome.result.withLock({ $0 }) { return result }
            pause(millis: 5)
        }
    }
}
