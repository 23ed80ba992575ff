import DynamoDB

/// What is told of a running stack: by the control API as JSON, by `nestbox status` to people.
struct StackStatus: Equatable, Sendable {
    /// How the stack is as a whole.
    enum State: String, CaseIterable, Sendable {
        /// Not everything has been ready yet.
        case starting
        /// Everything is ready.
        case ready
        /// Everything has been ready, and something is not any more.
        case degraded
        /// It is on its way back to the stack file.
        case resetting
        /// It is on its way out.
        case stopping
    }

    /// An emulator or a service.
    struct Part: Equatable, Sendable {
        /// `DynamoDB`, `Kafka`, or the service's name.
        var name: String
        /// One word: `ready`, `starting`, and what a service can be besides.
        var state: String
        /// Whether nothing has to be waited for.
        var isReady: Bool
        /// Where it is found: an URL, or Kafka's host and port.
        var address: String?
        /// A service's process.
        var pid: Int32?
        /// How often a service has been started.
        var starts = 0
        /// Whether it is a service.
        var isService = false
        /// What is known of a part that is not ready.
        var note: String?
    }

    /// The version of the nestbox that runs.
    var version: String
    /// Its pid.
    var pid: Int32
    /// The command that runs it: `up` or `exec`.
    var command: String
    /// How it is as a whole.
    var state: State
    /// The data directory.
    var data: String
    /// Whether the data goes away at exit.
    var isTemporary: Bool
    /// The directory of the stack file, which tells stacks in memory apart.
    var directory: String
    /// Where the control API is.
    var control: String
    /// Emulators, then services, in the stack's order.
    var parts: [Part]
    /// What the services are given to find the emulators and each other.
    var environment: [ServiceDefinition.Variable]

    /// The parts that are not ready, each with what is known of it, for a message.
    var lateParts: String {
        parts.filter { !$0.isReady }.map { $0.name + ($0.note.map { " (\($0))" } ?? "") }.joined(separator: ", ")
    }
}

extension StackStatus {
    /// Its JSON.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("version")
        writer.string(version)
        writer.key("pid")
        writer.integer(Int(pid))
        writer.key("command")
        writer.string(command)
        writer.key("state")
        writer.string(state.rawValue)
        writer.key("data")
        writer.string(data)
        writer.key("in_memory")
        writer.bool(isTemporary)
        writer.key("directory")
        writer.string(directory)
        writer.key("control")
        writer.string(control)
        writer.key("parts")
        writer.beginArray()
        for part in parts { part.write(to: &writer) }
        writer.endArray()
        writer.key("environment")
        writer.beginObject()
        for variable in environment {
            writer.key(text: Text(variable.name))
            writer.string(variable.value)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// Reads its JSON; nil when it is something else. Members that this version does not know are passed over.
    init?(json: [UInt8]) {
        let read: StackStatus? = json.withUnsafeBytes { bytes in
            var reader = JSONReader(bytes)
            return try? StackStatus(&reader)
        }
        guard let read else { return nil }
        self = read
    }

    private init(_ reader: inout JSONReader) throws(DynamoDBError) {
        self.init(
            version: "", pid: 0, command: "", state: .starting, data: "", isTemporary: false, directory: "",
            control: "", parts: [],
            environment: [])
        try reader.beginStructure("status")
        while let key = try reader.nextKey() {
            switch key {
            case "version": version = try reader.text().string
            case "pid": pid = Int32(truncatingIfNeeded: try reader.integer())
            case "command": command = try reader.text().string
            case "state": state = State(rawValue: try reader.text().string) ?? .starting
            case "data": data = try reader.text().string
            case "in_memory": isTemporary = try reader.bool()
            case "directory": directory = try reader.text().string
            case "control": control = try reader.text().string
            case "parts":
                try reader.beginList()
                while try reader.nextElement() { parts.append(try Part(&reader)) }
            case "environment":
                try reader.beginStructure("environment")
                while let name = try reader.nextKey() {
                    let name = name.text.string
                    environment.append(.init(name: name, value: try reader.text().string))
                }
            default: try reader.skip()
            }
        }
        try reader.end()
    }
}

extension StackStatus.Part {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(name)
        writer.key("state")
        writer.string(state)
        writer.key("ready")
        writer.bool(isReady)
        if let address {
            writer.key("address")
            writer.string(address)
        }
        if isService {
            writer.key("starts")
            writer.integer(starts)
        }
        writer.key("service")
        writer.bool(isService)
        if let pid {
            writer.key("pid")
            writer.integer(Int(pid))
        }
        if let note {
            writer.key("note")
            writer.string(note)
        }
        writer.endObject()
    }

    fileprivate init(_ reader: inout JSONReader) throws(DynamoDBError) {
        self.init(name: "", state: "", isReady: false)
        try reader.beginStructure("part")
        while let key = try reader.nextKey() {
            switch key {
            case "name": name = try reader.text().string
            case "state": state = try reader.text().string
            case "ready": isReady = try reader.bool()
            case "address": address = try reader.text().string
            case "service": isService = try reader.bool()
            case "starts": starts = try reader.integer()
            case "pid": pid = Int32(truncatingIfNeeded: try reader.integer())
            case "note": note = try reader.text().string
            default: try reader.skip()
            }
        }
    }
}
