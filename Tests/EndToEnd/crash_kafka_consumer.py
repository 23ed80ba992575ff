"""A member of a group that reads and commits until it is killed, and keeps a journal; a program of its own, as its client library may hang.

Lines of the journal, each with its time in nanoseconds in front: `read PARTITION OFFSET VALUE`, `commit PARTITION OFFSET` before a commit,
`committed PARTITION OFFSET` after it was acknowledged.
"""

import os
import sys
import time

import confluent_kafka


def main(path, bootstrap, topic, group):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def journal(*words):
        os.write(file, (" ".join(map(str, (time.monotonic_ns(), *words))) + "\n").encode())

    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest",
        "session.timeout.ms": 6000, "heartbeat.interval.ms": 500, "reconnect.backoff.max.ms": 500, "log_level": 0})
    consumer.subscribe([topic])
    journal("begins")
    while True:
        ends = {}
        for message in consumer.consume(500, 0.1):
            if message.error():
                continue
            journal("read", message.partition(), message.offset(), message.value().decode())
            ends[message.partition()] = message.offset() + 1
        for partition, offset in ends.items():
            journal("commit", partition, offset)
            try:
                consumer.commit(offsets=[confluent_kafka.TopicPartition(topic, partition, offset)], asynchronous=False)
            except confluent_kafka.KafkaException:
                # It may have happened or not.
                continue
            journal("committed", partition, offset)


if __name__ == "__main__":
    main(*sys.argv[1:])
