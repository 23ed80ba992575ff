import Testing

@testable import KafkaWire
