#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A thread for a loop.
enum LoopThread {
    /// What deep but bounded recursion (nested values, nested YAML) may need, whatever the machine's default.
    private static let stackBytes = 8 << 20

    private final class Body {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs `body` on a new thread of this name. Signals that ask nestbox to end are the main thread's.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(Failure) {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        pthread_attr_setstacksize(attributes, stackBytes)
        pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        let argument = Unmanaged.passRetained(Body(name: name, run: body)).toOpaque()
        #if canImport(Glibc)
            var thread = pthread_t()
            let code = pthread_create(
                &thread, attributes,
                { argument in
                    let body = Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue()
                    // pthread_setname_np is not in the Glibc module.
                    try? FileSystem.write(body.name, to: "/proc/thread-self/comm")
                    body.run()
                    return nil
                }, argument)
        #else
            var thread: pthread_t?
            let code = pthread_create(
                &thread, attributes,
                { argument in
                    let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                    pthread_setname_np(body.name)
                    body.run()
                    return nil
                }, argument)
        #endif
        guard code == 0 else {
            Unmanaged<Body>.fromOpaque(argument).release()
            throw Failure(.other, "cannot start a thread: \(String(cString: strerror(code))); end some programs")
        }
    }
}
