import KafkaWire

extension Produce: ServedAPI {
    // Versions 0 to 2, which carry message sets, are told but not served: librdkafka before 2.11.1 takes a smallest
    // version above 0 for a broker that knows no compression (KAFKA-18659).
    package static var advertised: ClosedRange<Int16> { 0...served.upperBound }

    package static func handle(
        _ request: consuming Request, _ context: RequestContext, _ broker: Broker
    ) -> Answer<Response> {
        let run = Run(context: context, broker: broker)
        let refusal = refusal(of: request)
        let acks = request.acks
        for index in request.topicData.indices {
            run.append(&request.topicData[index], refusal: refusal, acks: acks)
        }
        if acks == 0 { return run.hasErrors ? .close : .nothing }
        return run.answer()
    }

    /// What is wrong with the request as a whole; it then stands at every partition.
    private static func refusal(of request: Request) -> KafkaError? {
        let isTransactional =
            request.transactionalID != nil
            || request.topicData.contains { $0.partitionData.contains { $0.hasTransactionalBatch } }
        // Transactions are not there yet. This error is one that clients do not try again after.
        if isTransactional { return .transactionalIDAuthorizationFailed }
        guard (-1...1).contains(request.acks) else { return .invalidRequiredAcks }
        return nil
    }

    /// One request on its way: what its partitions answer, and which of them wait for their records to be durable.
    private final class Run {
        private let context: RequestContext
        /// Not kept: the broker's logs keep what waits for their syncs.
        private unowned let broker: Broker
        private var response = Response()
        private var waits = 0
        private var isParked = false
        private(set) var hasErrors = false

        init(context: RequestContext, broker: Broker) {
            self.context = context
            self.broker = broker
        }

        func append(_ data: inout Request.Topic, refusal: KafkaError?, acks: Int16) {
            let topic =
                context.version >= 13 ? broker.catalog.topic(id: data.topicID) : broker.catalog.topic(named: data.name)
            let unknown: KafkaError = context.version >= 13 ? .unknownTopicID : .unknownTopicOrPartition
            var answered = Response.Topic()
            answered.name = data.name
            answered.topicID = data.topicID
            answered.partitionResponses.reserveCapacity(data.partitionData.count)
            let topicIndex = response.responses.count
            response.responses.append(answered)
            for index in data.partitionData.indices {
                var result = Response.Topic.Partition()
                result.index = data.partitionData[index].index
                result.baseOffset = -1
                if let error = refusal ?? (topic == nil ? unknown : nil) {
                    result.errorCode = error
                } else if let topic {
                    append(&data.partitionData[index], topic, &result, at: topicIndex, acks: acks)
                }
                if result.errorCode != .none { hasErrors = true }
                response.responses[topicIndex].partitionResponses.append(result)
            }
        }

        private func append(
            _ data: inout Request.Topic.Partition, _ topic: KafkaBroker.Topic, _ result: inout Response.Topic.Partition,
            at topicIndex: Int,
            acks: Int16
        ) {
            guard topic.hasPartition(data.index) else {
                result.errorCode = .unknownTopicOrPartition
                return
            }
            // What the broker writes itself is not for clients; Kafka lets only its admin tools in.
            guard !topic.isInternal || context.clientID == "__admin_client" else {
                result.errorCode = .invalidTopicException
                return
            }
            var startOffset: Int64 = -1
            do throws(AppendError) {
                let log = try open(topic, data.index)
                startOffset = log.logStartOffset
                let appended = try log.append(
                    data.takeBatch(version: context.version), origin: .client, now: context.now)
                result.baseOffset = appended.baseOffset
                result.logAppendTimeMs = appended.logAppendTimeMillis
                result.logStartOffset = appended.logStartOffset
                if acks != 0, log.highWatermark <= appended.lastOffset {
                    wait(log, appended, topicIndex, response.responses[topicIndex].partitionResponses.count)
                }
            } catch {
                report(error, startOffset, &result)
            }
        }

        private func open(_ topic: KafkaBroker.Topic, _ partition: Int32) throws(AppendError) -> PartitionLog {
            do throws(StorageError) {
                return try broker.log(topic, partition)
            } catch {
                throw AppendError(error)
            }
        }

        private func report(_ error: AppendError, _ startOffset: Int64, _ result: inout Response.Topic.Partition) {
            result.errorCode = error.error
            switch error.error {
            case .messageTooLarge, .recordListTooLarge, .corruptMessage, .kafkaStorageError: break
            default: result.logStartOffset = startOffset
            }
            guard !error.recordErrors.isEmpty else { return }
            result.errorMessage = error.message
            result.recordErrors = error.recordErrors.map {
                var record = Response.Topic.Partition.RecordError()
                record.batchIndex = $0.batchIndex
                record.batchIndexErrorMessage = $0.message
                return record
            }
        }

        private func wait(_ log: PartitionLog, _ appended: Appended, _ topic: Int, _ partition: Int) {
            waits += 1
            log.whenDurable(before: appended.lastOffset + 1) { [self] isDurable in
                if !isDurable {
                    response.responses[topic].partitionResponses[partition].errorCode = .kafkaStorageError
                    response.responses[topic].partitionResponses[partition].baseOffset = -1
                }
                waits -= 1
                if waits == 0, isParked { broker.answer(Produce.self, context.token, response) }
            }
        }

        func answer() -> Answer<Response> {
            guard waits > 0 else { return .now(response) }
            isParked = true
            return .parked
        }
    }
}

extension Produce.Request.Topic.Partition {
    /// Whether the first batch is part of a transaction.
    fileprivate var hasTransactionalBatch: Bool {
        guard case .bytes(let bytes) = records else { return false }
        return bytes.withUnsafeBytes { all in
            guard let batch = RecordBatch(at: all), batch.magic == RecordBatch.magic else { return false }
            return batch.isTransactional
        }
    }

    /// Takes out the one batch of format 2 that a partition may get (Kafka's `ProduceRequest.validateRecords`).
    fileprivate mutating func takeBatch(version: Int16) throws(AppendError) -> [UInt8] {
        guard case .bytes(let bytes) = records else {
            throw AppendError(
                .invalidRecord,
                "Produce requests with version \(version) must have at least one record batch per partition")
        }
        let found = bytes.withUnsafeBytes { all in
            RecordBatch(at: all).map { (size: $0.bytes.count, magic: $0.magic, compressionID: $0.compressionID) }
        }
        guard let found else {
            let size = bytes.withUnsafeBytes { $0.count >= RecordBatch.logOverhead ? RecordBatch.size(at: $0) : 0 }
            guard size == nil else {
                throw AppendError(
                    .invalidRecord,
                    "Produce requests with version \(version) must have at least one record batch per partition")
            }
            throw AppendError(
                .corruptMessage, "Record batch is corrupt (its size is smaller than the minimum allowed overhead)")
        }
        guard found.magic == RecordBatch.magic else {
            throw AppendError(
                .invalidRecord,
                "Produce requests with version \(version) are only allowed to contain record batches with magic version 2"
            )
        }
        guard version >= 7 || found.compressionID != Compression.zstd.rawValue else {
            throw AppendError(
                .unsupportedCompressionType,
                "Produce requests with version \(version) are not allowed to use ZStandard compression")
        }
        guard found.size == bytes.count else {
            throw AppendError(
                .invalidRecord,
                "Produce requests with version \(version) are only allowed to contain exactly one record batch per partition"
            )
        }
        records = .null
        return bytes
    }
}
