// The C library's own types come in by the first C module that needs them.
internal import CRdKafka

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A thread of its own: what librdkafka blocks in must block neither an event loop nor Swift's pool.
enum DedicatedThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new detached thread.
    static func start(_ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 512 * 1024)
        defer { pthread_attr_destroy(&attributes) }
        #if canImport(Glibc)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        let failure = pthread_create(
            &thread, &attributes,
            { context in
                #if canImport(Glibc)
                    guard let context else { return nil }
                #endif
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context)
        precondition(failure == 0, "The system gives no thread for the Kafka client.")
    }
}

/// Blocks the calling thread, which must be a dedicated one.
func pause(millis: Int) {
    var time = timespec(tv_sec: 0, tv_nsec: millis * 1_000_000)
    nanosleep(&time, nil)
}
