import HTTP

/// Cross-origin resource sharing: AWS lets the scripts of every origin in. Without an `Origin` field there is none of this in an answer.
enum CrossOrigin {
    /// The field lines of every answer to a script of another origin.
    static func append<Output: ResponseBytes & ~Copyable>(to output: inout Output) {
        ResponseWriter.append("Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ", to: &output)
        ResponseWriter.append("x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date\r\n", to: &output)
    }

    /// The field lines of the answer to the question whether a request may come: what is asked for is allowed, for two days.
    static func appendPermission(for request: borrowing HTTPRequest, to output: inout [UInt8]) {
        append(to: &output)
        if let fields = request.header("access-control-request-headers") {
            ResponseWriter.append("Access-Control-Allow-Headers: ", to: &output)
            output += fields
            ResponseWriter.append("\r\n", to: &output)
        }
        if let method = request.header("access-control-request-method") {
            ResponseWriter.append("Access-Control-Allow-Methods: ", to: &output)
            output += method
            ResponseWriter.append("\r\n", to: &output)
        }
        ResponseWriter.append("Access-Control-Max-Age: 172800\r\n", to: &output)
    }
}
