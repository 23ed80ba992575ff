/// The calls that the broker's files need: the system's, or those of a disk that a simulation gives.
///
/// As in C, a negative result is a failure whose reason is in `errno`. Each comes with a system call and none with a byte, so that what the
/// indirection costs cannot be measured. Called on the broker's thread and on those of its background work.
package protocol Disk: Sendable {
    /// Opens a file for reading and writing, and makes it when it is not there and `create` is set; its descriptor.
    func open(_ path: String, create: Bool) -> Int32
    /// Lets a descriptor go.
    func close(_ descriptor: Int32)
    /// Reads at a position; the bytes read, 0 at the end, fewer than asked for at any time.
    func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at position: Int) -> Int
    /// Writes at a position; the bytes written, fewer than given at any time.
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at position: Int) -> Int
    /// Cuts a file to a size.
    func truncate(_ descriptor: Int32, to size: Int) -> Int32
    /// Waits until a file's bytes are on the disk.
    func sync(_ descriptor: Int32) -> Int32
    /// A file's size in bytes.
    func size(of descriptor: Int32) -> Int
    /// When a file was changed last, in milliseconds since 1970.
    func modifiedMillis(of descriptor: Int32) -> Int64
    /// Gives a file the time of the last change of the one at `path`.
    func setModified(of descriptor: Int32, likeFileAt path: String) -> Int32
    /// Gives a file or a directory another name, in place of the file that has it.
    func rename(_ path: String, to target: String) -> Int32
    /// Removes a file's name.
    @discardableResult
    func unlink(_ path: String) -> Int32
    /// Makes a directory whose parent is there.
    func makeDirectory(_ path: String) -> Int32
    /// Removes an empty directory.
    @discardableResult
    func removeDirectory(_ path: String) -> Int32
    /// The names in a directory, sorted; none when it cannot be read.
    func names(in path: String) -> [String]
    /// Whether there is a directory at `path`.
    func isDirectory(_ path: String) -> Bool
    /// The size of the file at `path` in bytes.
    func size(ofFileAt path: String) -> Int
    /// Waits until the names in a directory are on the disk.
    @discardableResult
    func syncDirectory(_ path: String) -> Int32
    /// The path from the root on, without symbolic links; as it is when there is none.
    func absolutePath(of path: String) -> String
    /// The bytes of the volume that holds `path`, and those that may still be used; nil when the system does not say.
    func space(at path: String) -> (total: Int64, usable: Int64)?
    /// What tells one start of the machine from the next; the same text always where the system has none.
    var bootID: String { get }
}
