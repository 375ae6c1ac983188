#!/usr/bin/python3
"""Runs mixed clients against one Samsa broker for a while, checks every record, and says whether memory and handles stay flat.

Clients: an idempotent and a plain librdkafka producer for every codec, a consumer for each topic that checks order, loss and
duplicates, a slow consumer, kafka-python and kcat now and then, topics that come and go, connections that come and go. Segments are
small and old ones are deleted, so files come and go, too. Every few seconds the broker's resident memory, managed heap, open
files, connections and threads are noted. The verdict compares the last quarter with the one before: flat means within --slack.

  bench/soak/soak.py --minutes 10
  bench/soak/soak.py --minutes 1 --rate 500
  bench/soak/soak.py --minutes 1 --idle-connections 5000

Needs python3-confluent-kafka, python3-kafka and kcat. Exit code 1 when a record is wrong or something grows.
"""
import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "compare"))

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from brokers import Samsa, ask_api_versions, free_port

import kafka
import socket

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")


class Soak:
    """What all clients share: the broker's address, the end, and what went wrong."""

    def __init__(self, address, rate):
        self.address = address
        self.rate = rate
        self.stop = threading.Event()
        self.failures = []
        self.counts = {}
        self.lock = threading.Lock()

    def fail(self, what):
        with self.lock:
            self.failures.append(what)
            if len(self.failures) <= 20:
                print(f"FAILED: {what}", file=sys.stderr)

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + number

    def guard(self, client, *arguments):
        try:
            client(self, *arguments)
        except Exception as e:  # A client that dies is a finding, whatever it died of.
            self.fail(f"{client.__name__}{arguments}: {type(e).__name__}: {e}")


