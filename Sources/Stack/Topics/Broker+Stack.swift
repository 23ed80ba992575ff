import KafkaBroker

extension Broker {
    /// Makes the topics of a stack that are not there, and says how those that are there differ: they are left alone.
    func makeTopics(of stack: StackFile) throws(Failure) -> [EmulatorReport.Note] {
        var notes: [EmulatorReport.Note] = []
        for definition in stack.topics {
            if let topic = catalog.topic(named: definition.name) {
                let differences = definition.differences(
                    partitions: topic.partitionCount, overrides: topic.overrides,
                    defaultValue: { TopicConfigs.named($0)?.defaultValue },
                    canonical: { TopicConfigs.named($0)?.canonical($1) ?? $1 })
                if !differences.isEmpty {
                    notes.append(stack.note(differences, of: "topic \(definition.name)", line: definition.line))
                }
                continue
            }
            var new = NewTopic(name: definition.name)
            new.partitionCount = definition.partitions
            new.configs = definition.configs.map { ($0.name, $0.value) }
            do throws(TopicRefusal) { _ = try create(new) } catch {
                throw stack.refusal(
                    "topic \(definition.name)", error.message ?? "\(error.error)", line: definition.line)
            }
        }
        return notes
    }
}

extension StackFile {
    /// What is said of something that is there and differs from its definition.
    func note(_ differences: [String], of subject: String, line: Int) -> EmulatorReport.Note {
        EmulatorReport.Note(
            level: .warn,
            text: "\(subject) differs from \(name):\(line) and is left as it is: \(differences.joined(separator: "; "))"
        )
    }

    /// What is said of something that an emulator refuses to make.
    func refusal(_ subject: String, _ reason: String, line: Int) -> Failure {
        let sentence = reason.hasSuffix(".") ? String(reason.dropLast()) : reason
        return Failure(.configuration, "\(name):\(line): \(subject) cannot be made: \(sentence); change it")
    }
}
