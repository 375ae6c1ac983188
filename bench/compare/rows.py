"""What is measured, in the order in which it is measured on one running broker."""
import socket
import time

import partitions
from brokers import TICKS, ask_api_versions
from loads import load

PARTITIONS = 4
CONNECTIONS = 1000
LATENCY_RATES = (1_000, 10_000)
LATENCY_SECONDS = 15


def with_cpu(broker, *arguments):
    """Runs a load; returns its figures and the processor seconds that the broker used for it."""
    before = broker.cpu_seconds()
    result = load(*arguments)
    return result, max(broker.cpu_seconds() - before, 1 / TICKS)


def start(broker, scale):
    # On a directory that is there already: making it is not starting.
    broker.start()
    broker.stop()
    return {"start": broker.start()}


def idle(broker, scale):
    time.sleep(2)
    return {"idle": broker.resident_mb()}


def throughput(broker, scale):
    load("create", broker.address, "warm", PARTITIONS)
    load("produce", broker.address, "warm", int(300_000 * scale), 200, "none")
    load("fetch", broker.address, "warm", PARTITIONS, int(300_000 * scale))
    figures = {}
    for name, size, codec, count in (("100b", 100, "none", 3_000_000), ("1k", 1024, "none", 1_000_000), ("1k-lz4", 1024, "lz4", 1_000_000)):
        count = int(count * scale)
        load("create", broker.address, name, PARTITIONS)
        ways = [("produce", ("produce", broker.address, name, count, size, codec))]
        if codec == "none":
            ways.append(("fetch", ("fetch", broker.address, name, PARTITIONS, count)))
        for way, arguments in ways:
            result, cpu = with_cpu(broker, *arguments)
            figures[f"{way}-{name}"] = result["bytes"] / 1e6 / cpu
            figures[f"{way}-{name}-rate"] = result["messages"] / result["seconds"] / 1e3
    figures["loaded"] = broker.resident_mb()
    return figures


def latency(broker, scale):
    load("create", broker.address, "latency", PARTITIONS)
    load("latency", broker.address, "latency", int(LATENCY_RATES[0] * 10 * scale), 200, LATENCY_RATES[0])
    figures = {}
    for rate in LATENCY_RATES:
        result, cpu = with_cpu(broker, "latency", broker.address, "latency", int(rate * LATENCY_SECONDS * scale), 200, rate)
        for quantile in ("p50", "p99", "p999"):
            figures[f"ack-{rate}-{quantile}"] = result[quantile] * 1e3
        figures[f"ack-{rate}-cpu"] = cpu / result["seconds"]
    return figures


def connections(broker, scale):
    before = broker.resident_mb()
    opened = []
    try:
        for _ in range(CONNECTIONS):
            s = socket.create_connection(("127.0.0.1", broker.port), timeout=60)
            opened.append(s)
            ask_api_versions(s)
        time.sleep(1)
        return {"connection": (broker.resident_mb() - before) * 1024 / CONNECTIONS}
    finally:
        for s in opened:
            s.close()


# One group measures all of its rows together: (function, {row: (what is measured, unit)}).
GROUPS = (
    (start, {"start": ("start until the first ApiVersions answer", "s")}),
    (idle, {"idle": ("memory idle (resident)", "MB")}),
    (throughput, {
        "produce-100b": ("produce 100 B, none", "MB per broker CPU s"),
        "produce-100b-rate": ("produce 100 B, none", "k msg/s"),
        "produce-1k": ("produce 1 KB, none", "MB per broker CPU s"),
        "produce-1k-rate": ("produce 1 KB, none", "k msg/s"),
        "produce-1k-lz4": ("produce 1 KB, lz4", "MB per broker CPU s"),
        "produce-1k-lz4-rate": ("produce 1 KB, lz4", "k msg/s"),
        "fetch-100b": ("fetch 100 B", "MB per broker CPU s"),
        "fetch-100b-rate": ("fetch 100 B", "k msg/s"),
        "fetch-1k": ("fetch 1 KB", "MB per broker CPU s"),
        "fetch-1k-rate": ("fetch 1 KB", "k msg/s"),
        "loaded": ("memory after the load (resident)", "MB"),
    }),
    (latency, {
        row: (f"200 B at {rate:,} msg/s: {what}", unit)
        for rate in LATENCY_RATES
        for row, what, unit in (
            (f"ack-{rate}-p50", "acknowledged, p50", "ms"),
            (f"ack-{rate}-p99", "acknowledged, p99", "ms"),
            (f"ack-{rate}-p999", "acknowledged, p99.9", "ms"),
            (f"ack-{rate}-cpu", "broker CPU", "cores"),
        )
    }),
    (connections, {"connection": (f"memory per idle connection (of {CONNECTIONS:,})", "KB")}),
    (partitions.partitions, partitions.ROWS),
)
