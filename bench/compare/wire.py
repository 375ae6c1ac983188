"""A few Kafka requests over a plain socket: what the rows need to ask a broker, without the habits of a client library."""
import socket
import struct


def _text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


class Connection:
    """One connection; requests and answers strictly in turn."""

    def __init__(self, port, timeout=60):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def ask(self, api, version, body):
        """Returns the answer's body. OSError when the broker closes the connection or does not answer."""
        request = struct.pack(">hhi", api, version, 7) + _text("compare") + body
        self._socket.sendall(struct.pack(">i", len(request)) + request)
        length = struct.unpack(">i", self._receive(4))[0]
        return self._receive(length)[4:]

    def _receive(self, count):
        parts = []
        while count > 0:
            part = self._socket.recv(count)
            if not part:
                raise OSError("the broker closed the connection")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


class Reader:
    """Reads the fields of an answer in turn."""

    def __init__(self, data):
        self._data = data
        self._at = 0

    def number(self, code):
        value = struct.unpack_from(">" + code, self._data, self._at)[0]
        self._at += struct.calcsize(">" + code)
        return value

    def text(self):
        length = self.number("h")
        value = self._data[self._at:self._at + length].decode() if length >= 0 else None
        self._at += max(length, 0)
        return value


def led_partitions(connection, topic):
    """How many partitions of the topic have a leader that Metadata v1 names without an error."""
    answer = Reader(connection.ask(3, 1, struct.pack(">i", 1) + _text(topic)))
    for _ in range(answer.number("i")):
        answer.number("i"), answer.text(), answer.number("i"), answer.text()
    answer.number("i")
    led = 0
    for _ in range(answer.number("i")):
        answer.number("h"), answer.text(), answer.number("b")
        for _ in range(answer.number("i")):
            error, _, leader = answer.number("h"), answer.number("i"), answer.number("i")
            for _ in range(2):
                for _ in range(answer.number("i")):
                    answer.number("i")
            led += error == 0 and leader >= 0
    return led


def end_offsets(connection, topic, partitions):
    """The end offsets of the partitions that answer ListOffsets v1 without an error."""
    body = struct.pack(">ii", -1, 1) + _text(topic) + struct.pack(">i", partitions)
    body += b"".join(struct.pack(">iq", index, -1) for index in range(partitions))
    answer = Reader(connection.ask(2, 1, body))
    answer.number("i"), answer.text()
    offsets = []
    for _ in range(answer.number("i")):
        answer.number("i")
        error, _, offset = answer.number("h"), answer.number("q"), answer.number("q")
        if error == 0:
            offsets.append(offset)
    return offsets
