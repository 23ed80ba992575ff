import Synchronization

/// A value that is made when it is first asked for; what could not be made is tried again.
final class Once<Value: Sendable>: Sendable {
    private let made = Mutex<Value?>(nil)

    /// The value, made by `make` if there is none yet; nil when `make` gives none.
    func value(_ make: () throws -> Value?) throws -> Value? {
        try made.withLock { made in
            if made == nil { made = try make() }
            return made
        }
    }
}
