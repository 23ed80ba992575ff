/// Which attributes, and which parts of them, a read answers with: ProjectionExpression.
public struct ProjectionExpression: Sendable {
    /// The paths, in their order.
    public let paths: [DocumentPath]
    private let tree: PathTree<Void>

    /// Takes paths that do not clash.
    init(paths: [DocumentPath]) {
        self.paths = paths
        var tree = PathTree<Void>()
        for path in paths { tree.insert(path, ()) }
        self.tree = tree
    }

    /// Compiles a projection. Throws a ValidationException with AWS's text, "Invalid ProjectionExpression: ...".
    public init(
        parsing text: Text, _ attributes: inout ExpressionAttributes, parameter: String = "ProjectionExpression"
    ) throws(DynamoDBError) {
        try self.init(parsing: text, &attributes, ParsedExpressions(), parameter: parameter)
    }

    /// The same; a text that is among `parsed` is not parsed again.
    init(
        parsing text: Text, _ attributes: inout ExpressionAttributes, _ parsed: ParsedExpressions,
        parameter: String = "ProjectionExpression"
    ) throws(DynamoDBError) {
        do throws(ExpressionProblem) {
            self = try parsed.projection(text).form(&attributes) { (written, attributes) throws(ExpressionProblem) in
                var paths: [DocumentPath] = []
                for path in written { paths.append(try path.resolved(&attributes)) }
                try DocumentPath.checkDistinct(paths)
                return (ProjectionExpression(paths: paths), dependsOnValues: false)
            }
        } catch {
            throw .validation("Invalid \(parameter): \(error.message)")
        }
    }

    /// The projected part of an item.
    public func apply(to item: Item) -> Item {
        tree.project(item)
    }
}
