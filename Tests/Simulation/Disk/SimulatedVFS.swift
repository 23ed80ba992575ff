import CSQLite
import SQLite

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SQLite's files on a simulated disk: a file layer (VFS) of SQLite, registered under a name of its own for as long as this lives.
///
/// It has no shared memory and no memory map: the tables' database is open for one connection alone, which needs neither.
package final class SimulatedVFS {
    /// The name under which SQLite knows it.
    package let name: String
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let nameBytes: UnsafeMutablePointer<CChar>
    private let disk: SimulatedDisk

    /// What SQLite holds of an open file: its methods, and ours behind them.
    fileprivate struct OpenFile {
        var base: sqlite3_file
        var handle: Unmanaged<Handle>?
    }

    fileprivate final class Handle {
        let file: SimulatedFile
        let disk: SimulatedDisk
        let generation: Int
        /// What is removed when the file is closed.
        let temporaryPath: String?

        init(_ file: SimulatedFile, on disk: SimulatedDisk, temporaryPath: String?) {
            self.file = file
            self.disk = disk
            generation = disk.generation
            self.temporaryPath = temporaryPath
        }

        /// Whether the process that opened it is still there.
        var isAlive: Bool { !disk.isDead && disk.generation == generation }
    }

    /// Registers a file layer for the files of `disk`.
    package init(_ disk: SimulatedDisk) {
        self.disk = disk
        // Addresses of what lives at the same time differ.
        let address = UInt(bitPattern: Unmanaged.passUnretained(disk).toOpaque())
        name = "simulation-" + String(address, radix: 16)
        nameBytes = .allocate(capacity: name.utf8.count + 1)
        for (index, byte) in name.utf8CString.enumerated() { nameBytes[index] = byte }
        vfs = .allocate(capacity: 1)
        vfs.initialize(to: Self.template)
        vfs.pointee.zName = UnsafePointer(nameBytes)
        vfs.pointee.pAppData = Unmanaged.passUnretained(disk).toOpaque()
        // To register it is SQLite's first use, before which the program's settings are made.
        precondition(Connection.isConfigured, "SQLite is in use already")
        let code = sqlite3_vfs_register(vfs, 0)
        precondition(code == SQLITE_OK, "SQLite takes no file layer")
    }

    deinit {
        sqlite3_vfs_unregister(vfs)
        vfs.deallocate()
        nameBytes.deallocate()
    }

    private static var template: sqlite3_vfs {
        var vfs = sqlite3_vfs()
        vfs.iVersion = 1
        vfs.szOsFile = Int32(MemoryLayout<OpenFile>.size)
        vfs.mxPathname = 512
        vfs.xOpen = { vfs, name, file, flags, outFlags in
            openFile(diskOf(vfs), name.map { String(cString: $0) }, file!, flags, outFlags)
        }
        vfs.xDelete = { vfs, name, _ in
            do throws(SimulatedDisk.Failure) {
                try diskOf(vfs).remove(String(cString: name!), isDirectory: false)
                return SQLITE_OK
            } catch {
                return error.code == 2 ? sqliteDeleteNoEntry : sqliteIOError(10)
            }
        }
        vfs.xAccess = { vfs, name, _, result in
            result!.pointee = diskOf(vfs).node(at: String(cString: name!)) == nil ? 0 : 1
            return SQLITE_OK
        }
        vfs.xFullPathname = { _, name, size, output in
            guard strlen(name!) < Int(size) else { return SQLITE_CANTOPEN }
            strcpy(output!, name!)
            return SQLITE_OK
        }
        vfs.xRandomness = { _, count, output in
            memset(output!, 0x5a, Int(count))
            return count
        }
        vfs.xSleep = { _, micros in micros }
        vfs.xCurrentTime = { _, days in
            days!.pointee = 2_460_000
            return SQLITE_OK
        }
        vfs.xGetLastError = { _, _, _ in 0 }
        return vfs
    }

    /// The methods of every file; SQLite keeps the pointer.
    nonisolated(unsafe) fileprivate static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: makeMethods())
        return methods
    }()

    private static func makeMethods() -> sqlite3_io_methods {
        var methods = sqlite3_io_methods()
        methods.iVersion = 1
        methods.xClose = { file in closeFile(file!) }
        methods.xRead = { file, buffer, count, offset in readFile(file!, buffer!, Int(count), Int(offset)) }
        methods.xWrite = { file, bytes, count, offset in
            // As SQLite's own layer, which takes less than 128 KiB at a time.
            guard count < 128 << 10 else { return SQLITE_FULL }
            return change(file!, or: sqliteIOError(3)) { (file) throws(SimulatedDisk.Failure) in
                _ = try file.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)), at: Int(offset))
            }
        }
        methods.xTruncate = { file, size in
            change(file!, or: sqliteIOError(6)) { (file) throws(SimulatedDisk.Failure) in
                try file.truncate(to: Int(size))
            }
        }
        methods.xSync = { file, _ in
            change(file!, or: sqliteIOError(4)) { (file) throws(SimulatedDisk.Failure) in try file.sync() }
        }
        methods.xFileSize = { file, size in
            size!.pointee = sqlite3_int64(handle(of: file!).file.bytes.count)
            return SQLITE_OK
        }
        methods.xLock = { _, _ in SQLITE_OK }
        methods.xUnlock = { _, _ in SQLITE_OK }
        methods.xCheckReservedLock = { _, result in
            result!.pointee = 0
            return SQLITE_OK
        }
        methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        // As SQLite's own file layer has them on Linux.
        methods.xSectorSize = { _ in 4096 }
        methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
        return methods
    }
}

