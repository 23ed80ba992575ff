/// What may be asked for of provisioned, on-demand and warm throughput, and of encryption.
extension RequestedUnits {
    private static let onDemandNames = ["MaxReadRequestUnits", "MaxWriteRequestUnits"]
    private static let warmNames = ["ReadUnitsPerSecond", "WriteUnitsPerSecond"]
    private static let provisionedNames = ["ReadCapacityUnits", "WriteCapacityUnits"]
    /// What a table on demand can take at once. Source: the developer guide, "Initial throughput for on-demand capacity mode".
    static let initialOnDemand = RequestedUnits(read: 12_000, write: 4_000)

    /// An OnDemandThroughput of CreateTable; nil when it says nothing.
    func checked(isOnDemand: Bool, index: Text? = nil) throws(DynamoDBError) -> RequestedUnits? {
        for (value, name) in zip([read, write], RequestedUnits.onDemandNames) {
            guard let value else { continue }
            guard isOnDemand else {
                throw .validation(
                    index.map { Messages.onDemandUnitsProvisionedIndex(name, $0) }
                        ?? Messages.onDemandUnitsProvisioned(name))
            }
            if value < 1, index != nil || value != -1 {
                throw .validation(Messages.onDemandUnitsOutOfRange(name, index: index))
            }
        }
        return cleared
    }

    /// An OnDemandThroughput of UpdateTable.
    func checkUpdate(isOnDemand: Bool, index: Text?) throws(DynamoDBError) {
        for (value, name) in zip([read, write], RequestedUnits.onDemandNames) where value != nil && !isOnDemand {
            throw .validation(Messages.onDemandUnitsUpdate(name, index: index))
        }
        for (value, name) in zip([read, write], RequestedUnits.onDemandNames) {
            guard let value, value < 1, value != -1 else { continue }
            throw .validation(Messages.onDemandUnitsOutOfRange(name, index: index))
        }
    }

    /// Without what -1 takes away; nil when nothing is left.
    var cleared: RequestedUnits? {
        let units = RequestedUnits(read: read == -1 ? nil : read, write: write == -1 ? nil : write)
        return units == RequestedUnits() ? nil : units
    }

    /// These over others.
    func merged(over others: RequestedUnits?) -> RequestedUnits {
        RequestedUnits(read: read ?? others?.read, write: write ?? others?.write)
    }

    /// A WarmThroughput of CreateTable; nil for `provisioned` is on demand.
    func checked(warmOf provisioned: Throughput?, index: Text?) throws(DynamoDBError) -> RequestedUnits? {
        let least = [
            provisioned?.readUnits ?? RequestedUnits.initialOnDemand.read!,
            provisioned?.writeUnits ?? RequestedUnits.initialOnDemand.write!,
        ]
        for position in 0...1 {
            guard let value = [read, write][position], value < least[position] else { continue }
            let name = RequestedUnits.warmNames[position]
            throw .validation(
                provisioned == nil
                    ? Messages.warmUnitsBelowInitial(name, index: index)
                    : Messages.warmUnitsBelowProvisioned(
                        name, RequestedUnits.provisionedNames[position], index: index))
        }
        return self == RequestedUnits() ? nil : self
    }

    /// A WarmThroughput of UpdateTable against what there is.
    func checkWarm(above current: RequestedUnits, index: Text?) throws(DynamoDBError) {
        for position in 0...1 {
            guard let value = [read, write][position], let now = [current.read, current.write][position], value < now
            else { continue }
            throw .validation(Messages.warmUnitsDecrease(RequestedUnits.warmNames[position], index: index))
        }
    }
}

extension CreateTable.EncryptionSpecification {
    /// The key to encrypt with; nil is AWS's own, of which nothing is shown.
    func checked() throws(DynamoDBError) -> Encryption? {
        guard isEnabled == true else {
            if type != nil { throw .validation(Messages.encryptionWithout("SSEType")) }
            if key != nil { throw .validation(Messages.encryptionWithout("KMSMasterKeyId")) }
            return nil
        }
        if type == "AES256" { throw .validation(Messages.encryptionTypeUnsupported) }
        if key != nil, type == nil { throw .validation(Messages.encryptionTypeMissing) }
        return Encryption(key: key)
    }
}

extension TableSchema {
    /// Units that one table or index may have in an account that has not asked for more. Source: AWS's service quotas.
    static let unitsMax = 40_000

    /// Checks provisioned throughput against the account's limits.
    func checkMaximumUnits(region: String) throws(DynamoDBError) {
        try throughput.checkMaximum(index: nil, region: region)
        for index in indexes { try index.throughput?.checkMaximum(index: index.name, region: region) }
    }
}

extension Throughput {
    /// Checks it against the account's limit for one table or index.
    func checkMaximum(index: Text?, region: String) throws(DynamoDBError) {
        for (units, name) in [(readUnits, "ReadCapacityUnits"), (writeUnits, "WriteCapacityUnits")]
        where units > TableSchema.unitsMax {
            throw DynamoDBError(
                .limitExceeded, Messages.unitsAboveMaximum(name, units, index: index, region: region))
        }
    }
}
