"""The rows about thousands of partitions: making them, writing to all of them, their memory, and starting again with them.

The broker is started afresh for these rows. The topic is written to before either restart, so that there is something to
close and something to recover; a restart counts from the start of the process until every partition answers ListOffsets.
"""
import time

import wire
from loads import load

PARTITIONS = 2_000
RECORDS = 500_000
TOPIC = "many"

ROWS = {
    "parts-create": ("make 2,000 partitions until every leader is known", "s"),
    "parts-memory": ("memory per partition, never written (resident)", "KB"),
    "parts-produce": ("produce 100 B over 2,000 partitions, first time", "k msg/s"),
    "parts-stop": ("clean stop with 2,000 partitions", "s"),
    "parts-restart": ("start again after it, until all answer", "s"),
    "parts-restart-kill": ("start again after kill -9, until all answer", "s"),
    "parts-memory-written": ("memory per partition, written and restarted", "KB"),
}


def until(port, done, limit=120):
    """Returns when the check succeeds on a connection to the port."""
    began = time.monotonic()
    while True:
        try:
            with wire.Connection(port) as connection:
                while not done(connection):
                    time.sleep(0.005)
                return
        except OSError:
            if time.monotonic() - began > limit:
                raise SystemExit(f"port {port}: not done after {limit} s")
            time.sleep(0.005)


def restart(broker, records):
    """Starts the broker; returns the seconds until all partitions answer, which must then hold so many records."""
    offsets = []

    def all_answer(connection):
        offsets[:] = wire.end_offsets(connection, TOPIC, PARTITIONS)
        return len(offsets) == PARTITIONS

    began = time.monotonic()
    broker.start()
    until(broker.port, all_answer)
    seconds = time.monotonic() - began
    if sum(offsets) != records:
        raise SystemExit(f"{broker.name}: {sum(offsets)} of {records} records are there after a restart")
    return seconds


def partitions(broker, scale):
    broker.start_empty()
    time.sleep(2)
    idle = broker.resident_mb()
    records = int(RECORDS * scale)
    figures = {}
    began = time.monotonic()
    load("create", broker.address, TOPIC, PARTITIONS)
    until(broker.port, lambda connection: wire.led_partitions(connection, TOPIC) == PARTITIONS)
    figures["parts-create"] = time.monotonic() - began
    time.sleep(5)
    figures["parts-memory"] = (broker.resident_mb() - idle) * 1024 / PARTITIONS
    first = load("spread", broker.address, TOPIC, PARTITIONS, records, 100)
    figures["parts-produce"] = first["messages"] / first["seconds"] / 1e3
    began = time.monotonic()
    broker.stop()
    figures["parts-stop"] = time.monotonic() - began
    figures["parts-restart"] = restart(broker, records)
    load("spread", broker.address, TOPIC, PARTITIONS, records, 100)
    broker.kill()
    figures["parts-restart-kill"] = restart(broker, 2 * records)
    time.sleep(2)
    figures["parts-memory-written"] = (broker.resident_mb() - idle) * 1024 / PARTITIONS
    return figures
