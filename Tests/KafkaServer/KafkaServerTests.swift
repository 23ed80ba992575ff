import Testing

@testable import KafkaServer
