import CSQLite

/// A compiled statement: bind, step, read columns, reset, and again.
///
/// Nothing is copied on the way: what is bound must stay in place until `reset`, and what is read is valid until the next `step` or
/// `reset`. Parameters count from 1, columns from 0, as in SQLite.
public final class Statement {
    private let handle: OpaquePointer
    private let connection: Connection

    init(_ handle: OpaquePointer, connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    deinit {
        if !connection.isClosed { sqlite3_finalize(handle) }
    }

    /// Binds an integer.
    @inline(__always)
    public func bind(_ index: Int32, _ value: Int64) {
        let code = sqlite3_bind_int64(handle, index, value)
        assert(code == SQLITE_OK, "bind of parameter \(index)")
    }

    /// Binds an integer.
    @inline(__always)
    public func bind(_ index: Int32, _ value: Int) {
        bind(index, Int64(value))
    }

    /// Binds a number with a fraction.
    public func bind(_ index: Int32, _ value: Double) {
        let code = sqlite3_bind_double(handle, index, value)
        assert(code == SQLITE_OK, "bind of parameter \(index)")
    }

    /// Binds NULL.
    public func bindNull(_ index: Int32) {
        let code = sqlite3_bind_null(handle, index)
        assert(code == SQLITE_OK, "bind of parameter \(index)")
    }

    /// Binds bytes that stay where they are until `reset`.
    @inline(__always)
    public func bind(_ index: Int32, inPlace bytes: UnsafeRawBufferPointer) {
        // A null pointer would bind NULL, not an empty blob.
        let code =
            bytes.baseAddress == nil
            ? sqlite3_bind_zeroblob(handle, index, 0)
            : sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), nil)
        assert(code == SQLITE_OK, "bind of parameter \(index)")
    }

    /// Binds a copy of bytes.
    public func bind(_ index: Int32, copying bytes: [UInt8]) {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let code = bytes.withUnsafeBytes {
            $0.isEmpty
                ? sqlite3_bind_zeroblob(handle, index, 0)
                : sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), transient)
        }
        assert(code == SQLITE_OK, "bind of parameter \(index)")
    }

    /// Binds a copy of a string.
    public func bind(_ index: Int32, text: String) {
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let code = sqlite3_bind_text(handle, index, text, Int32(text.utf8.count), transient)
        assert(code == SQLITE_OK, "bind of parameter \(index)")
    }

    /// Goes to the next row; false when there is none. After an error the statement is reset.
    @inline(__always)
    public func step() throws(SQLiteError) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        let error = connection.error(code)
        sqlite3_reset(handle)
        throw error
    }

    /// Runs to the end and resets.
    @inline(__always)
    public func run() throws(SQLiteError) {
        while try step() {}
        sqlite3_reset(handle)
    }

    /// Makes the statement ready to run again. Values stay bound.
    @inline(__always)
    public func reset() {
        sqlite3_reset(handle)
    }

    /// An integer column.
    @inline(__always)
    public func integer(_ column: Int32) -> Int64 { sqlite3_value_int64(sqlite3_column_value(handle, column)) }

    /// A column that is a number with a fraction.
    public func double(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    /// A column's bytes in place, until the next `step` or `reset`.
    @inline(__always)
    public func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        Self.bytes(of: sqlite3_column_value(handle, column))
    }

    /// The same of a column that is a blob, else nil.
    @inline(__always)
    public func blob(_ column: Int32) -> UnsafeRawBufferPointer? {
        let value = sqlite3_column_value(handle, column)
        return sqlite3_value_type(value) == SQLITE_BLOB ? Self.bytes(of: value) : nil
    }

    // A connection without a mutex may look at a value in place, which costs half of what the functions for columns do.
    @inline(__always)
    private static func bytes(of value: OpaquePointer?) -> UnsafeRawBufferPointer {
        let start = sqlite3_value_blob(value)
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(value)))
    }

    /// A text column.
    public func text(_ column: Int32) -> String {
        sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
    }

    /// Whether a column is NULL.
    public func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
}
