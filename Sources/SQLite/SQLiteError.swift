import CSQLite

/// What SQLite answered instead of success.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// SQLite's extended result code.
    public let code: Int32
    /// SQLite's text.
    public let message: String
    /// Whether SQLite has rolled back the open transaction by itself, as it does on a full disk, an I/O error or lack of memory. What
    /// follows would run in autocommit: the transaction is lost as a whole.
    public let isTransactionLost: Bool

    /// Makes an error.
    public init(code: Int32, message: String, isTransactionLost: Bool = false) {
        self.code = code
        self.message = message
        self.isTransactionLost = isTransactionLost
    }

    /// SQLite's primary result code.
    public var primaryCode: Int32 { code & 0xFF }

    /// The primary code of a disk that has no room left.
    public static let full = SQLITE_FULL

    /// One sentence.
    public var description: String { "SQLite error \(code): \(message)" }
}
