"""The two brokers that are compared: how each is started afresh, watched and stopped."""
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask_api_versions(s):
    """Sends ApiVersions v0 over a socket and reads the whole answer."""
    request = struct.pack(">hhih", 18, 0, 1, 7) + b"compare"
    s.sendall(struct.pack(">i", len(request)) + request)
    left = 4 + struct.unpack(">i", receive(s, 4))[0] - 4
    receive(s, left)


def receive(s, count):
    got = b""
    while len(got) < count:
        piece = s.recv(count - len(got))
        if not piece:
            raise OSError("the broker closed the connection")
        got += piece
    return got


def answers_api_versions(port):
    """True when a broker on the port answers an ApiVersions v0 request."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as s:
            s.settimeout(2)
            ask_api_versions(s)
            return True
    except OSError:
        return False


def start_until(server, answers):
    """Launches a server and learns its process; returns the seconds until it answers on its port."""
    began = time.monotonic()
    server.launch()
    while not answers(server.port):
        if time.monotonic() - began > 120:
            raise SystemExit(f"{server.name} does not answer on port {server.port} after 120 s; see {server.directory}")
        time.sleep(0.005)
    seconds = time.monotonic() - began
    server.find_pid()
    return seconds


def resident_mb(pid):
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


class Broker:
    """A broker process on a directory of its own, which goes when the broker is disposed of."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix=f"compare-{self.name}-")
        self.port = free_port()
        self.pid = None

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        """Starts the process; returns the seconds until the first ApiVersions answer."""
        return start_until(self, answers_api_versions)

    def kill(self):
        """As a crash of the process; returns when it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        self.reap()

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_mb(self):
        return resident_mb(self.pid)

    def start_empty(self):
        """Stops the process and starts it again without data."""
        self.stop()
        shutil.rmtree(os.path.join(self.directory, "data"), ignore_errors=True)
        return self.start()

    def dispose(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


class Samsa(Broker):
    name = "samsa"
    command = os.environ.get("SAMSA_COMMAND", os.path.join(ROOT, "samsa"))

    def __init__(self, overrides=("samsa.http.port=-1", "samsa.zookeeper.port=0")):
        super().__init__()
        self.overrides = overrides

    def launch(self):
        with open(os.path.join(self.directory, "output"), "ab") as log:
            self.process = subprocess.Popen(
                [self.command, "server",
                 "--override", f"listeners=PLAINTEXT://127.0.0.1:{self.port}",
                 "--override", f"log.dirs={self.directory}/data",
                 *(word for override in self.overrides for word in ("--override", override))],
                stdout=log, stderr=log, cwd=self.directory)

    def find_pid(self):
        self.pid = self.process.pid

    def reap(self):
        self.process.wait(120)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.reap()


class Kafka(Broker):
    name = "kafka"

    def __init__(self, script, overrides=()):
        super().__init__()
        self.script = script
        self.overrides = overrides
        self.environment = dict(
            os.environ, HEAP="1g",
            JAVA_OPTS="-server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35")

    def launch(self):
        self.starter = subprocess.Popen(
            [self.script, "4.3", "start", self.directory, str(self.port), *self.overrides],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment)

    def find_pid(self):
        output = self.starter.communicate(timeout=120)[0].decode()
        numbers = [word for word in output.split() if word.isdigit()]
        if not numbers:
            raise SystemExit(f"no pid of Kafka in: {output}")
        self.pid = int(numbers[-1])

    def reap(self):
        while os.path.exists(f"/proc/{self.pid}"):
            time.sleep(0.005)

    def stop(self):
        subprocess.run([self.script, "4.3", "stop", self.directory], check=False, stdout=subprocess.DEVNULL)
        self.reap()
