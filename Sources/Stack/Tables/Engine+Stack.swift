import DynamoDB

extension Engine {
    /// Makes the tables of a stack that are not there, with their seed items, and says how those that are there differ:
    /// they are left alone. A table and its seed items are one commit: either both are there or neither.
    func makeTables(of stack: StackFile, nowMillis: Int64) throws(Failure) -> [EmulatorReport.Note] {
        var notes: [EmulatorReport.Note] = []
        let context = RequestContext(now: nowMillis, region: stack.region)
        for definition in stack.tables {
            let subject = "table \(definition.name)"
            do throws(DynamoDBError) {
                if let actual = try table(of: definition, context) {
                    let differences = definition.differences(from: actual)
                    if !differences.isEmpty {
                        notes.append(stack.note(differences, of: subject, in: stack.place(line: definition.line)))
                    }
                    continue
                }
                _ = try answer(to: "CreateTable", definition.createRequest(), context)
            } catch {
                throw stack.refusal(subject, error.sentence, in: stack.place(line: definition.line))
            }
            if let seed = definition.seed { try putItems(of: seed, into: definition, stack, context) }
        }
        do throws(DynamoDBError) { try commitTurn() } catch {
            throw Failure(
                .other, "the tables cannot be written: \(lastFailure ?? error.sentence); make room on the disk")
        }
        return notes
    }

    /// The table of a definition's name as it is; nil when there is none.
    private func table(
        of definition: TableDefinition, _ context: RequestContext
    ) throws(DynamoDBError) -> TableDefinition? {
        let described: [UInt8]
        do throws(DynamoDBError) {
            described = try answer(to: "DescribeTable", definition.describeRequest(), context)
        } catch {
            if error.kind == .resourceNotFound { return nil }
            throw error
        }
        let result: Result<TableDefinition, DynamoDBError> = described.withUnsafeBytes { bytes in
            do throws(DynamoDBError) { return .success(try TableDefinition(described: bytes)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func putItems(
        of seed: String, into definition: TableDefinition, _ stack: StackFile, _ context: RequestContext
    ) throws(Failure) {
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.read(FileSystem.resolve(seed, from: stack.directory), limit: SeedItems.bytesMax)
        } catch {
            throw Failure(
                .configuration,
                "\(stack.name):\(definition.line): the seed file \(error) (table \(definition.name)); change `seed`")
        }
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let result: Result<[UInt8]?, DynamoDBError> = line.withUnsafeBytes { line in
                do throws(DynamoDBError) {
                    return .success(try SeedItems.putRequest(line, table: definition.name))
                } catch { return .failure(error) }
            }
            do throws(DynamoDBError) {
                if let request = try result.get() { _ = try answer(to: "PutItem", request, context) }
            } catch {
                throw Failure(
                    .configuration, "\(seed):\(number): the item cannot be put: \(error.sentence); mend the line")
            }
        }
    }

    private func answer(
        to operation: String, _ body: [UInt8], _ context: RequestContext
    ) throws(DynamoDBError) -> [UInt8] {
        var output: [UInt8] = []
        let result: Result<Void, DynamoDBError> = body.withUnsafeBytes { body in
            do throws(DynamoDBError) {
                return .success(try execute(operation: operation, body: body, context: context, into: &output))
            } catch { return .failure(error) }
        }
        try result.get()
        return output
    }
}

extension DynamoDBError {
    /// The message in one line without a full stop; what AWS says without a message is that the bytes are no JSON.
    fileprivate var sentence: String {
        let text = message.map { "\($0)" } ?? "it is not JSON"
        let line = String(text.map { $0.isNewline ? " " : $0 })
        return line.hasSuffix(".") ? String(line.dropLast()) : line
    }
}
