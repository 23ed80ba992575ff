#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open file. It is closed when the last holder lets go, so that a region being sent keeps its descriptor whatever
/// becomes of the log.
public final class SegmentFile: Sendable {
    /// The descriptor, for reading and writing at positions.
    public let descriptor: Int32
    /// Where it was opened.
    public let path: String

    /// Where it lies.
    private let disk: any Disk

    /// Opens `path` for reading and writing, and makes it when `create` is set.
    init(path: String, create: Bool, on disk: any Disk) throws(StorageError) {
        let descriptor = disk.open(path, create: create)
        guard descriptor >= 0 else { throw StorageError("open", path) }
        self.descriptor = descriptor
        self.path = path
        self.disk = disk
    }

    deinit { disk.close(descriptor) }

    /// The file's size in bytes.
    func size() throws(StorageError) -> Int {
        let size = disk.size(of: descriptor)
        guard size >= 0 else { throw StorageError("examine", path) }
        return size
    }

    /// When the file was changed last, in milliseconds since 1970.
    func modifiedMillis() throws(StorageError) -> Int64 {
        let millis = disk.modifiedMillis(of: descriptor)
        guard millis >= 0 else { throw StorageError("examine", path) }
        return millis
    }

    /// Gives the file the time of the last change that another has.
    func setModified(like other: String) throws(StorageError) {
        guard disk.setModified(of: descriptor, likeFileAt: other) == 0 else {
            throw StorageError("set the time of", path)
        }
    }

    /// Reads at `position` until `buffer` is full or the file ends; returns the bytes read.
    func read(at position: Int, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = disk.read(descriptor, into: rest, at: position + done)
            if count > 0 {
                done += count
            } else if count == 0 {
                break
            } else if errno != EINTR {
                throw StorageError("read", path)
            }
        }
        return done
    }

    /// Writes all of `bytes` at `position`. When it throws, a part of them may be there.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(StorageError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = disk.write(descriptor, rest, at: position + done)
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                throw StorageError("write", path, errno: count == 0 ? ENOSPC : errno)
            }
        }
    }

    /// Cuts the file to `size` bytes.
    func truncate(to size: Int) throws(StorageError) {
        guard disk.truncate(descriptor, to: size) == 0 else {
            throw StorageError("cut", path)
        }
    }

    /// Waits until the file's bytes are on the disk; false when the system could not.
    func sync() -> Bool { disk.sync(descriptor) == 0 }
}

/// The files that are held open, bounded: the least recently used one is let go for the next. Thousands of partitions
/// need few at a time.
public final class OpenFiles {
    private let capacity: Int
    private var clock: UInt64 = 0
    /// Not kept: a file takes itself out when it goes.
    private var open: [Unmanaged<LogFile>] = []
    /// Where the files lie.
    let disk: any Disk

    /// At most `capacity` descriptors are held (those of regions being sent come on top).
    package init(capacity: Int = 512, on disk: any Disk) {
        self.capacity = max(8, capacity)
        self.disk = disk
        open.reserveCapacity(min(capacity, 512))
    }

    /// The descriptors held now.
    public var count: Int { open.count }

    fileprivate func tick() -> UInt64 {
        clock += 1
        return clock
    }

    fileprivate func opened(_ file: LogFile) {
        func lastUse(_ index: Int) -> UInt64 { open[index].takeUnretainedValue().lastUse }
        if open.count >= capacity, let oldest = open.indices.min(by: { lastUse($0) < lastUse($1) }) {
            open[oldest].takeUnretainedValue().handle = nil
            open.swapAt(oldest, open.count - 1)
            open.removeLast()
        }
        open.append(.passUnretained(file))
    }

    fileprivate func closed(_ file: LogFile) {
        let closed = Unmanaged.passUnretained(file).toOpaque()
        if let index = open.firstIndex(where: { $0.toOpaque() == closed }) {
            open.swapAt(index, open.count - 1)
            open.removeLast()
        }
    }
}

/// A file of a log that is opened when it is used and may be closed between uses.
final class LogFile {
    private(set) var path: String
    private let openFiles: OpenFiles
    fileprivate var handle: SegmentFile?
    fileprivate var lastUse: UInt64 = 0
    /// Where the file should end, when a write has failed and the part that it left could not be cut off.
    private var torn: Int?

    init(path: String, openFiles: OpenFiles) {
        self.path = path
        self.openFiles = openFiles
    }

    deinit { release() }

    /// The open file, made when it is not there.
    func use() throws(StorageError) -> SegmentFile {
        lastUse = openFiles.tick()
        if let handle { return handle }
        let opened = try SegmentFile(path: path, create: true, on: openFiles.disk)
        handle = opened
        openFiles.opened(self)
        return opened
    }

    /// Writes all of `bytes` at `position`, the file's end, or nothing.
    func append(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(StorageError) {
        try mend()
        do throws(StorageError) {
            try use().write(bytes, at: position)
        } catch {
            torn = position
            try? mend()
            throw error
        }
    }

    /// Cuts off what a failed write has left: whoever reads the file would take it for a torn batch, and what follows for lost.
    func mend() throws(StorageError) {
        guard let torn else { return }
        try use().truncate(to: torn)
        self.torn = nil
    }

    /// Lets the descriptor go.
    func release() {
        guard handle != nil else { return }
        handle = nil
        openFiles.closed(self)
    }

    /// Gives the file another name; an open descriptor stays good. False when the system does not.
    @discardableResult
    func rename(to path: String) -> Bool {
        guard openFiles.disk.rename(self.path, to: path) == 0 else { return false }
        self.path = path
        return true
    }

    /// Removes the name; an open descriptor stays good. False when the system does not.
    @discardableResult
    func unlinkName() -> Bool { openFiles.disk.unlink(path) == 0 }

    /// Lets the descriptor go and removes the file.
    func remove() {
        release()
        openFiles.disk.unlink(path)
    }
}

extension LogRegion {
    /// `length` bytes of `segment` from `position` on.
    init(_ segment: SegmentFile, at position: Int, length: Int) {
        self.init(owner: segment, descriptor: segment.descriptor, offset: Int64(position), length: length)
    }
}

extension SegmentFile {
    /// `length` bytes from `position` on; throws when the file has fewer.
    func bytes(at position: Int, length: Int) throws(StorageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: length)
        // The outcome is carried out of the closure, which cannot throw a typed error.
        let outcome: Result<Int, StorageError> = bytes.withUnsafeMutableBytes { all in
            do throws(StorageError) {
                return .success(try read(at: position, into: all))
            } catch {
                return .failure(error)
            }
        }
        guard try outcome.get() == length else { throw StorageError("\(path) ends too early.") }
        return bytes
    }
}
