import Testing

@testable import Stack
