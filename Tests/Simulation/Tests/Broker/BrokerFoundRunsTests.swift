import Simulation
import Testing

/// Runs of the broker that failed once, shrunk, each with the rule that was broken.
@Suite("Runs of the broker that failed once")
struct BrokerFoundRunsTests {
    struct FoundRun: CustomTestStringConvertible {
        let rule: String
        let seed: UInt64
        let steps: String
        var testDescription: String { rule }
    }

    static let runs = [
        FoundRun(
            rule: "A segment that was recovered keeps its largest timestamp over the next start",
            seed: 20_261_147,
            steps:
                "produce-idempotent:9db875e8e27d2193 new-producer:264737830059081d fill:8874e980de837a4a produce-idempotent:1d5bf0274d1928a3 "
                + "new-producer:def888bfd0ca39e9 long-time:771c3a5e8014e69 produce-idempotent:14645410c22cb2ba new-producer:4a6c94e9c1d38d7e "
                + "jump:224c1f71c216dbbd jump:b8f37aabac0c2d6c power-loss:53b02048ee4ab376 produce-idempotent:b2af5be774f555d8 "
                + "produce-idempotent:2d0eb2819174f54d power-loss:c67f2d99dfd96538 jump:59d8f0bd2d1bc9b8"),
        FoundRun(
            rule: "After a segment could not be begun, nothing is appended to the one before it",
            seed: 30,
            steps:
                "produce:3d9d235cfc4cd0bf produce:1741dfacae9167c2 long-time:74172138fb11e44d die-soon:8cf7e7f8f92dac68 "
                + "commit:f3ebccb74f089dd3 fail-soon:59bae97c439bf0f produce:fd5801170861ed3a commit:5dc3ecabe8dc3647 "
                + "jump:5c4dc2dbcbab1913 produce:da0bc522703f4cc8"),
        FoundRun(
            rule: "After a loss of power the indexes of old segments are what they were",
            seed: 17,
            steps:
                "produce:f1b278543ace485c jump:e531f25517116417 long-time:79919e90964ce9c produce:40694772f7c43337 long-"
                + "time:99264d1160894aed long-time:2fc3573cf7df83fa time:2bf00c5d4a3669f7 time:2c11ed8c8d22f18f "
                + "time:d7d5107b91e9842 new-producer:4d40e64ee37d9f5e time:dc6adc9afd91f429 jump:a74c5437c420b4e1 "
                + "time:bac8a310eddb7871 produce-idempotent:2c977a42b36bb115 jump:9cbbc0629dd1e8bc long-time:8344fc62b7a0a7fb "
                + "produce:fb8bfc43a59e0a5f power-loss:7c577c070cfe8f0 time:8a5a6eb826614169"),
        FoundRun(
            rule: "What a failed write has left is cut off before the next segment begins",
            seed: 302,
            steps:
                "produce-idempotent:3c1d495f225e22e6 produce-idempotent:23f285e7a00f8d54 produce-idempotent:4059a2db809c3607 "
                + "fail-soon:76324212a60a76df work:6ca846abd0204cdb work:38abc67a9c44c62b produce:726479c4d10ab542 produce-"
                + "idempotent:56b3e01a954cf2fb long-time:649e2820424fc109 produce:24ae2c9e3cacd303"),
        FoundRun(
            rule: "A start syncs what it finds in the catalog before it goes by it",
            seed: 158,
            steps:
                "die-soon:218c1995e7189876 commit:28bf5d03b048a715 commit:a15d5a4f70b4af6a work:6981f8317deae5dc"),
        FoundRun(
            rule: "A snapshot of producers does not know more than the log, nor is there a hole in a compacted log",
            seed: 314,
            steps:
                "produce-idempotent:f3a55f890d15a70d produce-idempotent:7cfde548db6f9550 produce-idempotent:43ecfe82f7a4865c "
                + "long-time:cd2bf8378944ee65 produce:4dddad1440db5d04 produce:310ac082fd86263f power-loss:af8d67f6621f8238"
        ),
        FoundRun(
            rule: "A sync that ends after another one has failed answers for nothing",
            seed: 137,
            steps:
                "produce:8832c199fd6308db produce:416ae83df78184a5 fail-soon:7f1c267991ecadb4 jump:c1995d50ae20b8ed "
                + "produce:de473b122c2409af produce:11005be6b040fdf0 work:321f7802c482e6cb check:82deb3697791254"),
        FoundRun(
            rule: "A batch that was deleted and comes again is known after a start",
            seed: 138,
            steps:
                "produce-idempotent:bd2a9274bf1859d produce-idempotent:27d62e3d6bcf734e work:1f9fc2411ad402b0 delete-"
                + "records:926f5f66534a6b9d power-loss:bb205083d5052b9f produce-again:81e63a161853f2da"),
        FoundRun(
            rule: "Retention leaves segments whose producers could not be noted",
            seed: 3,
            steps:
                "produce-idempotent:e26ce197ab1ff3c produce-idempotent:5e13d58331f69dee die-soon:fa7aaa086eaed5b3 "
                + "work:c30f578d6c9d53b4 jump:aa20b0e4e3c50c9a fail-soon:8ac98ec723c86829 long-time:7fb768446f975e53 "
                + "commit:10bd1484d3a7a298 produce-again:db3e0c8e4023e511"),
    ]

    @Test("It holds", arguments: runs)
    func holds(_ run: FoundRun) throws {
        let world = try #require(WorldRunner.all.first { $0.name == "broker" })
        let steps = try run.steps.split(separator: " ").map { try #require(Step($0)) }
        #expect(world.run(run.seed, steps, nil).failure == nil)
    }
}
