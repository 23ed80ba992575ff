/// The header before every request. Version 1 has a client id, version 2 (of flexible requests) tagged fields after it; version 0 has no client id.
package struct RequestHeader: Equatable, Sendable {
    /// Which API.
    package var apiKey: Int16 = 0
    /// Which version of it.
    package var apiVersion: Int16 = 0
    /// Comes back in the response's header.
    package var correlationID: Int32 = 0
    /// What the client calls itself.
    package var clientID: String?

    package init(apiKey: Int16 = 0, apiVersion: Int16 = 0, correlationID: Int32 = 0, clientID: String? = nil) {
        self.apiKey = apiKey
        self.apiVersion = apiVersion
        self.correlationID = correlationID
        self.clientID = clientID
    }

    /// Reads or writes the first eight bytes, which are alike in all versions and say what follows.
    package mutating func fixedPart(_ w: inout Wire) throws(WireError) {
        try w.field(&apiKey)
        try w.field(&apiVersion)
        try w.field(&correlationID)
    }

    /// The rest, by a cursor that is not flexible: the client id keeps its two-byte length in every version (KIP-482).
    package mutating func clientPart(_ w: inout Wire) throws(WireError) {
        try w.field(&clientID)
    }
}

/// Decoding of frames without their size, and encoding of frames with it.
package enum Frame {
    /// Splits a request into its header and its body's bytes. `isFlexible` tells whether an API's version has a flexible header.
    package static func header(
        of frame: UnsafeRawBufferPointer, isFlexible: (_ key: Int16, _ version: Int16) -> Bool
    ) throws(WireError) -> (RequestHeader, body: UnsafeRawBufferPointer) {
        var header = RequestHeader()
        var fixed = Wire(reading: frame, version: 0, flexible: false)
        try header.fixedPart(&fixed)
        try header.clientPart(&fixed)
        var rest = UnsafeRawBufferPointer(rebasing: frame[fixed.consumed...])
        if isFlexible(header.apiKey, header.apiVersion) {
            var tags = Wire(reading: rest, version: 0, flexible: true)
            try tags.endOfStructure()
            rest = UnsafeRawBufferPointer(rebasing: rest[tags.consumed...])
        }
        return (header, rest)
    }

    /// Decodes a body. Bytes left over are ignored: Kafka's parsers do not look for an end.
    package static func decode<Body: WireStructure>(
        _: Body.Type, _ body: UnsafeRawBufferPointer, version: Int16, flexible: Bool
    ) throws(WireError) -> Body {
        var w = Wire(reading: body, version: version, flexible: flexible)
        var value = Body()
        try value.layout(&w)
        return value
    }

    /// Encodes a request: size, header and body.
    package static func encode<Body: WireStructure>(
        _ body: inout Body, header: RequestHeader, flexible: Bool
    ) throws(WireError) -> [UInt8] {
        var head = Wire(writingVersion: 0, flexible: false)
        var size: Int32 = 0
        var header = header
        try head.field(&size)
        try header.fixedPart(&head)
        try header.clientPart(&head)
        var w = Wire(writingVersion: header.apiVersion, flexible: flexible)
        // The header of a flexible request ends in tagged fields.
        if flexible { try w.endOfStructure() }
        try body.layout(&w)
        var frame = head.output + w.output
        withUnsafeBytes(of: Int32(frame.count - 4).bigEndian) { frame.replaceSubrange(0..<4, with: $0) }
        return frame
    }

    /// Encodes a response: size, correlation id, the header's tagged fields where it has them, and the body. The size counts the records that
    /// stay outside, too; their positions are those in the encoded bytes.
    package static func encode<Body: WireStructure>(
        _ body: inout Body, correlationID: Int32, version: Int16, flexible: Bool, flexibleHeader: Bool,
        reserving capacity: Int = 256
    ) throws(WireError) -> (bytes: [UInt8], external: [ExternalRecords]) {
        var w = Wire(writingVersion: version, flexible: flexible, reserving: capacity)
        var size: Int32 = 0
        try w.field(&size)
        var correlation = correlationID
        try w.field(&correlation)
        if flexibleHeader { try w.endOfStructure() }
        try body.layout(&w)
        w.putSize(w.output.count - 4 + w.external.reduce(0) { $0 + $1.length })
        return (w.output, w.external)
    }
}

/// What every API's namespace says of itself.
package protocol KafkaAPI: SendableMetatype {
    associatedtype Request: WireStructure
    associatedtype Response: WireStructure
    /// The API key.
    static var key: Int16 { get }
    /// The versions that have a layout here.
    static var versions: ClosedRange<Int16> { get }
    /// The first version with compact lengths and tagged fields; `Int16.max` when there is none.
    static var flexibleFrom: Int16 { get }
}

extension KafkaAPI {
    /// Whether a version is flexible.
    package static func isFlexible(_ version: Int16) -> Bool { version >= flexibleFrom }
}
