#!/usr/bin/env python3
"""Measures Samsa beside Apache Kafka 4.3: the same load, on the same machine, in one go, several rounds in turn.

Each round starts both brokers afresh on empty directories (the order alternates), warms them with one unmeasured load,
then runs the rows. CPU seconds are those of the broker's process. A ratio is Samsa divided by Kafka, round by round;
the table shows medians. Only ratios of one run mean anything: the machines that this runs on are shared.

  bench/compare/compare.py                       every row, 3 rounds
  bench/compare/compare.py --rows start,produce-1k --rounds 5
  bench/compare/compare.py --markdown            a table for docs/performance.md
"""
import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PARTITIONS = 4
TICKS = os.sysconf("SC_CLK_TCK")

# name: (what is measured, unit, higher is better)
ROWS = {
    "start": ("start until the first ApiVersions answer", "s", False),
    "idle": ("memory idle (resident)", "MB", False),
    "produce-100b": ("produce 100 B, none", "MB per broker CPU s", True),
    "produce-100b-rate": ("produce 100 B, none", "k msg/s", True),
    "produce-1k": ("produce 1 KB, none", "MB per broker CPU s", True),
    "produce-1k-rate": ("produce 1 KB, none", "k msg/s", True),
    "produce-1k-lz4": ("produce 1 KB, lz4", "MB per broker CPU s", True),
    "produce-1k-lz4-rate": ("produce 1 KB, lz4", "k msg/s", True),
    "fetch-100b": ("fetch 100 B", "MB per broker CPU s", True),
    "fetch-1k": ("fetch 1 KB", "MB per broker CPU s", True),
    "fetch-1k-rate": ("fetch 1 KB", "k msg/s", True),
    "loaded": ("memory after the load (resident)", "MB", False),
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def answers_api_versions(port):
    """True when a broker on the port answers an ApiVersions v0 request."""
    request = struct.pack(">hhih", 18, 0, 1, 7) + b"compare"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as s:
            s.settimeout(2)
            s.sendall(struct.pack(">i", len(request)) + request)
            return len(s.recv(8)) == 8
    except OSError:
        return False


class Broker:
    """A broker process started for one round."""

    def __init__(self, directory):
        self.directory = directory
        self.port = free_port()
        self.pid = None

    def start(self):
        began = time.monotonic()
        self.launch()
        while not answers_api_versions(self.port):
            if time.monotonic() - began > 60:
                raise SystemExit(f"{self.name} does not answer on port {self.port} after 60 s; see {self.directory}")
            time.sleep(0.005)
        self.find_pid()
        return time.monotonic() - began

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mb(self):
        with open(f"/proc/{self.pid}/status") as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        return 0.0


class Samsa(Broker):
    name = "samsa"

    def launch(self):
        self.log = open(os.path.join(self.directory, "output"), "wb")
        self.process = subprocess.Popen(
            [os.environ.get("SAMSA_COMMAND", os.path.join(ROOT, "samsa")), "server",
             "--override", f"listeners=PLAINTEXT://127.0.0.1:{self.port}",
             "--override", f"log.dirs={self.directory}/data",
             "--override", "samsa.http.port=-1"],
            stdout=self.log, stderr=self.log, cwd=self.directory)

    def find_pid(self):
        self.pid = self.process.pid

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()


class Kafka(Broker):
    name = "kafka"

    def __init__(self, directory, command):
        super().__init__(directory)
        self.command = command
        self.environment = dict(
            os.environ, HEAP="1g",
            JAVA_OPTS="-server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35")

    def launch(self):
        self.starter = subprocess.Popen(
            [self.command, "4.3", "start", self.directory, str(self.port)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment)

    def find_pid(self):
        output = self.starter.communicate(timeout=60)[0].decode()
        numbers = [word for word in output.split() if word.isdigit()]
        if not numbers:
            raise SystemExit(f"no pid of Kafka in: {output}")
        self.pid = int(numbers[-1])

    def stop(self):
        subprocess.run([self.command, "4.3", "stop", self.directory], check=False, stdout=subprocess.DEVNULL)


def load(*arguments):
    done = subprocess.run([os.path.join(HERE, "build", "load"), *map(str, arguments)], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise SystemExit(f"load {' '.join(map(str, arguments))} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def measure_load(broker, *arguments):
    before = broker.cpu_seconds()
    result = load(*arguments)
    cpu = max(broker.cpu_seconds() - before, 1 / TICKS)
    return result["bytes"] / 1e6 / cpu, result["messages"] / result["seconds"] / 1e3


def measure(broker, rows, scale):
    figures = {"start": broker.start()}
    address = f"127.0.0.1:{broker.port}"
    time.sleep(2)
    figures["idle"] = broker.resident_mb()
    load("create", address, "warm", PARTITIONS)
    load("produce", address, "warm", int(300_000 * scale), 200, "none")
    load("fetch", address, "warm", PARTITIONS, int(300_000 * scale))
    for name, size, codec, count in (("100b", 100, "none", 3_000_000), ("1k", 1024, "none", 1_000_000), ("1k-lz4", 1024, "lz4", 1_000_000)):
        if not any(row.startswith((f"produce-{name}", f"fetch-{name}")) for row in rows):
            continue
        count = int(count * scale)
        load("create", address, name, PARTITIONS)
        figures[f"produce-{name}"], figures[f"produce-{name}-rate"] = measure_load(broker, "produce", address, name, count, size, codec)
        if codec == "none":
            figures[f"fetch-{name}"], figures[f"fetch-{name}-rate"] = measure_load(broker, "fetch", address, name, PARTITIONS, count)
    figures["loaded"] = broker.resident_mb()
    return figures


def build(only):
    os.makedirs(os.path.join(HERE, "build"), exist_ok=True)
    subprocess.run(["cc", "-O2", "-o", os.path.join(HERE, "build", "load"), os.path.join(HERE, "load.c"), "-lrdkafka"], check=True)
    if only != "kafka":
        subprocess.run([os.environ.get("SAMSA_COMMAND", os.path.join(ROOT, "samsa")), "--version"], check=True, stdout=subprocess.DEVNULL)


def report(rows, results, markdown):
    line = "| {} | {} | {} | {} | {} |" if markdown else "{:<44} {:<20} {:>10} {:>10} {:>8}"
    print(line.format("row", "unit", "samsa", "kafka 4.3", "ratio"))
    if markdown:
        print("|---|---|--:|--:|--:|")
    for row in rows:
        what, unit, _ = ROWS[row]
        ours = [r["samsa"][row] for r in results]
        theirs = [r["kafka"][row] for r in results]
        ratio = statistics.median(a / b for a, b in zip(ours, theirs))
        print(line.format(what, unit, f"{statistics.median(ours):.4g}", f"{statistics.median(theirs):.4g}", f"{ratio:.3g}"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default=",".join(ROWS), help="rows to measure, comma separated: " + ", ".join(ROWS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="fraction of the records of a full run")
    parser.add_argument("--kafka", default=os.path.join(ROOT, "..", "shared", "peers", "bin", "kafka"), help="the script that runs Apache Kafka")
    parser.add_argument("--only", choices=("samsa", "kafka"), help="measure one broker and print its figures as JSON")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    rows = options.rows.split(",")
    unknown = [row for row in rows if row not in ROWS]
    if unknown:
        parser.error(f"unknown row {unknown[0]}; known: {', '.join(ROWS)}")
    if options.only != "samsa" and not os.path.exists(options.kafka):
        raise SystemExit(f"Apache Kafka is not at {options.kafka}; name its script with --kafka, or use --only samsa")
    build(options.only)
    results = []
    for number in range(options.rounds):
        figures = {}
        names = [options.only] if options.only else ["samsa", "kafka"] if number % 2 == 0 else ["kafka", "samsa"]
        for name in names:
            print(f"round {number + 1} of {options.rounds}: {name}", file=sys.stderr)
            directory = tempfile.mkdtemp(prefix=f"compare-{name}-")
            broker = Samsa(directory) if name == "samsa" else Kafka(directory, options.kafka)
            try:
                figures[name] = measure(broker, rows, options.scale)
            finally:
                broker.stop()
                shutil.rmtree(directory, ignore_errors=True)
        results.append(figures)
        print(json.dumps(figures), file=sys.stderr)
    if not options.only:
        report(rows, results, options.markdown)


if __name__ == "__main__":
    main()
