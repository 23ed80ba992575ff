extension ConsoleProducerTool {
    /// The options of `kafka-console-producer`, with the help of Kafka 3.4 and what newer versions take beside it.
    static let options: [ToolOption] = [
        .value(
            "batch-size", .integer, "size", default: "16384",
            """
            Number of messages to send in a single batch if they are not being sent synchronously. please \
            note that this option will be replaced if max-partition-memory-bytes is also set
            """),
        .value(
            "bootstrap-server", .string, "server to connect to",
            """
            REQUIRED unless --broker-list (deprecated) is specified. The server(s) to connect to. The broker\
             list string in the form HOST1:PORT1,HOST2:PORT2.
            """),
        .value(
            "broker-list", .string, "broker-list",
            """
            DEPRECATED, use --bootstrap-server instead; ignored if --bootstrap-server is specified.  The \
            broker list string in the form HOST1:PORT1, HOST2:PORT2.
            """),
        .optionalValue(
            "compression-codec", .string, "compression-codec",
            """
            The compression codec: either 'none', 'gzip', 'snappy', 'lz4', or 'zstd'. If specified without \
            value, then it defaults to 'gzip'
            """),
        .flag("help", "Print usage information."),
        .value(
            "line-reader", .string, "reader_class",
            default: "kafka.tools.ConsoleProducer$LineMessageReader",
            """
            The class name of the class to use for reading lines from standard in. By default each line is \
            read as a separate message.
            """),
        .value(
            "max-block-ms", .long, "max block on send", default: "60000",
            """
            The max time that the producer will block for during a send request.
            """),
        .value(
            "max-memory-bytes", .long, "total memory in bytes", default: "33554432",
            """
            The total memory used by the producer to buffer records waiting to be sent to the server. This \
            is the option to control `buffer.memory` in producer configs.
            """),
        .value(
            "max-partition-memory-bytes", .integer, "memory in bytes per partition", default: "16384",
            """
            The buffer size allocated for a partition. When records are received which are smaller than this\
             size the producer will attempt to optimistically group them together until this size is \
            reached. This is the option to control `batch.size` in producer configs.
            """),
        .value(
            "message-send-max-retries", .integer, nil, default: "3",
            """
            Brokers can fail receiving the message for multiple reasons, and being unavailable transiently \
            is just one of them. This property specifies the number of retries before the producer give up \
            and drop this message. This is the option to control `retries` in producer configs.
            """),
        .value(
            "metadata-expiry-ms", .long, "metadata expiration interval", default: "300000",
            """
            The period of time in milliseconds after which we force a refresh of metadata even if we haven't\
             seen any leadership changes. This is the option to control `metadata.max.age.ms` in producer \
            configs.
            """),
        .value(
            "producer-property", .string, "producer_prop",
            """
            A mechanism to pass user-defined properties in the form key=value to the producer.
            """),
        .value(
            "producer.config", .string, "config file",
            """
            Producer config properties file. Note that [producer-property] takes precedence over this \
            config.
            """),
        .value(
            "property", .string, "prop",
            """
            A mechanism to pass user-defined properties in the form key=value to the message reader. This \
            allows custom configuration for a user-defined message reader.
            Default properties include:
             parse.key=false
             parse.headers=false
             ignore.error=false
             key.separator=\\t
             headers.delimiter=\\t
             headers.separator=,
             headers.key.separator=:
             null.marker=   When set, any fields (key, value and headers) equal to this will be replaced by \
            null
            Default parsing pattern when:
             parse.headers=true and parse.key=true:
              "h1:v1,h2:v2...\\tkey\\tvalue"
             parse.key=true:
              "key\\tvalue"
             parse.headers=true:
              "h1:v1,h2:v2...\\tvalue"
            """),
        .value(
            "reader-config", .string, "config file",
            """
            Config properties file for the message reader. Note that [property] takes precedence over this \
            config.
            """),
        .value(
            "request-required-acks", .string, "request required acks", default: "-1",
            """
            The required `acks` of the producer requests
            """),
        .value(
            "request-timeout-ms", .integer, "request timeout ms", default: "1500",
            """
            The ack timeout of the producer requests. Value must be non-negative and non-zero.
            """),
        .value(
            "retry-backoff-ms", .long, nil, default: "100",
            """
            Before each retry, the producer refreshes the metadata of relevant topics. Since leader election\
             takes a bit of time, this property specifies the amount of time that the producer waits before \
            refreshing the metadata. This is the option to control `retry.backoff.ms` in producer configs.
            """),
        .value(
            "socket-buffer-size", .integer, "size", default: "102400",
            """
            The size of the tcp RECV size. This is the option to control `send.buffer.bytes` in producer \
            configs.
            """),
        .flag(
            "sync",
            "If set message send requests to the brokers are synchronously, one at a time as they arrive."
        ),
        .value(
            "timeout", .long, "timeout_ms", default: "1000",
            """
            If set and the producer is running in asynchronous mode, this gives the maximum amount of time a\
             message will queue awaiting sufficient batch size. The value is given in ms. This is the option\
             to control `linger.ms` in producer configs.
            """),
        .value("topic", .string, "topic", "REQUIRED: The topic id to produce messages to."),
        .flag("version", "Display Kafka version."),
        .newer("command-config", .string),
        .newer("command-property", .string),
        .newer("reader-property", .string),
    ]
}
