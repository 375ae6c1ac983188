#!/usr/bin/env python3
"""Our ZooKeeper server beside Apache ZooKeeper 3.8, in turn, by the same client (bench/zookeeper-load): start, requests, memory.

usage: zookeeper.py --apache SCRIPT [--also native=artifacts/native/samsa]... [--rounds 3] [--seconds 5] [--in-flight 256] [--nodes 200000]
                    [--only memory|requests]

SCRIPT is the start script of Apache Kafka's jars ("SCRIPT 3.9 start-zookeeper DIR PORT"), which come with ZooKeeper. Every round starts
all servers afresh and warms each by one unmeasured load. Memory is measured on servers of their own that hold equally many nodes, right
after the last was made. --also measures another program of ours too: the native file, or that of another commit. --only leaves out the
rest. Prints a table in Markdown; a ratio is that of a program of ours to Apache, with the lowest and the highest of all rounds.
"""
import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

from brokers import ROOT, free_port, resident_mb, start_until

LOAD = os.path.join(ROOT, "artifacts", "bin", "Samsa.Bench.ZooKeeperLoad", "release", "Samsa.Bench.ZooKeeperLoad")
ROWS = [
    ("start until the first answer to srvr", "s", "start"),
    ("memory after the start (resident)", "MB", "idle"),
    ("create, one after the other", "op/s", "create"),
    ("get, one after the other", "op/s", "get"),
    ("create, {many} under way", "op/s", "create_many"),
    ("get, {many} under way", "op/s", "get_many"),
    ("memory with {nodes:,} nodes of 100 bytes (resident)", "MB", "loaded"),
]


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as s:
            s.settimeout(2)
            s.sendall(b"srvr")
            return b"Mode: standalone" in s.makefile("rb").read()
    except OSError:
        return False


class Server:
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix=f"compare-zookeeper-{self.name}-")
        self.port = free_port()

    def start(self):
        return start_until(self, answers)

    def resident_mb(self):
        return resident_mb(self.pid)

    def stop(self):
        os.kill(self.pid, signal.SIGTERM)
        self.reap()
        shutil.rmtree(self.directory, ignore_errors=True)


class Samsa(Server):
    def __init__(self, name, command):
        self.name, self.command = name, command
        super().__init__()

    def launch(self):
        config = os.path.join(self.directory, "zoo.cfg")
        with open(config, "w") as f:
            f.write(f"dataDir={self.directory}/data\nclientPort={self.port}\nclientPortAddress=127.0.0.1\n")
        with open(os.path.join(self.directory, "output"), "ab") as log:
            self.process = subprocess.Popen([self.command, "zookeeper-server", config], stdout=log, stderr=log)

    def find_pid(self):
        self.pid = self.process.pid

    def reap(self):
        self.process.wait(120)


class Apache(Server):
    name = "apache"
    script = None

    def launch(self):
        # Apache's own settings for a server of Kafka's distribution.
        environment = dict(os.environ, HEAP="512m", JAVA_OPTS="-server -XX:+UseG1GC -XX:MaxGCPauseMillis=20")
        self.starter = subprocess.Popen(
            [self.script, "3.9", "start-zookeeper", self.directory, str(self.port)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)

    def find_pid(self):
        output = self.starter.communicate(timeout=120)[0].decode()
        self.pid = int([word for word in output.split() if word.isdigit()][-1])

    def reap(self):
        while os.path.exists(f"/proc/{self.pid}"):
            time.sleep(0.005)


def load(server, seconds, many, *nodes):
    output = subprocess.run(
        [LOAD, f"127.0.0.1:{server.port}", str(seconds), str(many), *map(str, nodes)], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(output)


def measure(kind, options):
    row = {}
    if options.only != "memory":
        server = kind()
        server.start()
        try:
            load(server, options.seconds / 2, options.in_flight)
            row.update(load(server, options.seconds, options.in_flight))
        finally:
            server.stop()
    if options.only == "requests":
        return row
    server = kind()
    row["start"] = server.start()
    try:
        row["idle"] = server.resident_mb()
        load(server, 0, options.in_flight, options.nodes)
        row["loaded"] = server.resident_mb()
    finally:
        server.stop()
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--apache", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--nodes", type=int, default=200_000)
    parser.add_argument("--also", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--only", choices=["memory", "requests"])
    options = parser.parse_args()
    Apache.script = options.apache
    if not os.path.exists(LOAD):
        subprocess.run(["dotnet", "build", os.path.join(ROOT, "bench", "zookeeper-load"), "-c", "Release", "--verbosity", "quiet"], check=True)
    kinds = {"samsa": lambda: Samsa("samsa", os.environ.get("SAMSA_COMMAND", os.path.join(ROOT, "samsa")))}
    for also in options.also:
        name, command = also.split("=", 1)
        kinds[name] = lambda name=name, command=command: Samsa(name, os.path.abspath(command))
    ours = list(kinds)
    kinds["apache 3.8"] = Apache
    rounds = []
    for number in range(options.rounds):
        # Nobody is always the one after Apache.
        order = list(kinds)[number % len(kinds):] + list(kinds)[:number % len(kinds)]
        rounds.append({name: measure(kinds[name], options) for name in order})
    print(f"| row | unit | {' | '.join(kinds)} | {' | '.join('ratio of ' + name for name in ours)} |")
    print(f"|---|---|{'--:|' * (len(kinds) + len(ours))}")
    for title, unit, key in ROWS:
        if key not in rounds[0][ours[0]]:
            continue
        medians = [statistics.median(row[name][key] for row in rounds) for name in kinds]
        cells = [f"{value:.4g}" for value in medians]
        for name in ours:
            ratios = sorted(row[name][key] / row["apache 3.8"][key] for row in rounds)
            cells.append(f"{statistics.median(ratios):.3g} ({ratios[0]:.3g}-{ratios[-1]:.3g})")
        print(f"| {title.format(many=options.in_flight, nodes=options.nodes)} | {unit} | {' | '.join(cells)} |")


main()
