/// A record as a line of input gives it.
struct OutgoingRecord: Equatable, Sendable {
    /// A header. Its value may be null.
    struct Header: Equatable, Sendable {
        var name: [UInt8]
        var value: [UInt8]?
    }

    /// Null when the record has no key.
    var key: [UInt8]?
    /// Null for a tombstone.
    var value: [UInt8]?
    var headers: [Header] = []
}

/// Makes records of lines, by the properties of Kafka's LineMessageReader.
struct LineMessageReader: Sendable {
    private let parsesKey: Bool
    private let parsesHeaders: Bool
    private let keySeparator: [UInt8]
    private let headersDelimiter: [UInt8]
    private let headersSeparator: [UInt8]
    private let headersKeySeparator: [UInt8]
    private let ignoresErrors: Bool
    private let nullMarker: [UInt8]?

    /// Throws what Kafka's reader throws for separators that are alike.
    init(_ properties: ClientProperties) throws(ToolError) {
        func flag(_ name: String) -> Bool { properties[name]?.trimmed.lowercased() == "true" }
        parsesKey = flag("parse.key")
        parsesHeaders = flag("parse.headers")
        ignoresErrors = flag("ignore.error")
        let texts: [(name: String, text: String?)] = [
            ("headers.delimiter", properties["headers.delimiter"] ?? "\t"),
            ("headers.separator", properties["headers.separator"] ?? ","),
            ("headers.key.separator", properties["headers.key.separator"] ?? ":"),
        ]
        let marker = (name: "null.marker", text: properties["null.marker"])
        let key = (name: "key.separator", text: properties["key.separator"] ?? "\t")
        var pairs = [(texts[0], texts[1]), (texts[0], texts[2]), (texts[1], texts[2])]
        if marker.text != nil { pairs += [(marker, (key.name, key.text))] + texts.map { (marker, $0) } }
        for (one, other) in pairs where one.text == other.text {
            throw .exception(Exception(.kafka, "\(one.name) and \(other.name) may not be equal"))
        }
        keySeparator = Array((key.text).utf8)
        headersDelimiter = Array((texts[0].text ?? "").utf8)
        headersSeparator = Array((texts[1].text ?? "").utf8)
        headersKeySeparator = Array((texts[2].text ?? "").utf8)
        nullMarker = marker.text.map { Array($0.utf8) }
    }

    /// The record of a line. Throws an exception that names the line's number, counted from 1, when a part is missing.
    func record(_ line: [UInt8], number: Int) throws(ToolError) -> OutgoingRecord {
        var rest = line[...]
        var record = OutgoingRecord()
        if parsesHeaders, let text = try part(&rest, headersDelimiter, "headers delimiter", line, number) {
            if text != nullMarker { record.headers = try headers(text, number) }
        }
        if parsesKey, let key = try part(&rest, keySeparator, "key separator", line, number) {
            record.key = key == nullMarker ? nil : key
        }
        record.value = Array(rest) == nullMarker ? nil : Array(rest)
        return record
    }

    /// What stands before a separator; takes both from the rest of the line.
    private func part(
        _ rest: inout ArraySlice<UInt8>, _ separator: [UInt8], _ name: String, _ line: [UInt8], _ number: Int
    ) throws(ToolError) -> [UInt8]? {
        guard let found = rest.firstRange(ofBytes: separator) else {
            if ignoresErrors { return nil }
            let text = String(decoding: line, as: UTF8.self)
            throw .exception(
                Exception(.kafka, "No \(name) found on line number \(number): '\(text)'")
                    .at(StackTraces.noKeySeparator))
        }
        defer { rest = rest[found.upperBound...] }
        return Array(rest[..<found.lowerBound])
    }

    private func headers(_ text: [UInt8], _ number: Int) throws(ToolError) -> [OutgoingRecord.Header] {
        var pairs: [[UInt8]] = []
        var rest = text[...]
        while let found = rest.firstRange(ofBytes: headersSeparator) {
            pairs.append(Array(rest[..<found.lowerBound]))
            rest = rest[found.upperBound...]
        }
        pairs.append(Array(rest))
        // As Java splits: nothing stands behind the last separator.
        while pairs.count > 1, pairs.last?.isEmpty == true { pairs.removeLast() }
        return try pairs.map { (pair) throws(ToolError) in
            guard let found = pair[...].firstRange(ofBytes: headersKeySeparator) else {
                if ignoresErrors { return OutgoingRecord.Header(name: pair, value: nil) }
                let text = String(decoding: pair, as: UTF8.self)
                throw .exception(
                    Exception(.kafka, "No header key separator found in pair '\(text)' on line number \(number)")
                        .at(StackTraces.noKeySeparator))
            }
            let name = Array(pair[..<found.lowerBound])
            if let nullMarker, name == nullMarker {
                let text = String(decoding: nullMarker, as: UTF8.self)
                throw .exception(
                    Exception(
                        .kafka, "Header keys should not be equal to the null marker '\(text)' as they can't be null"))
            }
            let value = Array(pair[found.upperBound...])
            return OutgoingRecord.Header(name: name, value: value == nullMarker ? nil : value)
        }
    }
}

extension ArraySlice<UInt8> {
    /// Where `bytes`, which are some, stand first.
    func firstRange(ofBytes bytes: [UInt8]) -> Range<Int>? {
        guard let first = bytes.first, count >= bytes.count else {
            return bytes.isEmpty ? startIndex..<startIndex : nil
        }
        for index in startIndex...(endIndex - bytes.count) where self[index] == first {
            if self[index..<index + bytes.count].elementsEqual(bytes) { return index..<index + bytes.count }
        }
        return nil
    }
}
