/// Shows whether a table is backed up continuously: there are no backups here, so never. AWS says the same of a table that
/// was just made.
enum DescribeContinuousBackups {
    static let operation: Operation = Operation("DescribeContinuousBackups", supported: ["TableName"], handle: handle)

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _ engine: Engine, _: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        let name = try engine.plainName(engine.nameOfControl(&reader, in: operation))
        guard let table = engine.storage.table(named: name),
            !table.transitions.contains(where: { $0.kind == .creation })
        else {
            throw DynamoDBError(.tableNotFound, Messages.backedUpTableNotFound(name))
        }
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("ContinuousBackupsDescription")
            writer.beginObject()
            writer.key("ContinuousBackupsStatus")
            writer.string(constant: "DISABLED")
            writer.key("PointInTimeRecoveryDescription")
            writer.beginObject()
            writer.key("PointInTimeRecoveryStatus")
            writer.string(constant: "DISABLED")
            writer.endObject()
            writer.endObject()
            writer.endObject()
        }
        return nil
    }
}
