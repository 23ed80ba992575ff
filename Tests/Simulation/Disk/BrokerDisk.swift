import KafkaBroker

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The broker's files on a simulated disk.
///
/// Everything happens on the simulation's one thread, background work too; that is why it may be unchecked.
package final class BrokerDisk: Disk, @unchecked Sendable {
    private let disk: SimulatedDisk
    private var open: [Int32: (file: SimulatedFile, path: String, generation: Int)] = [:]
    private var nextDescriptor: Int32 = 1_000
    /// How often the machine was started.
    package var bootNumber = 1

    // Planted bugs.

    /// After so many more appends to topics' logs one is not carried out.
    var dropAppendAfter: Int?
    /// Whether entries of offset indexes are left out, each third.
    var skipsIndexEntries = false
    private var indexEntries = 0
    /// Whether a sync says that it is done and is not.
    var liesAboutSyncs = false

    package init(_ disk: SimulatedDisk) { self.disk = disk }

    private func attempt(_ body: () throws(SimulatedDisk.Failure) -> Int) -> Int {
        do throws(SimulatedDisk.Failure) {
            return try body()
        } catch {
            errno = error.code
            return -1
        }
    }

    /// The same for what has no result but whether it was done.
    private func done(_ body: () throws(SimulatedDisk.Failure) -> Void) -> Int32 {
        Int32(
            attempt { () throws(SimulatedDisk.Failure) in
                try body()
                return 0
            })
    }

    /// The file of a descriptor, if the process that opened it is alive.
    private func file(_ descriptor: Int32) throws(SimulatedDisk.Failure) -> (file: SimulatedFile, path: String) {
        guard let found = open[descriptor], found.generation == disk.generation, !disk.isDead else {
            throw SimulatedDisk.Failure(code: EIO)
        }
        return (found.file, found.path)
    }

    package func open(_ path: String, create: Bool) -> Int32 {
        Int32(
            attempt { () throws(SimulatedDisk.Failure) in
                let file = try disk.open(path, create: create)
                nextDescriptor += 1
                open[nextDescriptor] = (file, path, disk.generation)
                return Int(nextDescriptor)
            })
    }

    package func close(_ descriptor: Int32) { open[descriptor] = nil }

    package func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at position: Int) -> Int {
        attempt { () throws(SimulatedDisk.Failure) in try file(descriptor).file.read(at: position, into: buffer) }
    }

    package func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at position: Int) -> Int {
        attempt { () throws(SimulatedDisk.Failure) in
            let (file, path) = try file(descriptor)
            if isDropped(path) { return bytes.count }
            return try file.write(bytes, at: position)
        }
    }

    private func isDropped(_ path: String) -> Bool {
        if let left = dropAppendAfter, path.hasSuffix("0.log"), !path.contains("__") {
            dropAppendAfter = left > 0 ? left - 1 : nil
            return left == 0
        }
        guard skipsIndexEntries, path.hasSuffix(".index") else { return false }
        indexEntries += 1
        return indexEntries % 3 == 0
    }

    package func truncate(_ descriptor: Int32, to size: Int) -> Int32 {
        done { () throws(SimulatedDisk.Failure) in
            try file(descriptor).file.truncate(to: size)
        }
    }

    package func sync(_ descriptor: Int32) -> Int32 {
        if liesAboutSyncs { return 0 }
        return done { () throws(SimulatedDisk.Failure) in
            try file(descriptor).file.sync()
        }
    }

    package func size(of descriptor: Int32) -> Int {
        attempt { () throws(SimulatedDisk.Failure) in try file(descriptor).file.bytes.count }
    }

    package func modifiedMillis(of descriptor: Int32) -> Int64 {
        Int64(attempt { () throws(SimulatedDisk.Failure) in Int(try file(descriptor).file.modifiedMillis) })
    }

    package func setModified(of descriptor: Int32, likeFileAt path: String) -> Int32 {
        done { () throws(SimulatedDisk.Failure) in
            guard case .file(let other) = disk.node(at: path) else { throw .init(code: ENOENT) }
            try file(descriptor).file.modifiedMillis = other.modifiedMillis
        }
    }

    package func rename(_ path: String, to target: String) -> Int32 {
        done { () throws(SimulatedDisk.Failure) in
            try disk.rename(path, to: target)
        }
    }

    @discardableResult
    package func unlink(_ path: String) -> Int32 {
        done { () throws(SimulatedDisk.Failure) in
            try disk.remove(path, isDirectory: false)
        }
    }

    package func makeDirectory(_ path: String) -> Int32 {
        done { () throws(SimulatedDisk.Failure) in
            try disk.makeDirectory(path)
        }
    }

    @discardableResult
    package func removeDirectory(_ path: String) -> Int32 {
        done { () throws(SimulatedDisk.Failure) in
            try disk.remove(path, isDirectory: true)
        }
    }

    package func names(in path: String) -> [String] { disk.isDead ? [] : disk.names(in: path) }

    package func isDirectory(_ path: String) -> Bool {
        if case .directory = disk.node(at: path) { true } else { false }
    }

    package func size(ofFileAt path: String) -> Int {
        if case .file(let file) = disk.node(at: path) { file.bytes.count } else { -1 }
    }

    @discardableResult
    package func syncDirectory(_ path: String) -> Int32 {
        if liesAboutSyncs { return 0 }
        return done { () throws(SimulatedDisk.Failure) in
            try disk.syncNames()
        }
    }

    package func absolutePath(of path: String) -> String { path }
    package func space(at path: String) -> (total: Int64, usable: Int64)? { nil }
    package var bootID: String { "boot-\(bootNumber)" }

    /// The bytes of a stretch of a file that is being sent.
    func bytes(of region: LogRegion) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: region.length)
        let count = bytes.withUnsafeMutableBytes { read(region.descriptor, into: $0, at: Int(region.offset)) }
        return count == region.length ? bytes : nil
    }
}
