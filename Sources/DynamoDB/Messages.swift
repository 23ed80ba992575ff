/// Every text that DynamoDB says to a client, in one place, grouped by what says it.
///
/// Sources: answers captured from AWS, public conformance suites that are checked against AWS, AWS's documents. Spelling
/// and spacing are AWS's own.
enum Messages {
    static let invalidParameters = "One or more parameter values were invalid: "

    // MARK: JSON that does not fit (SerializationException)

    static let modelPackage = "com.amazonaws.dynamodb.v20120810."
    static let unexpectedToken = "Unexpected token received from parser"
    static let unexpectedStructure = "Start of structure or map found where not expected"
    static let unexpectedFieldType = "Unexpected field type"
    static let unexpectedValueType = "Unexpected value type in payload"
    static let notBase64 = "only base-64-encoded strings are convertible to bytes"

    static func cannotConvert(_ token: String, to type: String) -> String {
        "\(token) cannot be converted to \(type)"
    }

    static func unrecognizedCollection(_ type: String) -> String {
        "Unrecognized collection type " + type
    }

    static func base64(_ failure: Base64.Failure) -> String {
        switch failure {
        case .length(let count): "Base64 encoded length is expected a multiple of 4 bytes but found: \(count)"
        case .character, .trailingBits: "Invalid last non-pad Base64 character dectected"
        }
    }

    // MARK: Attribute values

    static let emptyAttributeValue =
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
    static let manyDataTypes =
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
    static let nullMustBeTrue = invalidParameters + "Null attribute value types must have the value of true"
    static let emptyStringSet = invalidParameters + "An string set  may not be empty"
    static let emptyNumberSet = invalidParameters + "An number set  may not be empty"
    static let emptyBinarySet = invalidParameters + "Binary sets should not be empty"
    static let nestingLevels =
        "Nesting Levels have exceeded supported limits: "
        + "Attributes in the item have nested levels beyond supported limit"

    /// Of a name that is empty or too long.
    static func attributeName(_ name: Text) -> String {
        name.isEmpty ? "Empty attribute name" : "Attribute name is too large, must be less than 65536 bytes"
    }

    static func duplicates(_ collection: String, ofType type: DataType) -> String {
        switch type {
        case .bs: invalidParameters + "Input collection \(collection)of type BS contains duplicates."
        default: invalidParameters + "Input collection \(collection) contains duplicates."
        }
    }

    // MARK: Numbers

    static let tooManyDigits = "Attempting to store more than 38 significant digits in a Number"
    static let numberOverflow =
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    static let numberUnderflow =
        "Number underflow. Attempting to store a number with magnitude smaller than supported range"

    static func notANumber(_ text: String) -> String { olderNotANumber + ": " + text }
    /// Of no digits at all, in the older check's words.
    static let olderNotANumber = "The parameter cannot be converted to a numeric value"
    static let numberDuplicates = invalidParameters + "Input collection contains duplicates."
    static let olderNumberDuplicates = "Input collection contains duplicates"
}
