"""Drives kafka-python: create | produce | consume (see record_file.py). KAFKA_PYTHON_API_VERSION=0.10 pins an old protocol."""
import os
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

import record_file

pinned = os.environ.get("KAFKA_PYTHON_API_VERSION")
# Unless told, it gives a broker two seconds to say what it speaks.
common = {"api_version_auto_timeout_ms": 120000, "request_timeout_ms": 120000, **({"api_version": tuple(int(part) for part in pinned.split("."))} if pinned else {})}


def create(bootstrap, topic, partitions):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap, **common)
    admin.create_topics([NewTopic(topic, num_partitions=int(partitions), replication_factor=1)], timeout_ms=120000)
    admin.close()


def produce(bootstrap, topic, codec, path):
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, acks="all", linger_ms=5, compression_type=None if codec == "none" else codec,
        max_in_flight_requests_per_connection=1, max_block_ms=120000, **common)
    sent = []
    for partition, timestamp, key, value, headers in record_file.read(path):
        extra = {"headers": headers} if headers else {}
        sent.append(producer.send(topic, value, key=key, partition=partition, timestamp_ms=timestamp, **extra))
    producer.flush(timeout=120)
    following = {}
    for future in sent:
        metadata = future.get(timeout=120)
        expected = following.get(metadata.partition, metadata.offset)
        # Old protocols answer -1 instead of an offset only with acks=0.
        if metadata.offset != expected:
            sys.exit(f"partition {metadata.partition}: acknowledged at {metadata.offset}, expected {expected}")
        following[metadata.partition] = expected + 1
    producer.close()


def consume(bootstrap, topic, path, *queries):
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False, consumer_timeout_ms=120000,
        auto_offset_reset="none", **common)
    with open(path, "w", encoding="utf-8") as out:
        for query in queries:
            out.write(f"# {query}\n")
            answer(consumer, topic, query, out)
    consumer.close()


def answer(consumer, topic, query, out):
    kind, only, position = record_file.start_of(query)
    partitions = [only] if only is not None else sorted(consumer.partitions_for_topic(topic))
    assigned = [TopicPartition(topic, partition) for partition in partitions]
    consumer.assign(assigned)
    ends = consumer.end_offsets(assigned)
    if kind == "all":
        consumer.seek_to_beginning(*assigned)
    elif kind == "offset":
        consumer.seek(assigned[0], position)
    else:
        found = consumer.offsets_for_times({tp: position for tp in assigned})
        for tp in assigned:
            consumer.seek(tp, found[tp].offset if found[tp] else ends[tp])
    pending = {tp for tp in assigned if consumer.position(tp) < ends[tp]}
    while pending:
        batches = consumer.poll(timeout_ms=120000, max_records=2000)
        if not batches:
            sys.exit(f"{query}: nothing arrived for 120 s; still waiting for {pending}")
        for records in batches.values():
            for record in records:
                record_file.write(
                    out, record.partition, record.offset, record.timestamp, record.key, record.value, record.headers)
        pending = {tp for tp in pending if consumer.position(tp) < ends[tp]}


{"create": create, "produce": produce, "consume": consume}[sys.argv[1]](*sys.argv[2:])
