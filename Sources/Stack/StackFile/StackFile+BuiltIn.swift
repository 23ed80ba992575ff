extension StackFile {
    /// How messages call the stack that is built in.
    public static let builtInName = "the built-in stack"

    /// The stack without a stack file, read by the same parser: the tables, topics and services of the order and
    /// product system.
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

        # What else a stack file can say. ${NAME} and ${NAME:-default} come from the environment; $$ is a dollar.
        #
        # data: .nestbox                  # a directory, or memory
        # ports: { aws: 8000, kafka: 9092, control: 4000 }
        # isolation: credentials          # tables of their own for each access key and region; none by default
        # verify_signatures: true         # against the credentials below, or local/local without any
        # signature_skew: 900             # seconds that a signature's date may be off
        # credentials:                    # the services are given the first
        #   - { access_key_id: AKIAEXAMPLE, secret_access_key: "${SECRET}" }   # and perhaps session_token
        # tables:
        #   events:
        #     keys: { id: S, at: N }      # partition key, then sort key; S, N or B
        #     local_indexes:
        #       by-name: { keys: { id: S, name: S }, projection: [size] }   # ALL, KEYS_ONLY or a list; ALL by default
        #     seed: events.jsonl          # put when it is made: a JSON object a line, plain or DynamoDB's
        # topics:
        #   events: { partitions: 3, configs: { cleanup.policy: compact } }
        # services:
        #   web:
        #     command: [npm, run, dev]    # or one text; looked for beside nestbox, then on PATH
        #     directory: web              # from here
        #     environment: { LOG_LEVEL: debug }   # beats what nestbox gives
        #     port: 3000                  # the service finds it in PORT, the others in WEB_URL
        #     ready: /health              # on that port, or a whole http:// URL; without it an open port is enough
        #     needs: [aws, kafka, order-service]  # ready before it starts; aws and kafka by default
        #     restart: on-failure         # or no, always

        """

    /// The built-in stack; relative paths start from `directory`.
    public static func builtIn(directory: String) throws(Failure) -> StackFile {
        try parse(Array(builtInText.utf8), name: builtInName, directory: directory, environment: [:])
    }
}
