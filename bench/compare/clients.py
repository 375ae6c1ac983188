#!/usr/bin/env python3
"""Measures our producer and consumer beside librdkafka: the same loads against the same broker, in turn, several rounds.

Both clients get the same records (load.c, bench/client-load), acks=all without idempotence, and send as many unmeasured records first, in the
same process. CPU is the client's process (not told at a fixed rate, where the load's own thread spins until the next record is due);
allocated are the bytes asked of malloc (librdkafka, in a run of its own that is not timed) and of
the managed heap. A ratio is ours divided by librdkafka's, round by round; the table shows medians. msg/s should be above 1, all else below.

  bench/compare/clients.py                       against Samsa, 3 rounds
  bench/compare/clients.py --broker kafka        against Apache Kafka 4.3
  bench/compare/clients.py --loads produce-100b,fetch-1k --rounds 5 --markdown
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

from brokers import HERE, ROOT, Kafka, Samsa
from loads import load

PARTITIONS = 4
CLIENT = os.path.join(HERE, "build", "client-load", "Samsa.Bench.ClientLoad")

# The same batches: as large as librdkafka makes them, and as Kafka's own clients do.
SETTINGS = {
    "large": {"librdkafka": ("batch.size=1000000",), "samsa": ("batch.size=1000000",)},
    "small": {"librdkafka": ("batch.size=16384",), "samsa": ("batch.size=16384",)},
}
LOADS = {
    "produce-100b": ("produce 100 B", "produce", 100, "none", 3_000_000, "large"),
    "produce-1k": ("produce 1 KB", "produce", 1024, "none", 1_000_000, "large"),
    "produce-1k-lz4": ("produce 1 KB, lz4", "produce", 1024, "lz4", 1_000_000, "large"),
    "produce-100b-16k": ("produce 100 B, batches of 16 KB", "produce", 100, "none", 3_000_000, "small"),
    "fetch-100b": ("consume 100 B", "fetch", 100, "none", 3_000_000, None),
    "fetch-1k": ("consume 1 KB", "fetch", 1024, "none", 1_000_000, None),
    "latency-1000": ("200 B at 1,000 msg/s", "latency", 200, 1_000, 15, None),
    "latency-10000": ("200 B at 10,000 msg/s", "latency", 200, 10_000, 15, None),
}
THROUGHPUT = (("k msg/s", lambda r: r["messages"] / r["seconds"] / 1e3),)
CPU = (("CPU ns per message", lambda r: r["cpu"] / r["messages"] * 1e9),)
ALLOCATED = (("allocated B per message", lambda r: r["allocated"] / r["messages"]),)
LATENCY = tuple((f"acknowledged, {q}, ms", lambda r, q=q: r[q] * 1e3) for q in ("p50", "p99", "p999", "max"))


def run(client, program, arguments, settings):
    words = [program, *(word for setting in settings for word in ("-X", setting)), *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise SystemExit(f"{client}: {' '.join(words)} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def command(name, broker, client, number, scale):
    """The command line of a load, and the topic that it needs filled."""
    _, way, size, third, count, _ = LOADS[name]
    if way == "latency":
        return ("-w", third * 3, "latency", broker.address, "latency", int(count * scale * third), size, third)
    count = int(count * scale)
    if way == "fetch":
        return ("-w", count, "fetch", broker.address, name, PARTITIONS, count)
    # Each run starts on an empty topic.
    topic = f"{name}-{client}-{number}"
    load("create", broker.address, topic, PARTITIONS)
    return ("-w", count // 3, "produce", broker.address, topic, count, size, third)


def prepare(broker, names, scale):
    load("create", broker.address, "latency", PARTITIONS)
    for name in names:
        _, way, size, codec, count, _ = LOADS[name]
        if way == "fetch":
            load("create", broker.address, name, PARTITIONS)
            load("produce", broker.address, name, int(count * scale), size, codec)


def measure(name, broker, client, number, scale):
    programs = {"samsa": CLIENT, "librdkafka": os.path.join(HERE, "build", "load")}
    settings = SETTINGS.get(LOADS[name][5], {}).get(client, ())
    result = run(client, programs[client], command(name, broker, client, number, scale), settings)
    if client == "librdkafka":
        counted = run(client, programs[client] + "-counted", command(name, broker, client + "-counted", number, scale / 4), settings)
        result["allocated"] = counted["allocated"] * result["messages"] / counted["messages"]
    return result


def figures(name, result):
    columns = (LATENCY if LOADS[name][1] == "latency" else THROUGHPUT + CPU) + ALLOCATED
    return {unit: value(result) for unit, value in columns}


def build(broker):
    os.makedirs(os.path.join(HERE, "build"), exist_ok=True)
    for name, flags in (("load", ()), ("load-counted", ("-DCOUNT_ALLOCATIONS",))):
        subprocess.run(["cc", "-O2", *flags, "-o", os.path.join(HERE, "build", name), os.path.join(HERE, "load.c"), "-lrdkafka"], check=True)
    if broker == "samsa":
        subprocess.run([Samsa.command, "--version"], check=True, stdout=subprocess.DEVNULL)
    project = os.path.join(ROOT, "bench", "client-load")
    subprocess.run(["dotnet", "publish", project, "-c", "Release", "--use-current-runtime", "-p:SamsaNative=true", "--verbosity", "quiet",
                    "-nodeReuse:false", "-o", os.path.dirname(CLIENT)], check=True, stdout=sys.stderr)


def report(names, results, markdown):
    line = "| {} | {} | {} | {} | {} | {} |" if markdown else "{:<32} {:<24} {:>10} {:>10} {:>8} {:>16}"
    print(line.format("load", "unit", "samsa", "librdkafka", "ratio", "lowest-highest"))
    if markdown:
        print("|---|---|--:|--:|--:|--:|")
    for name in names:
        rounds = [{client: figures(name, r) for client, r in one[name].items()} for one in results]
        for unit in rounds[0]["samsa"]:
            ours = [r["samsa"][unit] for r in rounds]
            theirs = [r["librdkafka"][unit] for r in rounds]
            ratios = [a / b for a, b in zip(ours, theirs)]
            print(line.format(LOADS[name][0], unit, f"{statistics.median(ours):.4g}", f"{statistics.median(theirs):.4g}",
                              f"{statistics.median(ratios):.3g}", f"{min(ratios):.3g}-{max(ratios):.3g}"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loads", default=",".join(LOADS), help="loads, comma separated: " + ", ".join(LOADS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="fraction of the records of a full run")
    parser.add_argument("--broker", choices=("samsa", "kafka"), default="samsa")
    parser.add_argument("--kafka", default=os.path.join(ROOT, "..", "shared", "peers", "bin", "kafka"), help="the script that runs Apache Kafka")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--no-build", action="store_true", help="take the programs that the last run built")
    options = parser.parse_args()
    names = options.loads.split(",")
    unknown = [name for name in names if name not in LOADS]
    if unknown:
        parser.error(f"unknown load {unknown[0]}; known: {', '.join(LOADS)}")
    if not options.no_build:
        build(options.broker)
    broker = Samsa() if options.broker == "samsa" else Kafka(options.kafka)
    results = []
    try:
        broker.start()
        prepare(broker, names, options.scale)
        for number in range(options.rounds):
            one = {}
            for name in names:
                one[name] = {}
                for client in ("samsa", "librdkafka") if number % 2 == 0 else ("librdkafka", "samsa"):
                    one[name][client] = measure(name, broker, client, number, options.scale)
                    print(f"round {number + 1}: {name}: {client}: {json.dumps(one[name][client])}", file=sys.stderr)
            results.append(one)
    finally:
        broker.dispose()
    report(names, results, options.markdown)


if __name__ == "__main__":
    main()
