import Testing

@testable import OrderService