/// SQLITE_IOERR with its detail, and SQLITE_IOERR_DELETE_NOENT; the macros are not imported.
private func sqliteIOError(_ detail: Int32) -> Int32 { SQLITE_IOERR | detail << 8 }
private let sqliteDeleteNoEntry = sqliteIOError(23)

private func diskOf(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> SimulatedDisk {
    Unmanaged<SimulatedDisk>.fromOpaque(vfs!.pointee.pAppData).takeUnretainedValue()
}

private func handle(of file: UnsafeMutablePointer<sqlite3_file>) -> SimulatedVFS.Handle {
    file.withMemoryRebound(to: SimulatedVFS.OpenFile.self, capacity: 1) { $0.pointee.handle!.takeUnretainedValue() }
}

private func openFile(
    _ disk: SimulatedDisk, _ name: String?, _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
    _ outFlags: UnsafeMutablePointer<Int32>?
) -> Int32 {
    let isTemporary = name == nil || flags & SQLITE_OPEN_DELETEONCLOSE != 0
    let path = name ?? "/temporary-\(disk.changeCount)"
    return file.withMemoryRebound(to: SimulatedVFS.OpenFile.self, capacity: 1) { opened in
        // A file that was not opened has no methods.
        opened.initialize(to: SimulatedVFS.OpenFile(base: sqlite3_file(pMethods: nil), handle: nil))
        do throws(SimulatedDisk.Failure) {
            let found = try disk.open(path, create: flags & SQLITE_OPEN_CREATE != 0)
            let handle = SimulatedVFS.Handle(found, on: disk, temporaryPath: isTemporary ? path : nil)
            opened.pointee.handle = Unmanaged.passRetained(handle)
            opened.pointee.base.pMethods = UnsafePointer(SimulatedVFS.methods)
            outFlags?.pointee = flags
            return SQLITE_OK
        } catch {
            return SQLITE_CANTOPEN
        }
    }
}

private func closeFile(_ file: UnsafeMutablePointer<sqlite3_file>) -> Int32 {
    file.withMemoryRebound(to: SimulatedVFS.OpenFile.self, capacity: 1) { opened in
        guard let handle = opened.pointee.handle?.takeRetainedValue() else { return }
        if let path = handle.temporaryPath, handle.isAlive { try? handle.disk.remove(path, isDirectory: false) }
        opened.pointee.handle = nil
    }
    return SQLITE_OK
}

private func readFile(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ buffer: UnsafeMutableRawPointer, _ count: Int, _ offset: Int
) -> Int32 {
    let handle = handle(of: file)
    guard handle.isAlive else { return sqliteIOError(1) }
    let read = handle.file.read(at: offset, into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
    guard read < count else { return SQLITE_OK }
    memset(buffer + read, 0, count - read)
    return sqliteIOError(2)
}

private func change(
    _ file: UnsafeMutablePointer<sqlite3_file>, or code: Int32,
    _ body: (SimulatedFile) throws(SimulatedDisk.Failure) -> Void
) -> Int32 {
    let handle = handle(of: file)
    guard handle.isAlive else { return code }
    do throws(SimulatedDisk.Failure) {
        try body(handle.file)
        return SQLITE_OK
    } catch {
        return error.code == 28 ? SQLITE_FULL : code
    }
}
