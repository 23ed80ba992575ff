#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A stretch of a file that is to be sent: only as the socket drains, so that waiting costs no memory. Large ones go from the file to the
/// socket inside the system (docs/decisions/0017).
public struct FileRegion {
    /// The file, open for reading.
    public var descriptor: Int32
    /// Where the stretch begins, in bytes.
    public var offset: Int64
    /// Its length in bytes.
    public var length: Int
    /// What keeps the descriptor open until the last byte is sent.
    public var owner: AnyObject

    /// Names a stretch of an open file. The bytes must not change until the peer has them: the system may keep pages of the file, not
    /// copies, until they are acknowledged.
    public init(descriptor: Int32, offset: Int64, length: Int, owner: AnyObject) {
        self.descriptor = descriptor
        self.offset = offset
        self.length = length
        self.owner = owner
    }
}

extension FileRegion {
    /// What is left of it from `sent` bytes behind its beginning, `limit` bytes at most.
    func rest(from sent: Int, atMost limit: Int) -> FileRegion {
        FileRegion(
            descriptor: descriptor, offset: offset + Int64(sent), length: min(length - sent, limit), owner: owner)
    }

    /// Reads on from `skipping` bytes behind its beginning. Fewer bytes than asked for: the file is shorter, or cannot be read.
    func read(into room: UnsafeMutableRawBufferPointer, skipping: Int) -> Int {
        let wanted = min(length - skipping, room.count)
        var done = 0
        while done < wanted {
            let count = pread(
                descriptor, room.baseAddress! + done, wanted - done, off_t(offset) + off_t(skipping + done))
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        return done
    }
}
