import Testing

@testable import AWSSignature
