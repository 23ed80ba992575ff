import Testing

@testable import ProductService
