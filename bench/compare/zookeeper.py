#!/usr/bin/env python3
"""Our ZooKeeper server beside Apache ZooKeeper 3.8, in turn, by the same client (bench/zookeeper-load): start, requests, memory.

usage: zookeeper.py --apache SCRIPT [--rounds 3] [--seconds 5] [--in-flight 256] [--nodes 200000] [--only memory]

SCRIPT is the start script of Apache Kafka's jars ("SCRIPT 3.9 start-zookeeper DIR PORT"), which come with ZooKeeper. Every round starts
both servers afresh and warms each by one unmeasured load. Memory is measured on servers of their own that hold equally many nodes. Prints a table in Markdown; a ratio is Samsa divided by Apache.
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
    name = "samsa"
    command = os.environ.get("SAMSA_COMMAND", os.path.join(ROOT, "samsa"))

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
    if not options.only:
        server = kind()
        server.start()
        try:
            load(server, options.seconds / 2, options.in_flight)
            row.update(load(server, options.seconds, options.in_flight))
        finally:
            server.stop()
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
    parser.add_argument("--only", choices=["memory"])
    options = parser.parse_args()
    Apache.script = options.apache
    if not os.path.exists(LOAD):
        subprocess.run(["dotnet", "build", os.path.join(ROOT, "bench", "zookeeper-load"), "-c", "Release", "--verbosity", "quiet"], check=True)
    rounds = [(measure(Samsa, options), measure(Apache, options)) for _ in range(options.rounds)]
    print("| row | unit | samsa | apache 3.8 | ratio | lowest-highest |\n|---|---|--:|--:|--:|--:|")
    for title, unit, key in ROWS:
        if key not in rounds[0][0]:
            continue
        ours = statistics.median(samsa[key] for samsa, _ in rounds)
        theirs = statistics.median(apache[key] for _, apache in rounds)
        ratios = sorted(samsa[key] / apache[key] for samsa, apache in rounds)
        print(f"| {title.format(many=options.in_flight, nodes=options.nodes)} | {unit} | {ours:.4g} | {theirs:.4g} | {statistics.median(ratios):.3g}"
              f" | {ratios[0]:.3g}-{ratios[-1]:.3g} |")


main()
