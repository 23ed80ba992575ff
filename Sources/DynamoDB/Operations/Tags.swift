/// What tags may be. Source: answers of AWS, in which every violation is a ValidationException of the whole request.
enum Tags {
    /// The tags of a table, at most.
    static let countMax = 50
    /// The characters of a key and of a value, at most.
    static let keyCharactersMax = 128
    static let valueCharactersMax = 256

    /// A tag as a request gives it.
    struct Given {
        var key: Text?
        var value: Text?
    }

    /// Reads a list of tags.
    static func read(_ reader: inout JSONReader) throws(DynamoDBError) -> [Given] {
        var tags: [Given] = []
        try reader.beginList()
        while try reader.nextElement() {
            var tag = Given()
            try reader.beginElementStructure("Tag")
            while let key = try reader.nextKey() {
                switch key {
                case "Key": tag.key = try reader.text()
                case "Value": tag.value = try reader.text()
                default: try reader.skip()
                }
            }
            tags.append(tag)
        }
        return tags
    }

    /// Checks tags that are to be set; what they are.
    static func checked(_ given: [Given]) throws(DynamoDBError) -> [Tag] {
        var tags: [Tag] = []
        for tag in given {
            let key = try checked(key: tag.key)
            guard let value = tag.value, isValid(value, charactersMax: valueCharactersMax) else {
                throw .validation(Messages.tagValue(tag.value))
            }
            tags.append(Tag(key: key, value: value))
        }
        var seen: Set<Text> = []
        for tag in tags where !seen.insert(tag.key).inserted { throw .validation(Messages.duplicateTag(tag.key)) }
        if tags.count > countMax { throw .validation(Messages.tooManyTags) }
        return tags
    }

    /// Checks the keys of tags that are to be removed.
    static func check(keys: [Text]) throws(DynamoDBError) {
        for key in keys { _ = try checked(key: key) }
        if keys.count > countMax { throw .validation(Messages.tooManyTags) }
    }

    private static func checked(key: Text?) throws(DynamoDBError) -> Text {
        guard let key, !key.isEmpty, isValid(key, charactersMax: keyCharactersMax) else {
            throw .validation(Messages.tagKey(key))
        }
        if key.string.prefix(4).lowercased() == "aws:" { throw .validation(Messages.reservedTag(key)) }
        return key
    }

    /// Whether a text has letters, digits and spaces of any script and `_.:/=+-@` only, and not too many of them.
    private static func isValid(_ text: Text, charactersMax: Int) -> Bool {
        var count = 0
        for scalar in text.string.unicodeScalars {
            count += 1
            guard count <= charactersMax, isValid(scalar) else { return false }
        }
        return true
    }

    private static func isValid(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "_", ".", ":", "/", "=", "+", "-", "@": return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        case .decimalNumber, .letterNumber, .otherNumber: return true
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}

extension Engine {
    /// The table that the ResourceArn of an operation on tags names.
    func taggedTable(_ arn: Text) throws(DynamoDBError) -> Table {
        guard arn.hasPrefix("arn:") else { throw .validation(Messages.arnPrefix(arn)) }
        guard let parts = ResourceARN(arn), parts.service == "dynamodb", parts.type == "table" else {
            throw .validation(Messages.foreignARN(arn))
        }
        let path = parts.path.string.split(separator: "/", omittingEmptySubsequences: false)
        if path.count > 1 {
            switch path[1] {
            case "index": throw .validation(Messages.arnOfNoTable(arn))
            case "stream": throw DynamoDBError(.resourceNotFound, Messages.taggedResourceNotFound(arn))
            default: throw .validation(Messages.foreignARN(arn))
            }
        }
        guard parts.partition == "aws", parts.region.string == region, let name = parts.tableName else {
            throw .validation(Messages.invalidTableARN(arn))
        }
        guard parts.account.string == configuration.account else {
            throw DynamoDBError(.accessDenied, Messages.accessDenied)
        }
        // Tags of a table that is being made are not known yet.
        guard let table = storage.table(named: name), !table.transitions.contains(where: { $0.kind == .creation })
        else {
            throw DynamoDBError(.resourceNotFound, Messages.taggedResourceNotFound(arn))
        }
        return table
    }

    /// Gives a table other tags, unless they are the same.
    func change(_ table: Table, tags: [Tag]) throws(DynamoDBError) {
        guard tags != table.schema.tags else { return }
        if table.transitions.contains(where: { $0.kind == .deletion }) {
            throw DynamoDBError(.resourceInUse, Messages.beingDeleted(table.schema.name))
        }
        var schema = table.schema
        schema.tags = tags
        try storage.change(table, to: schema)
    }
}

extension Violations {
    /// The ResourceArn of an operation on tags; nil when it is not there, which has words of its own.
    mutating func check(resourceARN arn: Text) {
        if arn.isEmpty { add("", at: "resourceArn", Messages.minLength(1)) }
        if arn.count > 1283 { add(arn.string, at: "resourceArn", Messages.maxLength(1283)) }
    }
}

/// What is said of tags.
extension Messages {
    static let noARN = "Invalid TableArn"
    static func arnPrefix(_ arn: Text) -> String { invalidParameters + "ARNs must start with 'arn:': \(arn)" }
    static func foreignARN(_ arn: Text) -> String {
        invalidParameters + "Provided Arn is not a DynamoDB resource arn: \(arn)"
    }
    static func arnOfNoTable(_ arn: Text) -> String {
        invalidParameters + "Invalid resource arn provided, only table or stream is accepted. "
            + "Provided resource arn: \(arn)"
    }
    static func invalidTableARN(_ arn: Text) -> String {
        "Invalid TableArn: Invalid ResourceArn provided as input \(arn)"
    }
    static func taggedResourceNotFound(_ arn: Text) -> String {
        "Requested resource not found: ResourceArn: \(arn) not found"
    }
    static let noTags = "Atleast one Tag needs to be provided as Input."
    static let noTagKeys = "Atleast one Tag Key needs to be provided as Input."
    static func tagKey(_ key: Text?) -> String { "The Tag Key provided is invalid, Key: \(key?.string ?? "null")" }
    static func tagValue(_ value: Text?) -> String {
        "The Tag Value provided is invalid, Value: \(value?.string ?? "null")"
    }
    static func reservedTag(_ key: Text) -> String { "Tag Key cannot be prefixed with aws:, Key: \(key)" }
    static func duplicateTag(_ key: Text) -> String {
        "Duplicate Tag Keys provided as input: Duplicate Tag Key found \(key)"
    }
    static let tooManyTags = "Number of Tags exceed the current limit for the provided ResourceArn"
}
