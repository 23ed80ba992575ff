import KafkaWire

/// Why a batch was not appended.
public struct AppendError: Error, Equatable {
    /// A record that had the batch refused.
    public struct RecordError: Equatable, Sendable {
        /// The record's place in the batch, from 0.
        public var batchIndex: Int32
        /// What is wrong with it.
        public var message: String
    }

    /// The code for the response.
    public var error: KafkaError
    /// What is wrong, in Kafka's words.
    public var message: String
    /// The records at fault, when single records are; only then does Kafka send the message too.
    public var recordErrors: [RecordError] = []

    init(_ error: KafkaError, _ message: String, recordErrors: [RecordError] = []) {
        self.error = error
        self.message = message
        self.recordErrors = recordErrors
    }

    init(_ error: RecordsError) {
        switch error {
        case .corrupt: self.init(.corruptMessage, error.message)
        case .invalid: self.init(.invalidRecord, error.message)
        case .decompression, .unknownCompression: self.init(.unknownServerError, error.message)
        case .tooLarge: self.init(.messageTooLarge, error.message)
        }
    }

    init(_ error: StorageError) { self.init(.kafkaStorageError, error.description) }
}

/// Who appends: what a client sends is checked more closely.
public enum AppendOrigin: Sendable {
    case client
    case coordinator
}
