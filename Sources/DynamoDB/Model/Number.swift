/// A DynamoDB number: decimal, exact, up to 38 significant digits, magnitude from 1E-130 to 9.99...E125, or zero.
///
/// Equal numbers are one value however they were written: 1, 1.0 and 1e0 are the same number and the same key. It is kept
/// as `mantissa × 10^exponent` with no trailing zero digit in the mantissa; zero is never negative.
public struct Number: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64
    private let exponent16: Int16
    /// Whether it is below zero.
    public let isNegative: Bool

    /// The most significant digits that a number may have.
    public static let significantDigitsMax = 38
    /// The power of ten of the first digit of the largest number.
    static let magnitudeMax = 125
    /// The power of ten of the first digit of the smallest number that is not zero.
    static let magnitudeMin = -130

    /// Zero.
    public static let zero = Number(negative: false, mantissa: 0, exponent: 0)

    /// Takes parts that are already in canonical form.
    private init(negative: Bool, mantissa: UInt128, exponent: Int) {
        high = UInt64(truncatingIfNeeded: mantissa >> 64)
        low = UInt64(truncatingIfNeeded: mantissa)
        exponent16 = Int16(exponent)
        isNegative = negative
    }

    /// A whole number.
    public init(_ value: Int) {
        self.init(negative: value < 0, trimming: UInt128(value.magnitude), exponent: 0)
    }

    /// Takes a mantissa below 10^38 and strips its trailing zeros.
    private init(negative: Bool, trimming mantissa: UInt128, exponent: Int) {
        guard mantissa != 0 else {
            self = .zero
            return
        }
        var exponent = exponent
        if mantissa >> 64 == 0 {
            var short = UInt64(truncatingIfNeeded: mantissa)
            while true {
                let (quotient, remainder) = short.quotientAndRemainder(dividingBy: 10)
                guard remainder == 0 else { break }
                short = quotient
                exponent += 1
            }
            self.init(negative: negative, mantissa: UInt128(short), exponent: exponent)
            return
        }
        var long = mantissa
        while true {
            let (quotient, remainder) = long.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { break }
            long = quotient
            exponent += 1
        }
        self.init(negative: negative, mantissa: long, exponent: exponent)
    }

    /// The digits without sign or point, as a whole number below 10^38.
    var mantissa: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// The power of ten of the last significant digit.
    var exponent: Int { Int(exponent16) }

    /// Whether it is zero.
    public var isZero: Bool { high == 0 && low == 0 }

    /// How many significant digits it has; one for zero.
    var digitCount: Int {
        high == 0 ? Number.digits(in: low) : Number.digits(in: mantissa)
    }

    /// The power of ten of the first significant digit; zero for zero.
    var magnitude: Int { isZero ? 0 : exponent + digitCount - 1 }

    /// The bytes that DynamoDB counts for it: one, plus one for each two digits of the whole part and of the fraction
    /// (each rounded up, zeros at either end not counted), plus one when negative. Source: measured on AWS at the item
    /// size limit (the developer guide's formula is an approximation).
    public var size: Int {
        guard !isZero else { return 1 }
        let digits = digitCount
        let sign = isNegative ? 1 : 0
        let whole = digits + exponent
        if exponent >= 0 || whole <= 0 { return 1 + (digits + 1) / 2 + sign }
        return 1 + (whole + 1) / 2 + (1 - exponent) / 2 + sign
    }

    static let powersOfTen: [UInt128] = {
        var powers: [UInt128] = [1]
        for _ in 1...38 { powers.append(powers[powers.count - 1] * 10) }
        return powers
    }()

    private static func digits(in value: UInt64) -> Int {
        var count = 1
        var bound: UInt64 = 10
        while value >= bound {
            count += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        return count
    }

    private static func digits(in value: UInt128) -> Int {
        var count = 19
        while count <= 38, value >= powersOfTen[count] { count += 1 }
        return count
    }
}

// MARK: - Text to number

extension Number {
    /// Reads a number as a client wrote it: sign, digits, point, exponent. Spaces and names like NaN are refused.
    ///
    /// Throws a ValidationException with AWS's text for text that is no number, for more than 38 significant digits, and
    /// for a magnitude out of range.
    public init(parsing text: UnsafeRawBufferPointer) throws(DynamoDBError) {
        if let short = Number(shortInteger: text) {
            self = short
            return
        }
        guard let scanned = Scanned(text) else {
            throw .validation(Messages.notANumber(String(decoding: text, as: UTF8.self)))
        }
        let magnitude = scanned.magnitude
        if magnitude > Number.magnitudeMax { throw .validation(Messages.numberOverflow) }
        if magnitude < Number.magnitudeMin { throw .validation(Messages.numberUnderflow) }
        if scanned.significantDigits > Number.significantDigitsMax { throw .validation(Messages.tooManyDigits) }
        guard scanned.mantissa != 0 else {
            self = .zero
            return
        }
        self.init(negative: scanned.negative, mantissa: scanned.mantissa, exponent: Int(scanned.exponent))
    }

