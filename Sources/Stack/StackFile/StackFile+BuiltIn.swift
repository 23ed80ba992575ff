extension StackFile {
    /// How messages call the stack that is built in.
    public static let builtInName = "the built-in stack"

    /// The stack without a stack file, read by the same parser: the tables, topics and services of the order and product system.
    public static let builtInText = """
        # The stack of the order and product services; copy it to nestbox.yaml to change it.
        region: ap-northeast-2

        tables:
          orders:
            keys: { PK: S, SK: S }
            global_indexes:
              GSI1:
                keys: { GSI1PK: S, GSI1SK: S }
                projection: ALL
          products-table:
            keys: { PK: S, SK: S }

        topics:
          order-events: { partitions: 3 }
          order-compensation: { partitions: 3 }
          order-confirmation: { partitions: 3 }

        services:
          order-service:
            command: order-service
            port: 8080
            ready: /api/v1/ready
          product-service:
            command: product-service
            port: 8081
            ready: /api/v1/ready

        """

    /// The built-in stack; relative paths start from `directory`.
    public static func builtIn(directory: String) throws(Failure) -> StackFile {
        try parse(Array(builtInText.utf8), name: builtInName, directory: directory, environment: [:])
    }
}
