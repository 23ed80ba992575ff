import AWSSignature
import AWSServer
import DynamoDB
import Reactor

/// The tables loop: DynamoDB's listeners and the engine, on one thread that nothing else touches.
enum TablesLoop {
    /// Starts the thread; what becomes of it comes as reports.
    static func start(_ settings: EmulatorSettings, _ reports: Mailbox<EmulatorReport>) throws(Failure) {
        try LoopThread.start("tables") {
            do throws(Failure) {
                try run(settings, reports)
                reports.put(.stopped(.aws))
            } catch {
                reports.put(.failed(.aws, error))
            }
        }
    }

    /// The thread's life: everything that belongs to the engine is made, used and closed here.
    private static func run(_ settings: EmulatorSettings, _ reports: Mailbox<EmulatorReport>) throws(Failure) {
        let loop: EventLoop
        let databases: Databases
        let engine: Engine
        do {
            loop = try EventLoop()
            databases = try Self.databases(settings)
            // The tables of the stack are for the services: theirs are the credentials.
            engine = try databases.engine(
                of: SignedCredential(
                    accessKeyID: settings.stack.childCredentials.accessKeyID, region: settings.stack.region))
        } catch {
            throw Failure(.other, "DynamoDB cannot open its data in \(settings.directory): \(error)")
        }
        var configuration = AWSEndpoint.Configuration()
        configuration.region = settings.stack.region
        configuration.verifier = settings.verifier
        configuration.version = Version.text
        let endpoint = AWSEndpoint(loop: loop, databases: databases, configuration: configuration)
        // What is open when this fails, such as a table whose seed cannot be read, is not committed.
        defer { databases.close() }
        let port = try settings.host.listen(
            port: settings.port, for: "DynamoDB", mend: "choose another port with --aws-port, or --any-port"
        ) { try endpoint.listen(on: $0) }
        if let also = settings.alsoPort {
            _ = try settings.host.listen(
                port: also, for: "DynamoDB", mend: "choose another port with --also-aws-port"
            ) { try endpoint.listen(on: $0) }
        }
        // The stack's own tables are there at once.
        engine.tableDelay = .zero
        let notes = try engine.makeTables(of: settings.stack, nowMillis: loop.wallMillis)
        engine.tableDelay = settings.tableDelay
        let commands = loop.mailbox(of: EmulatorCommand.self) { [unowned loop] command in
            switch command {
            case .stop: loop.stop()
            case .hold: loop.hold { reports.put(.held(.aws)) }
            case .release: loop.release()
            case .reset:
                reports.put(.reset(.aws, reset(databases, engine, settings, nowMillis: loop.wallMillis)))
            case .tellGroups(let reply): reply.put(.success([]))
            }
        }
        reports.put(.started(.aws, port: port, commands: commands, notes: notes))
        loop.run()
        endpoint.close()
    }

    /// Goes back to the stack file: with the database that the stack's tables are in, in one commit.
    private static func reset(
        _ databases: Databases, _ engine: Engine, _ settings: EmulatorSettings, nowMillis: Int64
    ) -> Result<[EmulatorReport.Note], Failure> {
        do throws(DynamoDBError) {
            try databases.deleteAllTables(leavingOpen: engine)
        } catch {
            return .failure(
                Failure(
                    .other, "the tables cannot be deleted: \(engine.lastFailure ?? "\(error)"); make room on the disk"))
        }
        // Those that nobody has asked for yet are not open.
        let root = credentials(settings)
        for name in FileSystem.names(in: root) where !databases.openDirectoryNames.contains(name) {
            FileSystem.removeTree(root + "/" + name)
        }
        engine.tableDelay = .zero
        defer { engine.tableDelay = settings.tableDelay }
        do throws(Failure) {
            return .success(try engine.makeTables(of: settings.stack, nowMillis: nowMillis))
        } catch {
            return .failure(error)
        }
    }

    /// Where the databases of credentials are, when each has its own.
    private static func credentials(_ settings: EmulatorSettings) -> String { settings.directory + "/credentials" }

    /// One database in the directory, or one for each credential in a directory below it.
    private static func databases(_ settings: EmulatorSettings) throws -> Databases {
        let durability: Engine.Configuration.Durability = settings.survivesPowerLoss ? .full : .process
        switch settings.isolation {
        case .none:
            return Databases(
                shared: try Engine(
                    Engine.Configuration(
                        directory: settings.directory, durability: settings.isTemporary ? .memory : durability)))
        case .credentials:
            let root = credentials(settings)
            return Databases(
                isolation: .init(
                    open: { name in
                        let directory = root + "/" + name
                        try FileSystem.makeDirectory(directory)
                        // A database that rests is closed, and opened again when it is asked for.
                        let engine = try Engine(
                            Engine.Configuration(
                                directory: directory, durability: settings.isTemporary ? .close : durability))
                        engine.tableDelay = settings.tableDelay
                        return engine
                    },
                    remove: { FileSystem.removeTree(root + "/" + $0) }))
        }
    }
}
