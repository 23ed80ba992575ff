import Testing

@testable import AWSServer

@Test("The region is read from each request's own credential")
func signedRegion() {
    func field(_ key: String, _ region: String) -> [UInt8] {
        Array("AWS4-HMAC-SHA256 Credential=\(key)/20261123/\(region)/dynamodb/aws4_request, SignedHeaders=host".utf8)
    }
    var region = SignedRegion(unsigned: "us-east-1")
    let fields = [
        field("a", "eu-west-1"), field("a", "eu-west-1"), field("a", "eu-west-11"), field("b", "eu-west-1"),
        Array("Bearer x".utf8), field("a", "EU/../x"), field("a", "eu-west-1"),
    ]
    var found: [String] = []
    for field in fields { field.withUnsafeBytes { found.append(region.of(authorization: $0)) } }
    found.append(region.of(authorization: nil))
    #expect(
        found == [
            "eu-west-1", "eu-west-1", "eu-west-11", "eu-west-1", "us-east-1", "us-east-1", "eu-west-1", "us-east-1",
        ])
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
