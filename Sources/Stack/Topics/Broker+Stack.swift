import KafkaBroker
import KafkaWire

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
                    let place = definition.variable ?? stack.place(line: definition.line)
                    notes.append(stack.note(differences, of: "topic \(definition.name)", in: place))
                }
                continue
            }
            var new = NewTopic(name: definition.name)
            new.partitionCount = definition.partitions
            new.configs = definition.configs.map { ($0.name, $0.value) }
            do throws(TopicRefusal) { _ = try create(new) } catch {
                throw stack.refusal(
                    "topic \(definition.name)", error.message ?? "\(error.error)",
                    in: definition.variable ?? stack.place(line: definition.line))
            }
        }
        return notes
    }
}

extension Broker {
    /// Goes back to the stack file: its topics, new ones by their ids, and no groups.
    func reset(to stack: StackFile) -> Result<[EmulatorReport.Note], Failure> {
        do throws(StorageError) { try deleteAllTopics() } catch {
            return .failure(Failure(.other, "the topics cannot be deleted: \(error); make room on the disk"))
        }
        do throws(Failure) { return .success(try makeTopics(of: stack)) } catch { return .failure(error) }
    }
}

extension StackFile {
    /// How messages call a place in the file.
    func place(line: Int) -> String { "\(name):\(line)" }

    /// What is said of something that is there and differs from its definition.
    func note(_ differences: [String], of subject: String, in place: String) -> EmulatorReport.Note {
        EmulatorReport.Note(
            level: .warn,
            text: "\(subject) differs from \(place) and is left as it is: \(differences.joined(separator: "; "))")
    }

    /// What is said of something that an emulator refuses to make.
    func refusal(_ subject: String, _ reason: String, in place: String) -> Failure {
        let sentence = reason.hasSuffix(".") ? String(reason.dropLast()) : reason
        return Failure(.configuration, "\(place): \(subject) cannot be made: \(sentence); change it")
    }
}
