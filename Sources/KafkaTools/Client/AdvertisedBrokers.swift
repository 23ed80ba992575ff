import KafkaWire

/// What a broker tells its clients to connect to.
package enum AdvertisedBrokers {
    /// The addresses in the broker's metadata; nil when the broker does not answer in time.
    package static func told(by host: String, port: UInt16, withinMillis millis: Int64) -> [(
        host: String, port: UInt16
    )]? {
        let cluster = Cluster(
            bootstrap: [Address(host: host, port: port)], kind: "AdminClient", clientID: "doctor", console: Console())
        do throws(ToolError) {
            let response = try cluster.metadata(of: [], by: .after(millis: millis), call: "listNodes")
            return response.brokers.map { ($0.host, UInt16(clamping: $0.port)) }
        } catch { return nil }
    }
}
