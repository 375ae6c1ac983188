"""kafka-python: sends the bytes of a file as one record and writes what it reads into another: bootstrap topic from to."""
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

bootstrap, topic, source, target = sys.argv[1:]
with open(source, "rb") as file:
    value = file.read()
room = len(value) + (1 << 20)
patient = {"api_version_auto_timeout_ms": 120000, "request_timeout_ms": 120000}
producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", max_request_size=room, buffer_memory=2 * room, **patient)
offset = producer.send(topic, value, partition=0).get(timeout=120).offset
producer.close()
consumer = KafkaConsumer(
    bootstrap_servers=bootstrap, group_id=None, consumer_timeout_ms=120000, max_partition_fetch_bytes=room, fetch_max_bytes=room, **patient)
partition = TopicPartition(topic, 0)
consumer.assign([partition])
consumer.seek(partition, offset)
with open(target, "wb") as file:
    file.write(next(consumer).value)
consumer.close()
