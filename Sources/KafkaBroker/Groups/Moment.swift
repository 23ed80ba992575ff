/// A point in time by both of a broker's clocks.
///
/// What is written down has the time of day. What ends after a while (a session, a rebalance) is measured by a clock that nobody sets and that
/// stands still while the machine sleeps: else a suspended laptop would come back to groups without members.
struct Moment: Equatable, Sendable {
    /// Milliseconds since 1970.
    var wallMillis: Int64
    /// Milliseconds of a clock that only runs forward, from any beginning.
    var steadyMillis: Int64
}
