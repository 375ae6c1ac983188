"""Kazoo's recipes against one server: python3 kazoo_recipes.py HOST:PORT. A line "ok NAME" for each that worked."""
import sys
import threading

from kazoo.client import KazooClient
from kazoo.recipe.barrier import DoubleBarrier

WAIT = 120
clients = []


def client():
    zk = KazooClient(sys.argv[1], timeout=30)
    zk.start(WAIT)
    clients.append(zk)
    return zk


def ok(name):
    print("ok " + name, flush=True)


def in_threads(count, work):
    failures = []

    def run(number):
        try:
            work(number)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive(), "stands still"
    if failures:
        raise failures[0]


def lock():
    held, most, seen = [], [], []

    def work(number):
        zk = client()
        for _ in range(5):
            with zk.Lock("/lock", str(number)):
                held.append(number)
                most.append(len(held))
                held.remove(number)
                seen.append(number)

    in_threads(4, work)
    assert max(most) == 1 and len(seen) == 20


def election():
    led = []
    in_threads(3, lambda number: client().Election("/election", str(number)).run(lambda: led.append(number)))
    assert sorted(led) == [0, 1, 2]


def counter():
    def work(_):
        count = client().Counter("/counter")
        for _ in range(10):
            count += 1

    in_threads(3, work)
    assert client().Counter("/counter").value == 30


def barrier():
    passed = []

    def work(number):
        both = DoubleBarrier(client(), "/barrier", 3)
        both.enter()
        passed.append(number)
        both.leave()

    in_threads(3, work)
    assert sorted(passed) == [0, 1, 2]


def party():
    one, two = client(), client()
    first, second = one.Party("/party", "one"), two.Party("/party", "two")
    first.join()
    second.join()
    assert sorted(first) == ["one", "two"] and len(second) == 2
    first.leave()
    assert list(second) == ["two"]


def queue():
    zk = client()
    q = zk.LockingQueue("/queue")
    for number in range(10):
        q.put(str(number).encode())
    taken = []
    for _ in range(10):
        taken.append(int(q.get(WAIT)))
        assert q.consume()
    assert taken == list(range(10)) and len(q) == 0


def watches():
    zk, writer = client(), client()
    data, children, done = [], [], threading.Event()
    writer.create("/watched", b"0")

    @zk.DataWatch("/watched")
    def on_data(value, stat):
        data.append(value)
        if value is None:
            done.set()

    @zk.ChildrenWatch("/watched")
    def on_children(names):
        children.append(sorted(names))

    for number in range(1, 20):
        writer.set("/watched", str(number).encode())
        writer.create("/watched/%02d" % number)
    writer.delete("/watched", recursive=True)
    assert done.wait(WAIT)
    values = [int(value) for value in data if value is not None]
    assert values == sorted(values), "went back"


def session():
    zk = client()
    zk.create("/mine", b"x", ephemeral=True)
    lost = []
    zk.add_listener(lost.append)
    before = zk.client_id
    # The connection breaks, the session goes on over a new one, and its node stays.
    zk._connection._socket.shutdown(2)
    again = client()
    assert again.exists("/mine")
    assert zk.retry(zk.get, "/mine")[0] == b"x"
    assert zk.client_id == before and "LOST" not in lost
    zk.stop()
    assert again.exists("/mine") is None


def pipeline():
    zk = client()
    zk.create("/many")
    results = [zk.create_async("/many/n-", b"x" * 100, sequence=True) for _ in range(2000)]
    names = [result.get(timeout=WAIT) for result in results]
    assert names == ["/many/n-%010d" % number for number in range(2000)]
    assert len(zk.get_children("/many")) == 2000


for recipe in (lock, election, counter, barrier, party, queue, watches, session, pipeline):
    recipe()
    ok(recipe.__name__)
for each in clients:
    each.stop()
