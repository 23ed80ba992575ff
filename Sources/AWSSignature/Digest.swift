internal import COpenSSL

/// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), as Signature Version 4 needs them.
public enum SHA256 {
    /// The number of bytes of a digest.
    public static let digestByteCount = 32

    /// The digest of `bytes`: 32 bytes.
    public static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let input = Array(bytes)
        return input.withUnsafeBufferPointer { hash(UnsafeRawBufferPointer($0)) }
    }

    /// The digest of `bytes`: 32 bytes.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: digestByteCount) { digest, count in
            _ = COpenSSL.SHA256(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count, digest.baseAddress)
            count = digestByteCount
        }
    }

    /// The keyed hash of `message` under `key`: 32 bytes.
    public static func hmac(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: digestByteCount) { digest, count in
            key.withUnsafeBufferPointer { key in
                message.withUnsafeBufferPointer { message in
                    _ = COpenSSL.HMAC(
                        EVP_sha256(), key.baseAddress, Int32(key.count), message.baseAddress, message.count,
                        digest.baseAddress, nil)
                }
            }
            count = digestByteCount
        }
    }

    /// The keyed hash of the UTF-8 bytes of `message` under `key`: 32 bytes.
    public static func hmac(key: [UInt8], _ message: String) -> [UInt8] {
        hmac(key: key, Array(message.utf8))
    }
}

/// Base 16 in lower case, as Signature Version 4 writes digests.
public enum Hexadecimal {
    /// Two lower-case digits for each byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            for (index, byte) in bytes.enumerated() {
                text[index * 2] = digits[Int(byte >> 4)]
                text[index * 2 + 1] = digits[Int(byte & 15)]
            }
            return bytes.count * 2
        }
    }
}
