/// Says where requests are to be sent: to where this one came.
enum DescribeEndpoints {
    static let operation: Operation = Operation("DescribeEndpoints", supported: [], wantsHost: true, handle: handle)

    /// How long a client may keep the answer, in AWS's.
    private static let cachePeriodMinutes = 1440

    /// Reads the request, carries it out, writes the answer.
    private static func handle(
        _: Engine, _ context: RequestContext, _ reader: inout JSONReader, _ output: inout [UInt8]
    ) throws(DynamoDBError) -> LongOperation? {
        try reader.readNothing()
        JSONWriter.append(to: &output) { writer in
            writer.beginObject()
            writer.key("Endpoints")
            writer.beginArray()
            writer.beginObject()
            writer.key("Address")
            writer.string(context.host)
            writer.key("CachePeriodInMinutes")
            writer.integer(cachePeriodMinutes)
            writer.endObject()
            writer.endArray()
            writer.endObject()
        }
        return nil
    }
}

extension JSONReader {
    /// Reads the request of an operation that has no parameters.
    mutating func readNothing() throws(DynamoDBError) {
        try beginRequest()
        while try nextKey() != nil { try skip() }
        try end()
    }
}
