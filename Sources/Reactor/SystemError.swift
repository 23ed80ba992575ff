#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A call of the system that failed.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the call, as in its manual page.
    public let call: String
    /// The value of `errno` after it.
    public let code: Int32

    /// Names a failed call and its `errno`.
    public init(_ call: String, _ code: Int32) {
        self.call = call
        self.code = code
    }

    /// One sentence: the call and the system's words for the code.
    public var description: String { "\(call): \(String(cString: strerror(code)))" }
}
