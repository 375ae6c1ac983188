"""The files through which the tests and the clients exchange records: one record per line, columns separated by tabs.

Input:  partition, timestamp, key, value, headers
Output: partition, offset, timestamp, key, value, headers; a line that begins with '#' opens the answer to the next query
Bytes are base64, '-' stands for null; headers are name=value pairs separated by commas.
"""
import base64


def encode(data):
    return "-" if data is None else base64.b64encode(data).decode()


def decode(text):
    return None if text == "-" else base64.b64decode(text)


def read(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            partition, timestamp, key, value, headers = line.rstrip("\n").split("\t")
            pairs = [pair.split("=", 1) for pair in headers.split(",") if pair]
            yield int(partition), int(timestamp), decode(key), decode(value), [(name, decode(text)) for name, text in pairs]


def write(out, partition, offset, timestamp, key, value, headers):
    pairs = ",".join(f"{name}={encode(data)}" for name, data in headers or [])
    out.write(f"{partition}\t{offset}\t{timestamp}\t{encode(key)}\t{encode(value)}\t{pairs}\n")


def start_of(query):
    """'all' -> ('all', None, None); 'offset:1:500' -> ('offset', 1, 500); 'time:170000' -> ('time', None, 170000)."""
    kind, *rest = query.split(":")
    if kind == "offset":
        return kind, int(rest[0]), int(rest[1])
    if kind == "time":
        return kind, None, int(rest[0])
    return kind, None, None
