/// `nestbox reset`: back to the stack file.
enum ResetCommand {
    /// How long it may take: data is set aside, and removed later.
    static let patience = Duration.seconds(60)

    /// Resets the stack that runs.
    static func run(_ invocation: Invocation) throws(Failure) -> Int32 {
        let stack = try RunningStack.require(invocation)
        guard let summary = ResetCourse.Summary(json: try stack.ask(.reset, timeout: patience)) else {
            throw Failure(
                .other, "the stack (pid \(stack.found.pid)) has answered something else; is it another version?")
        }
        func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
        return invocation.print(
            "Back to the stack file: \(count(summary.tables, "table")), \(count(summary.topics, "topic")), no groups "
                + "(\(summary.millis) ms).\n")
    }
}
