"""Drives confluent-kafka-python: create | produce | consume (see record_file.py) | alter | idempotent-stream."""
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

import record_file


def create(bootstrap, topic, partitions, *configs):
    settings = dict(config.split("=", 1) for config in configs)
    admin = AdminClient({"bootstrap.servers": bootstrap})
    futures = admin.create_topics([NewTopic(topic, int(partitions), 1, config=settings)], operation_timeout=120)
    for future in futures.values():
        future.result()


def alter(bootstrap, topic, *configs):
    """The old AlterConfigs: the given configs replace all dynamic ones of the topic."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, set_config=dict(config.split("=", 1) for config in configs))
    for future in admin.alter_configs([resource]).values():
        future.result()
    described = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)])
    for future in described.values():
        for name, entry in sorted(future.result().items()):
            print(f"{name}={entry.value}")


def produce(bootstrap, topic, codec, path):
    errors = []
    producer = Producer({
        "bootstrap.servers": bootstrap, "acks": "all", "compression.type": codec, "linger.ms": 5,
        "max.in.flight.requests.per.connection": 1, "delivery.timeout.ms": 120000})

    def delivered(error, _):
        if error is not None:
            errors.append(str(error))

    for partition, timestamp, key, value, headers in record_file.read(path):
        # Without a callable per record the reports would only be counted.
        producer.produce(
            topic, value, key, partition, on_delivery=delivered, timestamp=timestamp, headers=headers)
        producer.poll(0)
    left = producer.flush(120)
    if errors or left:
        sys.exit(f"{len(errors)} not delivered, {left} still queued: {errors[:3]}")


def consume(bootstrap, topic, path, *queries):
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": "unused", "enable.auto.commit": False, "auto.offset.reset": "error",
        "check.crcs": True, "enable.partition.eof": False})
    partitions = sorted(consumer.list_topics(topic, timeout=120).topics[topic].partitions)
    with open(path, "w", encoding="utf-8") as out:
        for query in queries:
            out.write(f"# {query}\n")
            answer(consumer, topic, partitions, query, out)
    consumer.close()


def answer(consumer, topic, partitions, query, out):
    kind, only, position = record_file.start_of(query)
    chosen = [TopicPartition(topic, partition) for partition in ([only] if only is not None else partitions)]
    bounds = {tp.partition: consumer.get_watermark_offsets(tp, timeout=120) for tp in chosen}
    for tp in chosen:
        tp.offset = bounds[tp.partition][0] if kind == "all" else position
    if kind == "time":
        for tp in (found := consumer.offsets_for_times(chosen, timeout=120)):
            if tp.error:
                sys.exit(f"{query}: {tp.error}")
            if tp.offset < 0:
                tp.offset = bounds[tp.partition][1]
        chosen = found
    pending = {tp.partition for tp in chosen if tp.offset < bounds[tp.partition][1]}
    consumer.assign(chosen)
    while pending:
        message = consumer.poll(120)
        if message is None:
            sys.exit(f"{query}: nothing arrived for 120 s; still waiting for partitions {pending}")
        if message.error():
            sys.exit(f"{query}: {message.error()}")
        record_file.write(
            out, message.partition(), message.offset(), message.timestamp()[1], message.key(), message.value(),
            message.headers())
        if message.offset() + 1 >= bounds[message.partition()][1]:
            pending.discard(message.partition())
    consumer.unassign()


def idempotent_stream(bootstrap, topic):
    """Sends each line of the input once, to partition 0, and prints 'line TAB offset' for each acknowledgement."""
    producer = Producer({
        "bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 1, "batch.num.messages": 20,
        "delivery.timeout.ms": 300000, "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200,
        "retry.backoff.ms": 20})
    failed = []

    def delivered(error, message):
        if error is not None:
            failed.append(str(error))
        else:
            print(f"{message.value().decode()}\t{message.offset()}", flush=True)

    while line := sys.stdin.readline():
        line = line.rstrip("\n")
        producer.produce(topic, line, partition=0, on_delivery=delivered)
        producer.poll(0 if len(producer) < 2000 else 0.05)
    left = producer.flush(240)
    if failed or left:
        sys.exit(f"{len(failed)} not delivered, {left} still queued: {failed[:3]}")


commands = {
    "create": create, "produce": produce, "consume": consume, "alter": alter, "idempotent-stream": idempotent_stream}
commands[sys.argv[1]](*sys.argv[2:])
