import Testing

@testable import AWSServer

@Test("The credential is read from each request: the key, and the region from the end of its scope")
func signedCredential() {
    func field(_ key: String, _ region: String) -> [UInt8] {
        Array("AWS4-HMAC-SHA256 Credential=\(key)/20261123/\(region)/dynamodb/aws4_request, SignedHeaders=host".utf8)
    }
    var reader = CallerReader(region: "us-east-1")
    func read(_ field: [UInt8]?, target: String = "/") -> SignedCredential {
        Array(target.utf8).withUnsafeBytes { target in
            guard let field else { return reader.caller(authorization: nil, target: target).credential }
            return field.withUnsafeBytes { reader.caller(authorization: $0, target: target).credential }
        }
    }
    let unsigned = SignedCredential(accessKeyID: nil, region: "us-east-1")
    for (key, region) in [
        ("a", "eu-west-1"), ("a", "eu-west-1"), ("a", "eu-west-11"), ("b", "eu-west-1"), ("b/c", "eu-west-1"),
        ("a", "eu-west-1"),
    ] {
        #expect(read(field(key, region)) == SignedCredential(accessKeyID: key, region: region))
    }
    for text in [
        "Bearer x", "", "Credential=", "Credential=a/b/c/d", "Credential=/d/r/dynamodb/aws4_request", "/////",
        "Credential=k/d/EU/../x",
    ] {
        #expect(read(Array(text.utf8)) == unsigned)
    }
    #expect(read(field("a", "EU")) == unsigned)
    #expect(read(nil) == unsigned)
    let presigned = "/?X-Amz-Algorithm=x&X-Amz-Credential=key%2F20261123%2feu-west-1/dynamodb%2Faws4_request&X=y"
    #expect(read(nil, target: presigned) == SignedCredential(accessKeyID: "key", region: "eu-west-1"))
    #expect(read(nil, target: "/?X-Amz-Credential=%2") == unsigned)
    // The end of a field is no end of a credential: a longer one that begins like it is another.
    #expect(read(Array("Credential=a/d/r/dynamodb/aws4".utf8)).region == "r")
    #expect(read(Array("Credential=a/d/r/dynamodb/x/s/aws4".utf8)).region == "x")
}

@Test("The directories of two credentials differ, also where capitals do not count, and have plain names")
func directoryNames() {
    let credentials =
        [
            ("AKIA", "r"), ("akia", "r"), ("akia", "r2"), ("a/../b", "r"), ("a_.._b", "r"),
            (String(repeating: "é", count: 500), "r"),
            ("unsigned", "r"),
        ].map { SignedCredential(accessKeyID: $0.0, region: $0.1) } + [SignedCredential(accessKeyID: nil, region: "r")]
    let names = credentials.map(\.directoryName)
    #expect(Set(names).count == names.count)
    for name in names {
        #expect(name.utf8.count < 100 && name == name.lowercased() && !name.contains("/") && !name.hasPrefix("."))
    }
    #expect(names[0].hasPrefix("akia.r."))
    #expect(names.last == "unsigned.r")
}

@Test("Request ids are 52 capital letters and digits and differ")
func requestIDs() {
    var ids = RequestIDs(seed: 1)
    var all: Set<[UInt8]> = []
    for _ in 0..<1000 {
        var id: [UInt8] = []
        ids.append(to: &id)
        #expect(id.count == 52 && id.allSatisfy { ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x35) })
        all.insert(id)
    }
    #expect(all.count == 1000)
}
