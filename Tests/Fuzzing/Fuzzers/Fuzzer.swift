/// A part of the program that is given what nobody in their right mind would send.
package struct Fuzzer: Sendable {
    /// How the command line calls it.
    package let name: String
    /// What is fuzzed, in one line.
    package let summary: String
    /// Its share of the inputs of a run of all fuzzers.
    package let weight: Int
    /// The inputs after which it starts anew with an empty directory, so that an input can be repeated by itself with those of its block.
    package let blockSize: Int
    /// Makes what is fuzzed; `directory` is empty and its own.
    let begin: @Sendable (_ directory: String, _ random: inout SeededRandom) throws -> any FuzzSubject

    /// All fuzzers: the command, its help and the tests derive from this list.
    package static let all: [Fuzzer] = [
        kafkaMessages, kafkaRecords, kafkaGroupRecords, kafkaBroker, kafkaFiles,
        dynamoDBItems, dynamoDBOperations,
        httpRequests, awsServices, stackFiles,
    ]

    /// The fuzzer of this name.
    package static func named(_ name: String) -> Fuzzer? { all.first { $0.name == name } }
}

/// What is fuzzed.
protocol FuzzSubject: AnyObject {
    /// Makes one input and takes it. Throws what should not have come of it.
    func take(_ random: inout SeededRandom) throws(FuzzFault)
    /// The end of a block: what has piled up is looked at and closed.
    func end() throws(FuzzFault)
}

extension FuzzSubject {
    func end() throws(FuzzFault) {}
}

/// What an input did that it must not do.
package struct FuzzFault: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
