/// Tables are named by their name or by their ARN.
extension Engine {
    /// The table of a name or an ARN that a request gives, if its items can be read and written. To be called after `Violations.check(tableName:)`.
    @inline(__always)
    func table(_ name: Text) throws(DynamoDBError) -> Table {
        if let table = storage.table(named: name), table.isAvailable { return table }
        if let table = storage.table(named: try plainName(name)), table.isAvailable { return table }
        throw DynamoDBError(.resourceNotFound, Messages.resourceNotFound)
    }

    /// The same for the operations on tables, whose error names the table.
    func controlledTable(_ name: Text) throws(DynamoDBError) -> Table {
        let name = try plainName(name)
        guard let table = storage.table(named: name) else {
            throw DynamoDBError(.resourceNotFound, Messages.tableNotFound(name))
        }
        return table
    }

    /// The table's name in an ARN, which must be of this account and of the region that the request is signed for; other
    /// names as they are.
    func plainName(_ name: Text) throws(DynamoDBError) -> Text {
        guard name.isARN else { return name }
        guard let arn = ResourceARN(name), let plain = arn.tableName else {
            throw .validation(Messages.oneViolation + Messages.arnFormat)
        }
        guard arn.region.string == region else {
            throw .validation(Messages.oneViolation + Messages.arnPart("AWS region", name))
        }
        guard arn.account.string == configuration.account else {
            throw DynamoDBError(.accessDenied, Messages.accessDenied)
        }
        return plain
    }

    /// The ARN of a table of this name.
    func arn(ofTable name: Text) -> String {
        "arn:aws:dynamodb:\(region):\(configuration.account):table/\(name)"
    }
}

extension Violations {
    /// What an ARN in the place of a table's name has to be, as far as can be said without knowing whose request it is.
    mutating func check(tableARN name: Text, at path: String = "tableName") {
        if name.count > 1024 { return add(name.string, at: path, Messages.maxLength(1024)) }
        guard let arn = ResourceARN(name) else { return add(Messages.arnFormat) }
        if arn.partition != "aws" { return add(Messages.arnPart("AWS partition", name)) }
        if arn.service == "dynamodb", arn.type != "table", !arn.path.isEmpty {
            return add(Messages.arnPart("resource type", name))
        }
        if arn.service != "dynamodb" || arn.tableName == nil { add(Messages.arnFormat) }
    }

    /// The name of a table that an operation on tables is to find, or its ARN. Unlike the operations on items, these want
    /// three characters at least.
    mutating func check(controlledName name: Text) {
        if name.isARN { return check(tableARN: name) }
        if name.count < 3 { add(name.string, at: "tableName", Messages.minLength(3)) }
        if name.count > 255 { add(name.string, at: "tableName", Messages.maxLength(255)) }
        if !name.isTableName { add(name.string, at: "tableName", Messages.namePattern) }
    }
}
