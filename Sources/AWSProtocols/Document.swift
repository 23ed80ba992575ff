/// A value of a service's model, as it is in every protocol: what a request's body is read into and an answer's is written from.
public indirect enum Document: Hashable, Sendable {
    /// Nothing: a member that is null counts as absent.
    case null
    /// True or false.
    case boolean(Bool)
    /// A whole number.
    case integer(Int64)
    /// A number with a fraction.
    case double(Double)
    /// A string; in a request of the query protocol also every other scalar, which has no type of its own there.
    case text(String)
    /// A moment, in seconds since 1970.
    case timestamp(Double)
    /// A list.
    case list([Document])
    /// A structure: its members in the order in which they are written.
    case structure([Member])

    /// A member of a structure.
    public struct Member: Hashable, Sendable {
        /// Its name in the service's model.
        public var name: String
        /// Its value.
        public var value: Document

        /// A member.
        public init(_ name: String, _ value: Document) {
            self.name = name
            self.value = value
        }
    }

    /// A structure of these members, without those that are nil.
    public static func members(_ members: KeyValuePairs<String, Document?>) -> Document {
        .structure(members.compactMap { name, value in value.map { Member(name, $0) } })
    }
}
