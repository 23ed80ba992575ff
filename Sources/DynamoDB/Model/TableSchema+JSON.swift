/// Schemas in the shapes of AWS's API.
extension TableSchema {
    /// Writes AttributeDefinitions and KeySchema.
    func writeKeys(to writer: inout JSONWriter) {
        writer.key("AttributeDefinitions")
        writer.beginArray()
        for definition in attributeDefinitions {
            writer.beginObject()
            writer.key("AttributeName")
            writer.string(definition.name)
            writer.key("AttributeType")
            writer.string(definition.type.rawValue)
            writer.endObject()
        }
        writer.endArray()
        key.write(to: &writer)
    }
}

extension KeySchema {
    func write(to writer: inout JSONWriter) {
        writer.key("KeySchema")
        writer.beginArray()
        for (index, attribute) in attributes.enumerated() {
            writer.beginObject()
            writer.key("AttributeName")
            writer.string(attribute.name)
            writer.key("KeyType")
            writer.string(constant: index < partitionCount ? "HASH" : "RANGE")
            writer.endObject()
        }
        writer.endArray()
    }
}

extension IndexSchema {
    /// Writes IndexName, KeySchema and Projection.
    func write(to writer: inout JSONWriter) {
        writer.key("IndexName")
        writer.string(name)
        key.write(to: &writer)
        writer.key("Projection")
        writer.beginObject()
        writer.key("ProjectionType")
        writer.string(constant: projection.name)
        if case .include(let names) = projection {
            writer.key("NonKeyAttributes")
            writer.beginArray()
            for name in names { writer.string(name) }
            writer.endArray()
        }
        writer.endObject()
    }
}
