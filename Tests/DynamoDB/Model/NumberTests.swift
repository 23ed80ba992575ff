import Testing

@testable import DynamoDB

@Suite struct NumberTests {
    static func parse(_ text: String) throws(DynamoDBError) -> Number {
        try Number(Text(text))
    }

    static func refusal(_ text: String) -> String? {
        do throws(DynamoDBError) {
            _ = try parse(text)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        "A number comes back in AWS's canonical text however it was written",
        arguments: [
            ("1", "1"), ("-5", "-5"), ("0", "0"), ("10", "10"), ("1000", "1000"), ("007", "7"), ("001.23", "1.23"),
            ("00", "0"), ("+3", "3"), ("+0", "0"), ("+1.5", "1.5"), ("1.0", "1"), ("1.10", "1.1"), ("100.000", "100"),
            ("0.0", "0"), ("0.10", "0.1"), ("1e3", "1000"), ("1E+3", "1000"), ("5e1", "50"), ("-3e2", "-300"),
            ("1.5e2", "150"), ("1.23e4", "12300"), ("1e-3", "0.001"), ("5e-1", "0.5"), ("123e-2", "1.23"),
            ("1.23e-1", "0.123"), ("1.00e2", "100"), ("1.0e-1", "0.1"), ("-0", "0"), ("-0.0", "0"), ("0e5", "0"),
            ("0e-5", "0"), (".5", "0.5"), ("-.5", "-0.5"), ("1.", "1"), ("1e20", "100000000000000000000"),
            ("9.9e10", "99000000000"), ("1e125", "1" + String(repeating: "0", count: 125)),
            ("1e-130", "0." + String(repeating: "0", count: 129) + "1"), ("0042.1200", "42.12"),
            ("123456789012345678", "123456789012345678"), ("-12345678901234567890", "-12345678901234567890"),
            ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
            ("3.14159", "3.14159"), ("-273.15", "-273.15"),
            ("100000000000000000000000000001", "100000000000000000000000000001"),
        ])
    func canonical(written: String, expected: String) throws {
        #expect(try NumberTests.parse(written).description == expected)
    }

    @Test(
        "Text that is no number is refused with AWS's text",
        arguments: [
            "NaN", "Infinity", "-Infinity", "dog", "-dog", " 1", "1 ", "+", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x1",
            "1_0", "--1", "1e9223372036854775808", "1,5",
        ])
    func notANumber(text: String) {
        #expect(NumberTests.refusal(text) == "The parameter cannot be converted to a numeric value: " + text)
    }

    @Test("Empty text is no number, and is not repeated in the message")
    func empty() {
        #expect(NumberTests.refusal("") == "The parameter cannot be converted to a numeric value: ")
    }

    @Test(
        "A magnitude above 9.99E125 overflows, even of a zero that is written with it",
        arguments: ["1e126", "-1e126", "10e125", "1.0e100000000", "0e126", "1" + String(repeating: "0", count: 126)])
    func overflow(text: String) {
        #expect(
            NumberTests.refusal(text)
                == "Number overflow. Attempting to store a number with magnitude larger than supported range")
    }

    @Test(
        "A magnitude below 1E-130 underflows", arguments: ["1e-131", "-1e-131", "0.1e-130", "0e-131", "9e-2000000000"])
    func underflow(text: String) {
        #expect(
            NumberTests.refusal(text)
                == "Number underflow. Attempting to store a number with magnitude smaller than supported range")
    }

    @Test(
        "A magnitude is of the first digit, not of the written exponent", arguments: ["0.1e126", "0.0e126", "10e-131"])
    func magnitude(text: String) {
        #expect(NumberTests.refusal(text) == nil)
    }

    @Test(
        "More than 38 significant digits are refused",
        arguments: [
            "123456789012345678901234567890123456789", "-1.23456789012345678901234567890123456789",
            "1" + String(repeating: "0", count: 37) + "1",
        ])
    func tooManyDigits(text: String) {
        #expect(
            NumberTests.refusal(text)
                == (text.count == 39 && text.hasSuffix("01")
                    ? Messages.tooManyDigits : "Attempting to store more than 38 significant digits in a Number"))
    }
}
