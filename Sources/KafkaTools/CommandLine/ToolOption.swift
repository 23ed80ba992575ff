/// One option of a tool: what the parser takes, and a row of the tool's help.
package struct ToolOption: Sendable {
    /// The type of an option's value, as the help names it.
    enum ValueType: String, Sendable {
        case string = "String"
        case integer = "Integer"
        case long = "Long"
    }

    /// Whether an option takes a value.
    enum Argument: Equatable, Sendable {
        case none
        /// The value must follow; `description` says in the help what it is.
        case required(ValueType, description: String?)
        /// The value may be left out.
        case optional(ValueType, description: String?)
    }

    /// The name, without dashes.
    package let name: String
    let argument: Argument
    /// The value where the option is not given.
    let defaultValue: String?
    /// What the help says of it.
    let help: String
    /// Whether the help names it: options that came after Kafka 3.4 are taken, and the help stays that of 3.4.
    let isListed: Bool

    /// An option without a value.
    static func flag(_ name: String, _ help: String) -> ToolOption {
        ToolOption(name: name, argument: .none, defaultValue: nil, help: help, isListed: true)
    }

    /// An option with a value.
    static func value(
        _ name: String, _ type: ValueType, _ description: String?, default: String? = nil, _ help: String
    ) -> ToolOption {
        ToolOption(
            name: name, argument: .required(type, description: description), defaultValue: `default`, help: help,
            isListed: true)
    }

    /// An option whose value may be left out.
    static func optionalValue(
        _ name: String, _ type: ValueType, _ description: String?, _ help: String
    ) -> ToolOption {
        ToolOption(
            name: name, argument: .optional(type, description: description), defaultValue: nil, help: help,
            isListed: true)
    }

    /// An option with a value that came after Kafka 3.4.
    static func newer(_ name: String, _ type: ValueType) -> ToolOption {
        ToolOption(
            name: name, argument: .required(type, description: nil), defaultValue: nil, help: "", isListed: false)
    }

    /// An option without a value that came after Kafka 3.4.
    static func newerFlag(_ name: String) -> ToolOption {
        ToolOption(name: name, argument: .none, defaultValue: nil, help: "", isListed: false)
    }
}
