"""Runs the load generator, which is the same for both brokers."""
import json
import os
import subprocess

from brokers import HERE


def load(*arguments):
    done = subprocess.run([os.path.join(HERE, "build", "load"), *map(str, arguments)], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise SystemExit(f"load {' '.join(map(str, arguments))} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)
