"""One member of a group, by confluent-kafka-python: bootstrap topic group [assignor]. As kafka_python_group.py."""
import sys
import threading
import time

from confluent_kafka import Consumer, KafkaError, KafkaException


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


owned = set()


def now():
    return time.time_ns() // 1000


# With a cooperative assignor only the difference comes; what is printed is the whole.
def assigned(consumer, partitions):
    owned.update(tp.partition for tp in partitions)
    say(f"A {now()} " + ",".join(str(partition) for partition in sorted(owned)))


def revoked(consumer, partitions):
    owned.difference_update(tp.partition for tp in partitions)
    say(f"A {now()} " + ",".join(str(partition) for partition in sorted(owned)) if owned else f"R {now()}")


bootstrap, topic, group = sys.argv[1:4]
extra = {"partition.assignment.strategy": sys.argv[4]} if len(sys.argv) > 4 else {}
consumer = Consumer({
    "bootstrap.servers": bootstrap, "group.id": group, "enable.auto.commit": False, "auto.offset.reset": "earliest",
    "session.timeout.ms": 15000, "heartbeat.interval.ms": 300, "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 200,
    "topic.metadata.refresh.interval.ms": 2000, **extra})
consumer.subscribe([topic], on_assign=assigned, on_revoke=revoked)
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
uncommitted = False
while not ended.is_set() or uncommitted:
    records = [record for record in consumer.consume(num_messages=100, timeout=0.1) if record.error() is None]
    for record in records:
        say(f"C {record.partition()} {record.offset()} {record.value().decode()}")
    if records or uncommitted:
        try:
            uncommitted = True
            consumer.commit(asynchronous=False)
            uncommitted = False
        except KafkaException as error:
            # It is tried again, as while the coordinator loads, unless somebody else has the partitions: the next owner sees the records again.
            sys.stderr.write(f"{error}\n")
            uncommitted = error.args[0].code() != KafkaError._NO_OFFSET
say(f"R {now()}")
consumer.close()
