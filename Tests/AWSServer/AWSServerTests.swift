import Testing

@testable import AWSServer
