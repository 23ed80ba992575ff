extension ExpressionAttributes {
    /// Writes names and values, ascending by placeholder: equal for requests that mean the same.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        for entry in sortedNames {
            writer.key(text: entry.placeholder)
            writer.string(entry.name)
        }
        for (placeholder, value) in sortedValues {
            writer.key(text: placeholder)
            writer.attributeValue(value)
        }
        writer.endObject()
    }
}
