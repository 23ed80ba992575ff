"""Everything that a topic holds, and what a group has committed of it."""
import time

import confluent_kafka


def read_all(bootstrap, topic, partitions, group, patience):
    """The records by partition and offset, and the group's committed offset by partition, None for none. After `patience` seconds in which no record
    comes there are no more: how long all of them take depends on the machine."""
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False, "log_level": 0})
    places = [confluent_kafka.TopicPartition(topic, p, confluent_kafka.OFFSET_BEGINNING) for p in range(partitions)]
    ends = {p.partition: consumer.get_watermark_offsets(p, timeout=10)[1] for p in places}
    consumer.assign(places)
    found, deadline = {}, time.monotonic() + patience
    while len(found) < sum(ends.values()) and time.monotonic() < deadline:
        for message in consumer.consume(5000, 0.2):
            assert not message.error(), message.error()
            found[(message.partition(), message.offset())] = message.value().decode()
            deadline = time.monotonic() + patience
    committed = {p.partition: p.offset if p.offset >= 0 else None for p in consumer.committed(
        [confluent_kafka.TopicPartition(topic, p) for p in range(partitions)], timeout=10)}
    consumer.close()
    assert len(found) == sum(ends.values()), f"the log says that it has {sum(ends.values())} records, {len(found)} can be read"
    return found, committed
