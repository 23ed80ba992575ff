import AWSSignature
import Reactor

/// What an emulator's thread tells the control loop.
enum EmulatorReport: Sendable {
    /// It answers on a port, with all its tables or topics made. `commands` reaches it.
    case started(Emulator, port: UInt16, commands: Mailbox<EmulatorCommand>, notes: [Note])
    /// It could not start, or has ended when it should not have.
    case failed(Emulator, Failure)
    /// It answers nobody until it is released.
    case held(Emulator)
    /// It has gone back to the stack file, or could not.
    case reset(Emulator, Result<[Note], Failure>)
    /// It has ended as it was told to; all its data is on disk.
    case stopped(Emulator)

    /// Something that people should know.
    struct Note: Equatable, Sendable {
        var level: Settings.LogLevel
        var text: String
    }
}

/// What the control loop tells an emulator's thread.
enum EmulatorCommand: Sendable {
    /// Answer nobody any more, put all data on disk, and end.
    case stop
    /// Answer nobody until `release` comes.
    case hold
    /// Go back to the stack file; while it is held.
    case reset
    /// Answer again.
    case release
    /// Tell what the consumer groups have read. It is Kafka's; DynamoDB has none.
    case tellGroups(Mailbox<Result<[GroupProgress], Failure>>)
}

/// What an emulator's thread needs to know.
struct EmulatorSettings: Sendable {
    /// Where its data is; the directory is there.
    var directory: String
    /// Where it listens.
    var host: HostAddress
    /// Its port; nil for a free one.
    var port: UInt16?
    /// One more port of DynamoDB.
    var alsoPort: UInt16?
    /// Whether clients come through the published ports of a container.
    var isInContainer = false
    /// Whether its data goes away at exit.
    var isTemporary: Bool
    /// Whether an answered write survives a power cut.
    var survivesPowerLoss: Bool
    /// What was set of Kafka's broker configs.
    var kafkaProperties = KafkaProperties()
    /// Whether topics may ask for more replicas than there are brokers.
    var lenientReplication = false
    /// Who shares tables with whom.
    var isolation = Isolation.none
    /// What signatures are checked against; nil when they are not.
    var verifier: SignatureVerifier?
    /// How long tables show that they are being made, changed or deleted.
    var tableDelay = Duration.zero
    /// Its tables and topics.
    var stack: StackFile
}
