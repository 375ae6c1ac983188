#!/usr/bin/env python3
"""What a rebalance costs: from Subscribe to first record, for groups of several sizes, Samsa beside Apache Kafka 4.3.

    bench/compare/groups.py [--members 1,10,100,1000] [--rounds 3] [--protocols classic,consumer] [--markdown]

The members are our own consumers (bench/client-load), all in one process, so that one machine can carry a thousand of them; the same driver joins
both brokers in turn. The topic has as many partitions as there are members and a record in each, so that every member must get its own.
group.initial.rebalance.delay.ms is --delay (Kafka's default, 3000, which the classic protocol waits for; 0 lets every member that comes rebalance).
The driver uses the same processors as the broker: what is compared is the ratio, and the broker's processor time.
"""
import argparse
import json
import os
import statistics
import struct
import subprocess
import sys
import time

import brokers
import wire

CLIENT = os.path.join(brokers.HERE, "build", "group-load", "Samsa.Bench.ClientLoad")
CRC = []
for number in range(256):
    for _ in range(8):
        number = (number >> 1) ^ (0x82F63B78 if number & 1 else 0)
    CRC.append(number)
ROWS = (("to first record, median", "s"), ("to first record, last", "s"), ("broker CPU", "s"), ("driver CPU", "s"))


def text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


def crc32c(content):
    crc = 0xFFFFFFFF
    for byte in content:
        crc = CRC[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def batch():
    """A record batch with one record without key."""
    value = b"record"
    record = b"\x00\x00\x00\x01" + bytes([2 * len(value)]) + value + b"\x00"
    record = bytes([2 * len(record)]) + record
    now = int(time.time() * 1000)  # an older one is past its retention
    checked = struct.pack(">hiqqqhii", 0, 0, now, now, -1, -1, -1, 1) + record
    rest = struct.pack(">ibI", -1, 2, crc32c(checked)) + checked
    return struct.pack(">qi", 0, len(rest)) + rest


def make_topic(port, topic, partitions):
    with wire.Connection(port) as connection:
        connection.ask(19, 2, struct.pack(">i", 1) + text(topic) + struct.pack(">ihiiib", partitions, 1, 0, 0, 60_000, 0))
        while wire.led_partitions(connection, topic) != partitions:
            time.sleep(0.05)
        records = struct.pack(">i", len(batch())) + batch()

        # A broker may name itself as leader before it takes records.
        while True:
            offsets = wire.end_offsets(connection, topic, partitions)
            empty = [index for index in range(partitions) if len(offsets) == partitions and offsets[index] == 0]
            if len(offsets) == partitions and not empty:
                return
            if empty:
                body = struct.pack(">hhii", -1, -1, 60_000, 1) + text(topic) + struct.pack(">i", len(empty))
                connection.ask(0, 3, body + b"".join(struct.pack(">i", index) + records for index in empty))
            time.sleep(0.05)


def join(broker, protocol, group, topic, count):
    words = [CLIENT, "-X", f"group.protocol={protocol}", "group", broker.address, topic, group, str(count)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"{count} members at {broker.name}: {done.stderr.strip()[-600:]}")
    return json.loads(done.stdout)


def measure(broker, counts, protocols):
    """Yields for each protocol and size the figures of ROWS, or None with the reason on stderr."""
    broker.start()
    make_topic(broker.port, "warm", 10)
    for protocol in protocols:
        join(broker, protocol, f"warm-{protocol}", "warm", 10)
    for count in counts:
        make_topic(broker.port, f"t{count}", count)
        for protocol in protocols:
            cpu = broker.cpu_seconds()
            try:
                got = join(broker, protocol, f"{protocol}-{count}", f"t{count}", count)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(error, file=sys.stderr)
                continue
            yield (protocol, count), (got["median"], got["last"], broker.cpu_seconds() - cpu, got["cpu"])
            print(broker.name, protocol, count, f"{got['median']:.3f} {got['last']:.3f}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", default="1,10,100,1000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--protocols", default="classic,consumer")
    parser.add_argument("--delay", default="3000", help="group.initial.rebalance.delay.ms")
    parser.add_argument("--only", choices=["samsa", "kafka"])
    parser.add_argument("--kafka", default=os.path.join(brokers.ROOT, "..", "shared", "peers", "bin", "kafka"), help="script that starts Kafka")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--no-build", action="store_true", help="take the driver that the last run built")
    options = parser.parse_args()
    if not options.no_build:
        project = os.path.join(brokers.ROOT, "bench", "client-load")
        subprocess.run(["dotnet", "publish", project, "-c", "Release", "--verbosity", "quiet", "-nodeReuse:false", "-o", os.path.dirname(CLIENT)],
                       check=True, stdout=sys.stderr)
        subprocess.run([brokers.Samsa.command, "--version"], check=True, stdout=subprocess.DEVNULL)
    counts = [int(count) for count in options.members.split(",")]
    figures = {}
    for _ in range(options.rounds):
        override = f"group.initial.rebalance.delay.ms={options.delay}"
        for broker in (brokers.Samsa(("samsa.http.port=-1", override)), brokers.Kafka(options.kafka, (override,))):
            if options.only in (None, broker.name):
                try:
                    for key, got in measure(broker, counts, options.protocols.split(",")):
                        figures.setdefault(key, {}).setdefault(broker.name, []).append(got)
                finally:
                    broker.dispose()

    line = "| {} | {} | {} | {} | {} | {} | {} |" if options.markdown else "{:<9} {:>7}  {:<24} {:<4} {:>9} {:>9} {:>6}"
    print(line.format("protocol", "members", "what", "unit", "samsa", "kafka 4.3", "ratio"))
    if options.markdown:
        print("|---|--:|---|---|--:|--:|--:|")
    for (protocol, count), by_broker in sorted(figures.items()):
        for index, (what, unit) in enumerate(ROWS):
            samsa, kafka = ([got[index] for got in by_broker.get(name, ())] for name in ("samsa", "kafka"))
            ratios = [one / other for one, other in zip(samsa, kafka) if other > 0]
            medians = (f"{statistics.median(one):.3g}" if one else "-" for one in (samsa, kafka, ratios))
            print(line.format(protocol, count, what, unit, *medians))


if __name__ == "__main__":
    main()