    /// Reads a number from a string; see `init(parsing:)`.
    public init(_ text: Text) throws(DynamoDBError) {
        self = try text.withBytes { bytes in
            Result { () throws(DynamoDBError) in try Number(parsing: bytes) }
        }.get()
    }

    /// The common case: up to 18 digits and nothing else but a minus sign.
    private init?(shortInteger text: UnsafeRawBufferPointer) {
        guard text.count <= 18, let first = text.first else { return nil }
        let negative = first == UInt8(ascii: "-")
        var index = negative ? 1 : 0
        guard index < text.count else { return nil }
        var value: UInt64 = 0
        while index < text.count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ UInt64(digit)
            index += 1
        }
        self.init(negative: negative, trimming: UInt128(value), exponent: 0)
    }

    /// The parts of a written number, before its limits are looked at.
    private struct Scanned {
        var negative = false
        var mantissa: UInt128 = 0
        var significantDigits = 0
        /// Power of ten of the last significant digit.
        var exponent = 0
        /// Power of ten of the first significant digit; for zero what its exponent and fraction say (AWS refuses 0e126).
        var magnitude: Int {
            significantDigits == 0 ? exponent : exponent + significantDigits - 1
        }

        init?(_ text: UnsafeRawBufferPointer) {
            var index = 0
            if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
                negative = text[index] == UInt8(ascii: "-")
                index += 1
            }
            var sawDigit = false
            var sawPoint = false
            var fractionDigits = 0
            var pendingZeros = 0
            scan: while index < text.count {
                let byte = text[index]
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    sawDigit = true
                    if sawPoint { fractionDigits += 1 }
                    take(byte &- UInt8(ascii: "0"), &pendingZeros)
                case UInt8(ascii: "."):
                    guard !sawPoint else { return nil }
                    sawPoint = true
                default:
                    break scan
                }
                index += 1
            }
            guard sawDigit else { return nil }
            exponent = pendingZeros - fractionDigits
            if significantDigits == 0 { exponent = -fractionDigits }
            if index < text.count {
                guard let written = Scanned.exponent(text, from: index) else { return nil }
                exponent += written
            }
        }

        private mutating func take(_ digit: UInt8, _ pendingZeros: inout Int) {
            if digit == 0 {
                if significantDigits > 0 { pendingZeros += 1 }
                return
            }
            significantDigits += pendingZeros + 1
            if significantDigits <= Number.significantDigitsMax {
                mantissa = mantissa * Number.powersOfTen[pendingZeros + 1] + UInt128(digit)
            }
            pendingZeros = 0
        }

        /// The number after `e`, which must end the text and fit 64 bits; what is beyond every magnitude anyway is cut.
        private static func exponent(_ text: UnsafeRawBufferPointer, from start: Int) -> Int? {
            guard text[start] | 0x20 == UInt8(ascii: "e") else { return nil }
            var index = start + 1
            var negative = false
            if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
                negative = text[index] == UInt8(ascii: "-")
                index += 1
            }
            guard index < text.count else { return nil }
            var value = 0
            while index < text.count {
                let digit = text[index] &- UInt8(ascii: "0")
                guard digit <= 9 else { return nil }
                let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow, tenfold <= Int.max - Int(digit) else { return nil }
                value = tenfold + Int(digit)
                index += 1
            }
            value = min(value, 1 << 40)
            return negative ? -value : value
        }
    }
}

// MARK: - Number to text

extension Number: CustomStringConvertible {
    /// The canonical text, as AWS returns it: no exponent, no zeros that say nothing.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the canonical text (at most 170 bytes).
    public func append(to output: inout [UInt8]) {
        if isNegative { output.append(UInt8(ascii: "-")) }
        withDigits { digits in
            let count = digits.count
            if exponent >= 0 {
                output.append(contentsOf: digits)
                for _ in 0..<exponent { output.append(UInt8(ascii: "0")) }
            } else if count + exponent > 0 {
                output.append(contentsOf: digits[0..<(count + exponent)])
                output.append(UInt8(ascii: "."))
                output.append(contentsOf: digits[(count + exponent)...])
            } else {
                output.append(UInt8(ascii: "0"))
                output.append(UInt8(ascii: "."))
                for _ in 0..<(-exponent - count) { output.append(UInt8(ascii: "0")) }
                output.append(contentsOf: digits)
            }
        }
    }