def produce(soak, topic, codec, idempotent):
    """Numbers from 0 on, in order, to one partition."""
    def delivered(error, message):
        if error:
            soak.fail(f"{topic}: not delivered: {error}")
        else:
            soak.count(f"produced {'idempotent' if idempotent else 'plain'}")

    # A plain producer keeps its order only with one request in flight.
    order = {"enable.idempotence": True} if idempotent else {"max.in.flight.requests.per.connection": 1}
    producer = Producer({"bootstrap.servers": soak.address, "compression.type": codec, "linger.ms": 20, "acks": "all", **order})
    number = 0
    while not soak.stop.wait(0.05):
        for _ in range(max(1, soak.rate // 20 // (2 * len(CODECS)))):
            producer.produce(topic, key=f"k{number % 100}", value=f"{number}:" + "x" * (number % 400), partition=0, on_delivery=delivered)
            number += 1
        producer.poll(0)
    if producer.flush(60):
        soak.fail(f"{topic}: not everything was delivered within a minute")
    soak.count("to be read", number)


def consume(soak, topic, pause):
    """Every number once and in order; a slow reader that was overtaken by retention goes on at the first that is left."""
    consumer = Consumer({
        "bootstrap.servers": soak.address, "group.id": "unused", "enable.auto.commit": False, "auto.offset.reset": "earliest",
        "check.crcs": True})
    consumer.assign([TopicPartition(topic, 0, 0)])
    expected = 0
    end = None
    while True:
        messages = consumer.consume(500, timeout=1)
        for message in messages:
            if message.error():
                soak.fail(f"{topic}: {message.error()}")
                continue
            number = int(message.value().split(b":", 1)[0])
            if number != expected and not (pause and number > expected):
                soak.fail(f"{topic}: {number} came where {expected} was expected, at offset {message.offset()}")
            expected = number + 1
            soak.count("read slowly" if pause else "read")
        if soak.stop.is_set():
            end = end or time.monotonic() + 20
            if pause or (not messages and consumer.get_watermark_offsets(TopicPartition(topic, 0))[1] <= expected) or time.monotonic() > end:
                break
        elif pause:
            soak.stop.wait(pause)
    if not pause:
        high = consumer.get_watermark_offsets(TopicPartition(topic, 0))[1]
        if high != expected:
            soak.fail(f"{topic}: {expected} records were read of {high}")
    consumer.close()


def topics_that_come_and_go(soak):
    admin = AdminClient({"bootstrap.servers": soak.address})
    number = 0
    while not soak.stop.wait(1):
        name = f"passing-{number}"
        number += 1
        for future in admin.create_topics([NewTopic(name, 3, 1)]).values():
            future.result(30)
        producer = Producer({"bootstrap.servers": soak.address})
        producer.produce(name, value=b"x")
        producer.flush(30)
        for future in admin.delete_topics([name]).values():
            future.result(30)
        soak.count("topics made and deleted")


def connections_that_come_and_go(soak):
    host, port = soak.address.split(":")
    while not soak.stop.wait(0.2):
        for polite in (True, False):
            with socket.create_connection((host, int(port)), timeout=30) as s:
                if polite:
                    ask_api_versions(s)
                else:
                    s.sendall(b"\x00\x00")
            soak.count("connections made and closed")


def other_clients(soak):
    while not soak.stop.wait(5):
        producer = kafka.KafkaProducer(bootstrap_servers=soak.address, api_version=(2, 6, 0))
        producer.send("others", b"from kafka-python").get(timeout=30)
        producer.close()
        subprocess.run(["kcat", "-b", soak.address, "-P", "-t", "others", "-z", "lz4"], input=b"from kcat\n", check=True, timeout=60)
        read = subprocess.run(["kcat", "-b", soak.address, "-C", "-t", "others", "-o", "-2", "-c", "2", "-e", "-q"],
                              capture_output=True, check=True, timeout=60).stdout
        if read != b"from kafka-python\nfrom kcat\n":
            soak.fail(f"others: read {read!r}")
        soak.count("rounds of kafka-python and kcat")


def sample(broker, http_port):
    page = urllib.request.urlopen(f"http://127.0.0.1:{http_port}/metrics", timeout=30).read().decode()
    def value(name):
        return sum(float(line.rsplit(None, 1)[1]) for line in page.splitlines() if line.startswith((name + " ", name + "{")))

    return {
        "resident MB": broker.resident_mb(),
        "heap MB": value("dotnet_gc_heap_size_bytes") / 1e6,
        "connections": value("kafka_server_socket_server_metrics_connection_count"),
        "files": len(os.listdir(f"/proc/{broker.pid}/fd")),
        "threads": len(os.listdir(f"/proc/{broker.pid}/task")),
    }


# What may come and go between two quarters without being growth.
SLACK = {"resident MB": 8, "heap MB": 8, "connections": 10, "files": 20, "threads": 8}


def verdict(samples, soak):
    quarter = len(samples) // 4
    flat = True
    print(f"{'':<14}{'first':>10}{'third q.':>10}{'last q.':>10}{'highest':>10}")
    for what, slack in SLACK.items():
        values = [s[what] for s in samples]
        third, last = (statistics.mean(values[-2 * quarter:-quarter]), statistics.mean(values[-quarter:])) if quarter else (0, 0)
        grows = not quarter or last > third * 1.05 + slack
        flat &= not grows
        print(f"{what:<14}{values[0]:>10.1f}{third:>10.1f}{last:>10.1f}{max(values):>10.1f}{'  GROWS' if grows else ''}")
    for what, number in sorted(soak.counts.items()):
        print(f"{what}: {number}")
    print(f"{len(soak.failures)} failures; memory and handles are {'flat' if flat else 'not flat'}")
    return flat and not soak.failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=int, default=2000, help="records per second of all producers together")
    parser.add_argument("--idle-connections", type=int, default=0, help="connections beside them that say nothing")
    options = parser.parse_args()
    http_port = free_port()
    broker = Samsa(overrides=(
        f"samsa.http.port={http_port}", "samsa.zookeeper.port=0", "log.segment.bytes=262144", "log.retention.bytes=2097152",
        "log.retention.check.interval.ms=5000", "log.segment.delete.delay.ms=5000"))
    broker.start()
    soak = Soak(broker.address, options.rate)
    clients = [(topics_that_come_and_go,), (connections_that_come_and_go,), (other_clients,)]
    admin = AdminClient({"bootstrap.servers": broker.address})
    for codec in CODECS:
        for idempotent in (True, False):
            topic = f"{codec}-{'idempotent' if idempotent else 'plain'}"
            for future in admin.create_topics([NewTopic(topic, 1, 1)]).values():
                future.result(30)
            clients += [(produce, topic, codec, idempotent), (consume, topic, 0)]
    clients.append((consume, "zstd-idempotent", 10))
    threads = [threading.Thread(target=soak.guard, args=client, daemon=True) for client in clients]
    samples = []
    idle = [socket.create_connection((broker.address.split(":")[0], broker.port)) for _ in range(options.idle_connections)]
    try:
        for thread in threads:
            thread.start()
        end = time.monotonic() + options.minutes * 60
        while time.monotonic() < end:
            time.sleep(min(5, max(0, end - time.monotonic())))
            samples.append(sample(broker, http_port))
            if samples[-1]["connections"] < len(idle):
                soak.fail(f"of {len(idle)} idle connections and those of the clients {samples[-1]['connections']:.0f} are open")
            if len(samples) % 6 == 1:
                print(f"{(end - time.monotonic()) / 60:5.1f} min left: " + ", ".join(f"{k} {v:.0f}" for k, v in samples[-1].items()), file=sys.stderr)
        soak.stop.set()
        for thread in threads:
            thread.join(120)
            if thread.is_alive():
                soak.fail("a client does not end")
        passed = verdict(samples, soak)
    finally:
        broker.dispose()
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
