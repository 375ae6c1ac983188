"""One member of a group, by kafka-python: bootstrap topic group. Ends, and leaves, when its input ends.

Prints "A time 0,1" for all that it owns from now on, "R time" when that is taken away or given up, and "C partition offset value" for each
record it has processed; what it has printed it commits. Times are microseconds since 1970.
"""
import sys
import threading
import time

from kafka import ConsumerRebalanceListener, KafkaConsumer
from kafka.errors import CommitFailedError


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def now():
    return time.time_ns() // 1000


class Listener(ConsumerRebalanceListener):
    def on_partitions_revoked(self, revoked):
        say(f"R {now()}")

    def on_partitions_assigned(self, assigned):
        say(f"A {now()} " + ",".join(str(tp.partition) for tp in assigned))


bootstrap, topic, group = sys.argv[1:]
consumer = KafkaConsumer(
    bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False, auto_offset_reset="earliest", session_timeout_ms=15000,
    heartbeat_interval_ms=300, api_version_auto_timeout_ms=120000, retry_backoff_ms=50, reconnect_backoff_ms=50, reconnect_backoff_max_ms=200, metadata_max_age_ms=2000)
consumer.subscribe([topic], listener=Listener())
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
uncommitted = False
while not ended.is_set() or uncommitted:
    batches = consumer.poll(timeout_ms=100)
    for records in batches.values():
        for record in records:
            say(f"C {record.partition} {record.offset} {record.value.decode()}")
    if batches or uncommitted:
        try:
            uncommitted = True
            consumer.commit()
            uncommitted = False
        except CommitFailedError as error:
            # The next owner sees them again: at least once.
            sys.stderr.write(f"{error}\n")
            uncommitted = False
        except Exception as error:
            # As while the coordinator loads: once more, and before it leaves.
            sys.stderr.write(f"{error}\n")
say(f"R {now()}")
consumer.close(autocommit=False)
