"""Writes to Kafka until it is killed, and keeps a journal: what it tries before it tries, what was acknowledged once it was.

A program of its own, because a client library whose broker has died may take its whole process along for a while. Lines of the journal:
`send VALUE`, `sent PARTITION OFFSET VALUE`, `commit PARTITION OFFSET`, `committed PARTITION OFFSET`; `failed VALUE` when the client gave up.
Without a group it only sends, and goes on when its broker comes back.
"""

import os
import sys
import threading
import time

import confluent_kafka


def journal(file, *words):
    os.write(file, (" ".join(map(str, words)) + "\n").encode())


def send_records(file, bootstrap, topic, name, partitions, pause=0.0):
    """Numbered records, all partitions in turn; `pause` seconds after every twenty."""
    def delivered(error, message):
        if error is None:
            journal(file, "sent", message.partition(), message.offset(), message.value().decode())
        else:
            journal(file, "failed", message.value().decode(), error.name())

    producer = confluent_kafka.Producer({
        "bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 1, "log_level": 0,
        "reconnect.backoff.max.ms": 500, "queue.buffering.max.messages": 2000})
    number = 0
    while True:
        if len(producer) >= 1000:
            producer.poll(0.05)
            continue
        value = f"{name}-{number}"
        journal(file, "send", value)
        producer.produce(topic, value=value, partition=number % partitions, on_delivery=delivered)
        number += 1
        producer.poll(0.005 if number % 20 == 0 else 0)
        if pause and number % 20 == 0:
            time.sleep(pause)


def commit_offsets(file, bootstrap, topic, group, partitions, first):
    """Ever higher offsets, one at a time."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False, "log_level": 0})
    offset = first
    while True:
        for partition in range(partitions):
            journal(file, "commit", partition, offset)
            consumer.commit(
                offsets=[confluent_kafka.TopicPartition(topic, partition, offset)], asynchronous=False)
            journal(file, "committed", partition, offset)
        offset += 1


def main(path, bootstrap, topic, group, name, partitions, first):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    if group:
        committing = threading.Thread(
            target=commit_offsets, args=(file, bootstrap, topic, group, int(partitions), int(first)), daemon=True)
        committing.start()
    # Who lives long and sends all it can leaves more than can be compared in the end.
    send_records(file, bootstrap, topic, name, int(partitions), pause=0.0 if group else 0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
