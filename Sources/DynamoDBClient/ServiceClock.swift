import AWSSignature
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The time as AWS has it: the machine's clock, put right when a service has refused a signature because that clock is off.
public final class ServiceClock: Sendable {
    /// A difference below this is the network's, not a wrong clock's: what AWS's SDKs take. Seconds.
    static let toleranceSeconds: Int64 = 240

    private let machineSeconds: @Sendable () -> Int64
    private let offsetSeconds = Mutex<Int64>(0)

    /// A clock over the machine's, which tells seconds since 1970.
    public init(machineSeconds: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }) {
        self.machineSeconds = machineSeconds
    }

    /// Seconds since 1970, as far as AWS is concerned.
    public var nowSeconds: Int64 { machineSeconds() + offsetSeconds.withLock { $0 } }

    /// Takes the time of the answer to a request that was signed at `signedSeconds`.
    /// - Returns: whether the request's time was off by more than the tolerance, so that it may be signed anew.
    func correct(serverSeconds: Int64, signedSeconds: Int64) -> Bool {
        guard abs(serverSeconds - signedSeconds) >= Self.toleranceSeconds else { return false }
        // Of requests that were under way together the first one has put the clock right already.
        offsetSeconds.withLock { offset in
            let machine = machineSeconds()
            if abs(serverSeconds - (machine + offset)) >= Self.toleranceSeconds { offset = serverSeconds - machine }
        }
        return true
    }
}

/// The date of HTTP's header `Date` (RFC 9110, 5.6.7).
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`; nil for another form.
    static func seconds(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", words[1].utf8.count == 2,
            let month = months.firstIndex(where: { $0 == words[2] })
        else { return nil }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        let time = words[4].filter { $0 != ":" }
        return SigningTime(timestamp: "\(words[3])\(number)\(words[1])T\(time)Z")?.epochSeconds
    }
}
