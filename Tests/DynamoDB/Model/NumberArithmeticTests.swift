import Testing

@testable import DynamoDB

/// Sums, order and key bytes against a plain reckoning with arrays of digits.
@Suite struct NumberArithmeticTests {
    /// A number as digits enough for any, on both sides of the point.
    struct Plain: Comparable {
        var negative = false
        /// Digits, the lowest first, of the magnitude in units of 1E-168.
        var digits = [Int](repeating: 0, count: 320)

        init(_ number: Number) {
            let text = number.description
            negative = text.hasPrefix("-")
            let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
            for (index, digit) in parts[0].reversed().enumerated() { digits[168 + index] = digit.wholeNumberValue! }
            if parts.count > 1 {
                for (index, digit) in parts[1].enumerated() { digits[167 - index] = digit.wholeNumberValue! }
            }
        }

        static func magnitudeLess(_ a: Plain, _ b: Plain) -> Bool {
            for index in stride(from: a.digits.count - 1, through: 0, by: -1) where a.digits[index] != b.digits[index] {
                return a.digits[index] < b.digits[index]
            }
            return false
        }

        static func < (a: Plain, b: Plain) -> Bool {
            let zero = [Int](repeating: 0, count: 320)
            if a.digits == zero, b.digits == zero { return false }
            if a.negative != b.negative { return a.negative }
            return a.negative ? magnitudeLess(b, a) : magnitudeLess(a, b)
        }

        static func + (a: Plain, b: Plain) -> Plain {
            var result = a
            if a.negative == b.negative {
                var carry = 0
                for index in a.digits.indices {
                    let sum = a.digits[index] + b.digits[index] + carry
                    result.digits[index] = sum % 10
                    carry = sum / 10
                }
                return result
            }
            let (big, small) = magnitudeLess(a, b) ? (b, a) : (a, b)
            result = big
            var borrow = 0
            for index in big.digits.indices {
                var digit = big.digits[index] - small.digits[index] - borrow
                borrow = digit < 0 ? 1 : 0
                if digit < 0 { digit += 10 }
                result.digits[index] = digit
            }
            return result
        }

        /// Significant digits and the power of ten of the first one; nil for zero.
        var shape: (digits: Int, magnitude: Int)? {
            guard let first = digits.lastIndex(where: { $0 != 0 }), let last = digits.firstIndex(where: { $0 != 0 })
            else { return nil }
            return (first - last + 1, first - 168)
        }
    }

    static func pair(_ generator: inout SeededGenerator) -> (Number, Number) {
        let a = generator.number()
        // Mostly near each other, so that sums are often exact.
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return (a, generator.number())
        case 1: return (a, a)
        default:
            let digits = Int.random(in: 1...30, using: &generator)
            var text = Bool.random(using: &generator) ? "-" : ""
            for _ in 0..<digits { text += String(Int.random(in: 0...9, using: &generator)) }
            let exponent = max(-125, min(90, a.exponent + Int.random(in: -12...12, using: &generator)))
            return (a, (try? Number(Text(text + "e\(exponent)"))) ?? .zero)
        }
    }

    @Test("Sums and differences are exact, or refused when they need more than 38 digits or are out of range")
    func sums() throws {
        var generator = SeededGenerator(1)
        var exact = 0
        for _ in 0..<5_000 {
            let (a, b) = NumberArithmeticTests.pair(&generator)
            let expected = Plain(a) + Plain(b)
            var sum: Number?
            var refusal: DynamoDBError?
            do throws(DynamoDBError) { sum = try a.adding(b) } catch { refusal = error }
            guard let shape = expected.shape else {
                #expect(sum == .zero, "\(a) + \(b)")
                continue
            }
            if shape.digits > 38 || shape.magnitude > 125 {
                #expect(refusal?.message == Messages.numberOverflow, "\(a) + \(b)")
            } else if shape.magnitude < -130 {
                #expect(refusal?.message == Messages.numberUnderflow, "\(a) + \(b)")
            } else {
                exact += 1
                let result = try #require(sum, "\(a) + \(b): \(String(describing: refusal))")
                #expect(
                    Plain(result).digits == expected.digits && result.isNegative == expected.negative, "\(a) + \(b)")
                #expect(try Number(Text(result.description)) == result, "\(a) + \(b)")
                #expect(try result.subtracting(b) == a || result.digitCount > 30)
            }
        }
        #expect(exact > 1_000)
    }

    @Test("Order, equality and key bytes agree with the values", arguments: 0..<10)
    func order(seed: UInt64) {
        var generator = SeededGenerator(100 + seed)
        var numbers =
            (0..<50).map { _ in generator.number() } + [.zero, Number(1), Number(-1), Number(10), Number(100)]
        numbers += numbers.prefix(20).compactMap { try? $0.adding(Number(1)) }
        for a in numbers {
            for b in numbers {
                let (x, y) = (Plain(a), Plain(b))
                #expect((a < b) == (x < y), "\(a) < \(b)")
                #expect((a == b) == (!(x < y) && !(y < x)), "\(a) == \(b)")
                var (p, q): ([UInt8], [UInt8]) = ([], [])
                a.appendKeyBytes(to: &p)
                b.appendKeyBytes(to: &q)
                #expect(p.lexicographicallyPrecedes(q) == (a < b), "\(a) \(b)")
                #expect((p == q) == (a == b))
                #expect(p.count <= 22 && (p == q || !q.starts(with: p)), "no key is the beginning of another")
            }
        }
    }

    @Test(
        "A sum that cannot be held is refused with AWS's overflow text",
        arguments: [
            ("9e125", "9e125"), ("1e50", "1"), ("1e38", "0.1"), ("99999999999999999999999999999999999999", "0.5"),
        ])
    func refusedSum(a: String, b: String) throws {
        let (x, y) = (try Number(Text(a)), try Number(Text(b)))
        let thrown = error { () throws(DynamoDBError) in _ = try x.adding(y) }
        #expect(
            thrown?.message
                == "Number overflow. Attempting to store a number with magnitude larger than supported range")
    }

    @Test("A difference that needs all 38 digits is exact")
    func borrow() throws {
        #expect(try Number(Text("1e38")).subtracting(Number(1)).description == String(repeating: "9", count: 38))
    }

    @Test(
        "A number is charged by its significant digits, as measured on AWS",
        arguments: [
            ("0", 1), ("1", 2), ("12", 2), ("123", 3), ("1234", 3), ("12345678901234567890123456789012345678", 20),
            ("0042", 2), ("100", 2), ("1010", 3), ("0.0000001", 2), ("1E125", 2), ("1E-100", 2), ("1.5", 3), ("15", 2),
            ("1.2", 3), ("1.200", 3), ("1.234", 4), ("3.14159", 5), ("123456", 4), ("100.5", 4), ("0.15", 2),
            ("-42", 3),
            ("-0", 1),
        ])
    func size(text: String, size: Int) throws {
        #expect(try Number(Text(text)).size == size)
    }
}
