#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file of a simulated disk: what is read from it, and what of that may be lost with the machine.
package final class SimulatedFile {
    /// What a process reads.
    package private(set) var bytes: [UInt8] = []
    /// When it was changed last, in milliseconds since 1970.
    package var modifiedMillis: Int64 = 0
    private unowned let disk: SimulatedDisk
    let serial: Int

    /// A change since the last sync that was one, with what undoes it.
    private struct Change {
        let offset: Int
        let written: [UInt8]
        /// Of a write nil; the size to which the file was cut or grown.
        let size: Int?
        let before: [UInt8]
        let sizeBefore: Int
        /// Whether it is on the disk, though one before it may not be.
        var isSafe = false
        /// Whether a sync has failed on it: no later one saves it.
        var isStuck = false
    }

    private var changes: [Change] = []

    init(disk: SimulatedDisk, serial: Int) {
        self.disk = disk
        self.serial = serial
        modifiedMillis = disk.nowMillis
    }

    /// Reads into `buffer` from `offset` on; the bytes read, fewer at the end.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard offset < bytes.count else { return 0 }
        let count = min(buffer.count, bytes.count - offset)
        bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) }
        return count
    }

    /// Writes at `offset`; the bytes written, fewer before a failure.
    package func write(_ data: UnsafeRawBufferPointer, at offset: Int) throws(SimulatedDisk.Failure) -> Int {
        switch disk.verdict(ofGrowth: offset + data.count > bytes.count, isWrite: true) {
        case .goOn: put(data, at: offset)
        case .drop: break
        case .fail(let failure):
            // A disk that is full takes a part first, and says so at the next write.
            let part = disk.isDead ? 0 : disk.tornLength(of: data.count - 1)
            if part > 0 { put(UnsafeRawBufferPointer(rebasing: data[..<part]), at: offset) }
            throw failure
        case .die:
            let part = disk.tornLength(of: data.count)
            if part > 0 { put(UnsafeRawBufferPointer(rebasing: data[..<part]), at: offset) }
            throw .init(code: EIO)
        }
        return data.count
    }

    /// Cuts or grows the file.
    package func truncate(to size: Int) throws(SimulatedDisk.Failure) {
        switch disk.verdict(ofGrowth: size > bytes.count, isWrite: false) {
        case .goOn, .drop: resize(to: size)
        case .fail(let failure): throw failure
        case .die:
            if disk.tornLength(of: 1) == 0 { resize(to: size) }
            throw .init(code: EIO)
        }
    }

    /// Waits until what was written is on the disk.
    package func sync() throws(SimulatedDisk.Failure) {
        switch disk.verdict(ofGrowth: false, isWrite: false) {
        case .goOn, .drop:
            if changes.contains(where: \.isStuck) {
                for index in changes.indices where !changes[index].isStuck { changes[index].isSafe = true }
            } else {
                changes = []
            }
            disk.noteSynced(self, isWhole: changes.isEmpty)
        case .fail(let failure):
            for index in changes.indices where !changes[index].isSafe { changes[index].isStuck = true }
            throw failure
        case .die: throw .init(code: EIO)
        }
    }

    private func put(_ data: UnsafeRawBufferPointer, at offset: Int) {
        let end = offset + data.count
        if disk.keepsUnsynced {
            let overlap = min(end, bytes.count)
            changes.append(
                Change(
                    offset: offset, written: Array(data), size: nil,
                    before: offset < overlap ? Array(bytes[offset..<overlap]) : [], sizeBefore: bytes.count))
            disk.noteUnsynced(self)
        }
        place(data, at: offset)
        modifiedMillis = disk.nowMillis
    }

    private func place(_ data: UnsafeRawBufferPointer, at offset: Int) {
        if offset == bytes.count {
            bytes.append(contentsOf: data)
            return
        }
        let end = offset + data.count
        if end > bytes.count { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
        bytes.withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[offset..<end]).copyMemory(from: data)
        }
    }

    private func resize(to size: Int) {
        if disk.keepsUnsynced {
            let cut = size < bytes.count ? Array(bytes[size...]) : []
            changes.append(
                Change(offset: size, written: [], size: size, before: cut, sizeBefore: bytes.count))
            disk.noteUnsynced(self)
        }
        setSize(size)
        modifiedMillis = disk.nowMillis
    }

    private func setSize(_ size: Int) {
        if size < bytes.count {
            bytes.removeSubrange(size...)
        } else {
            bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
        }
    }

    /// A new process syncs what the one before could not.
    func forgetFailedSyncs() {
        for index in changes.indices { changes[index].isStuck = false }
    }

    /// The machine is switched off: of what was not synced some is there, some not, some in part.
    func losePower(_ random: inout SeededRandom) {
        for change in changes.reversed() {
            setSize(change.sizeBefore)
            change.before.withUnsafeBytes { if !$0.isEmpty { place($0, at: change.offset) } }
        }
        // Often nothing of it, or all but the end of it, which is what machines do most.
        let style = random.below(3)
        let end = random.below(changes.count + 1)
        for (index, change) in changes.enumerated() {
            let isThere = style == 0 ? index < end : style == 1 ? random.once(in: 2) : false
            let isTorn = !change.isSafe && !isThere && style == 1 && random.once(in: 4)
            guard change.isSafe || isThere || isTorn else { continue }
            if let size = change.size {
                if !isTorn { setSize(size) }
                continue
            }
            let count = isTorn ? random.below(change.written.count + 1) : change.written.count
            guard count > 0 else { continue }
            change.written.withUnsafeBytes { place(UnsafeRawBufferPointer(rebasing: $0[..<count]), at: change.offset) }
        }
        changes = []
    }
}
