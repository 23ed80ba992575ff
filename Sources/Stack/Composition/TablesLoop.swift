import Reactor

/// The tables loop: DynamoDB's listeners and the engine, on one thread that nothing else touches.
enum TablesLoop {
    /// Starts the thread; what becomes of it comes as reports.
    static func start(_ settings: EmulatorSettings, _ reports: Mailbox<EmulatorReport>) throws(Failure) {
        reports.put(.failed(.aws, Failure(.other, "DynamoDB is not in this build; use --only kafka")))
    }
}
