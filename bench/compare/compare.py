#!/usr/bin/env python3
"""Measures Samsa beside Apache Kafka 4.3: the same load, on the same machine, in one go, several rounds in turn.

Each round starts both brokers afresh on empty directories (the order alternates), warms them with an unmeasured load,
then runs the rows. CPU seconds are those of the broker's process. A ratio is Samsa divided by Kafka, round by round;
the table shows medians. Only ratios of one run mean anything: the machines that this runs on are shared.

  bench/compare/compare.py                       every row, 3 rounds
  bench/compare/compare.py --rows start,produce-1k --rounds 5
  bench/compare/compare.py --markdown            a table for docs/performance.md
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

from brokers import HERE, ROOT, Kafka, Samsa
from rows import GROUPS

ROWS = {row: text for _, rows in GROUPS for row, text in rows.items()}


def measure(broker, wanted, scale):
    """The figures of all groups that hold a wanted row."""
    figures = {}
    try:
        for group, rows in GROUPS:
            if wanted.isdisjoint(rows) and group.__name__ != "start":
                continue
            print(f"  {group.__name__} ...", file=sys.stderr)
            figures.update(group(broker, scale))
    finally:
        broker.dispose()
    return figures


def build(only):
    os.makedirs(os.path.join(HERE, "build"), exist_ok=True)
    subprocess.run(["cc", "-O2", "-o", os.path.join(HERE, "build", "load"), os.path.join(HERE, "load.c"), "-lrdkafka"], check=True)
    if only != "kafka":
        subprocess.run([Samsa.command, "--version"], check=True, stdout=subprocess.DEVNULL)


def report(rows, results, markdown):
    line = "| {} | {} | {} | {} | {} | {} |" if markdown else "{:<44} {:<20} {:>10} {:>10} {:>8} {:>16}"
    print(line.format("row", "unit", "samsa", "kafka 4.3", "ratio", "lowest-highest"))
    if markdown:
        print("|---|---|--:|--:|--:|--:|")
    for row in rows:
        what, unit = ROWS[row]
        ours = [r["samsa"][row] for r in results]
        theirs = [r["kafka"][row] for r in results]
        ratios = [a / b for a, b in zip(ours, theirs)]
        print(line.format(what, unit, f"{statistics.median(ours):.4g}", f"{statistics.median(theirs):.4g}",
                          f"{statistics.median(ratios):.3g}", f"{min(ratios):.3g}-{max(ratios):.3g}"))


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
            figures[name] = measure(Samsa() if name == "samsa" else Kafka(options.kafka), set(rows), options.scale)
        results.append(figures)
        print(json.dumps(figures), file=sys.stderr)
    if not options.only:
        report(rows, results, options.markdown)


if __name__ == "__main__":
    main()