    /// Calls `body` with the significant digits as ASCII.
    @inline(__always)
    private func withDigits(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 40) { buffer in
            var index = 40
            var rest = mantissa
            while rest >> 64 != 0 {
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
                index -= 1
                buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
                rest = quotient
            }
            var short = UInt64(truncatingIfNeeded: rest)
            repeat {
                let (quotient, remainder) = short.quotientAndRemainder(dividingBy: 10)
                index -= 1
                buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
                short = quotient
            } while short != 0
            body(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[index...]))
        }
    }

    /// Appends bytes that sort as the numbers do when compared as unsigned bytes, and of which none is a prefix of
    /// another: sign, power of ten of the first digit, digits in pairs, end. At most 22 bytes; 1 to 4 for common ones.
    public func appendKeyBytes(to output: inout [UInt8]) {
        guard !isZero else {
            output.append(2)
            return
        }
        output.append(isNegative ? 1 : 3)
        let flip: UInt8 = isNegative ? 0xFF : 0
        output.append(UInt8(magnitude - Number.magnitudeMin) ^ flip)
        withDigits { digits in
            var index = 0
            while index < digits.count {
                let tens = digits[index] - UInt8(ascii: "0")
                let ones = index + 1 < digits.count ? digits[index + 1] - UInt8(ascii: "0") : 0
                output.append((tens * 10 + ones + 1) ^ flip)
                index += 2
            }
        }
        output.append(flip)
    }
}

// MARK: - Order and arithmetic

extension Number: Comparable {
    /// Ordered by value.
    public static func < (left: Number, right: Number) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isCloserToZero(than: left) : left.isCloserToZero(than: right)
    }

    private func isCloserToZero(than other: Number) -> Bool {
        if exponent16 == other.exponent16 { return mantissa < other.mantissa }
        if isZero || other.isZero { return isZero && !other.isZero }
        let (mine, its) = (magnitude, other.magnitude)
        if mine != its { return mine < its }
        // The first digits stand at the same power of ten, so scaling the shorter one keeps it below 10^38.
        let shift = exponent - other.exponent
        if shift > 0 { return mantissa * Number.powersOfTen[shift] < other.mantissa }
        return mantissa < other.mantissa * Number.powersOfTen[-shift]
    }

    /// The exact sum. A sum that is out of range, or that would need more than 38 digits, is refused with AWS's overflow
    /// text: nothing is rounded.
    public func adding(_ other: Number) throws(DynamoDBError) -> Number {
        if isZero { return other }
        if other.isZero { return self }
        let (lower, upper) = exponent <= other.exponent ? (self, other) : (other, self)
        let shift = upper.exponent - lower.exponent
        // The last digit of `lower` stays, as its mantissa ends in no zero: the sum spans at least `shift` + 1 digits.
        guard shift <= Number.significantDigitsMax else { throw .validation(Messages.numberOverflow) }
        let (scaled, overflow) = upper.mantissa.multipliedReportingOverflow(by: Number.powersOfTen[shift])
        guard !overflow else { throw .validation(Messages.numberOverflow) }
        let negative: Bool
        let sum: UInt128
        if lower.isNegative == upper.isNegative {
            let (total, overflow) = scaled.addingReportingOverflow(lower.mantissa)
            guard !overflow else { throw .validation(Messages.numberOverflow) }
            (negative, sum) = (lower.isNegative, total)
        } else if scaled >= lower.mantissa {
            (negative, sum) = (upper.isNegative, scaled - lower.mantissa)
        } else {
            (negative, sum) = (lower.isNegative, lower.mantissa - scaled)
        }
        guard sum != 0 else { return .zero }
        return try Number.checked(negative: negative, mantissa: sum, exponent: lower.exponent)
    }

    /// The exact difference; see `adding`.
    public func subtracting(_ other: Number) throws(DynamoDBError) -> Number {
        guard !other.isZero else { return self }
        return try adding(Number(negative: !other.isNegative, mantissa: other.mantissa, exponent: other.exponent))
    }

    private static func checked(negative: Bool, mantissa: UInt128, exponent: Int) throws(DynamoDBError) -> Number {
        var (mantissa, exponent) = (mantissa, exponent)
        while mantissa % 10 == 0 {
            mantissa /= 10
            exponent += 1
        }
        guard mantissa < powersOfTen[significantDigitsMax] else { throw .validation(Messages.numberOverflow) }
        let number = Number(negative: negative, mantissa: mantissa, exponent: exponent)
        if number.magnitude > magnitudeMax { throw .validation(Messages.numberOverflow) }
        if number.magnitude < magnitudeMin { throw .validation(Messages.numberUnderflow) }
        return number
    }
}
