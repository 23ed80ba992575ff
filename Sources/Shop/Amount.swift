/// An amount of money, exact: a decimal number with up to nine decimals, below 10^15.
///
/// The bound keeps sums within 38 digits, which DynamoDB stores exactly.
public struct Amount: Hashable, Comparable, Sendable {
    /// The smallest amount that is too large, 10^15, in units of 10^-9.
    static let limit: Int128 = 1_000_000_000_000_000 * scale
    private static let scale: Int128 = 1_000_000_000

    /// The amount in units of 10^-9.
    let units: Int128

    init?(units: Int128) {
        guard abs(units) < Self.limit else { return nil }
        self.units = units
    }

    /// Nothing.
    public static let zero = Amount(units: 0)!

    /// Reads a JSON number such as `2690000`, `19.99` or `1e3`; nil when it is out of bounds or has more decimals.
    public init?(_ text: String) {
        var digits: Int128 = 0
        var decimals = 0
        var seenPoint = false
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        while let byte = rest.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
                continue
            }
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            guard digits < Int128.max / 100 else { return nil }
            digits = digits * 10 + Int128(byte - 0x30)
            if seenPoint { decimals += 1 }
        }
        var exponent = 0
        if !rest.isEmpty {
            guard let value = Int(Substring(rest.dropFirst())), abs(value) < 1000 else { return nil }
            exponent = value
        }
        var power = exponent - decimals + 9
        guard digits != 0 else {
            self = .zero
            return
        }
        while power < 0 {
            guard digits % 10 == 0 else { return nil }
            digits /= 10
            power += 1
        }
        while power > 0 {
            guard digits < Self.limit else { return nil }
            digits *= 10
            power -= 1
        }
        self.init(units: isNegative ? -digits : digits)
    }

    /// Whether it is below zero.
    public var isNegative: Bool { units < 0 }

    /// The amount as often as `count`; nil when that is out of bounds.
    public func times(_ count: Int64) -> Amount? {
        let (product, overflow) = units.multipliedReportingOverflow(by: Int128(count))
        return overflow ? nil : Amount(units: product)
    }

    /// The sum; nil when it is out of bounds.
    public func plus(_ other: Amount) -> Amount? { Amount(units: units + other.units) }

    /// The plain decimal number, without needless zeros: a JSON number.
    public var text: String {
        let magnitude = abs(units)
        let whole = magnitude / Self.scale
        let fraction = magnitude % Self.scale
        let sign = units < 0 ? "-" : ""
        guard fraction != 0 else { return sign + String(whole) }
        let digits = String(fraction)
        var decimals = String(repeating: "0", count: 9 - digits.count) + digits
        while decimals.hasSuffix("0") { decimals.removeLast() }
        return sign + String(whole) + "." + decimals
    }

    /// By size.
    public static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }
}
