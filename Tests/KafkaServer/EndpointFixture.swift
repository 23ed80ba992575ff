import KafkaBroker
import KafkaServer
import Reactor
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A broker on a port of its own, on a thread of its own, gone with the last reference.
final class EndpointFixture: @unchecked Sendable {
    let port: UInt16
    private let directory: String
    private let handle: LoopHandle
    private var thread: pthread_t

    private struct Started {
        let port: UInt16
        let handle: LoopHandle
    }

    init(_ configure: @escaping @Sendable (inout KafkaEndpoint.Configuration) -> Void = { _ in }) throws {
        var template = Array("/tmp/nestbox-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw RawClient.Failure(call: "mkdtemp") }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let started = Mutex<Result<Started, any Error>?>(nil)
        let ready = DispatchlessSemaphore()
        thread = startThread {
            do {
                let loop = try EventLoop()
                let broker = try Broker(Broker.Configuration(directory: directory), now: loop.wallMillis)
                var configuration = KafkaEndpoint.Configuration()
                configure(&configuration)
                let endpoint = KafkaEndpoint(loop: loop, broker: broker, configuration: configuration)
                let address = try endpoint.listen(on: .loopback())
                started.withLock { $0 = .success(Started(port: address.port, handle: loop.handle)) }
                ready.signal()
                loop.run()
                endpoint.close()
                broker.close(now: loop.wallMillis)
            } catch {
                started.withLock { $0 = .failure(error) }
                ready.signal()
            }
        }
        ready.wait()
        let result = try started.withLock { try $0!.get() }
        port = result.port
        handle = result.handle
        self.directory = directory
    }

    deinit {
        handle.stop()
        pthread_join(thread, nil)
        remove(directory)
    }

    func client() throws -> RawClient { try RawClient(port: port) }

    private func remove(_ path: String) {
        guard let entries = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { remove(path + "/" + name) }
        }
        closedir(entries)
        rmdir(path)
    }
}

/// Wakes the one that waits.
private final class DispatchlessSemaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0 {} }
}

private func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { raw in
            Unmanaged<Box>.fromOpaque(raw!).takeRetainedValue().body()
            return nil
        }, box)
    return thread
}
