/// What Kafka takes for a topic's name (org.apache.kafka.common.internals.Topic).
package enum TopicName {
    /// The most characters a name has, so that a partition's directory is a file name.
    package static let lengthMax = 249

    /// Why a name is not one, as Kafka says it; nil for a good one.
    package static func fault(in name: String) -> String? {
        let reason: String
        switch name {
        case "": reason = "the empty string is not allowed"
        case ".": reason = "'.' is not allowed"
        case "..": reason = "'..' is not allowed"
        case _ where name.utf8.count > lengthMax:
            reason = "the length of '\(name)' is longer than the max allowed length \(lengthMax)"
        case _ where !name.utf8.allSatisfy(isAllowed):
            reason =
                "'\(name)' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
        default: return nil
        }
        return "Topic name is invalid: \(reason)"
    }

    /// Two names that differ only in dots and underscores would share their metrics' names: Kafka refuses the second.
    package static func collisionKey(_ name: String) -> String {
        String(decoding: name.utf8.map { $0 == 0x2E ? 0x5F : $0 }, as: UTF8.self)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F, 0x2D: true
        default: false
        }
    }
}
