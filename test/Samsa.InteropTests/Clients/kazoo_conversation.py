"""The same requests to any server: python3 kazoo_conversation.py HOST:PORT. Prints every answer without times, ids and addresses."""
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException
from kazoo.security import ACL, Id, OPEN_ACL_UNSAFE, make_acl, make_digest_acl


def connect():
    zk = KazooClient(sys.argv[1], timeout=30)
    zk.start(60)
    return zk


one, two = connect(), connect()
base = one.create("/base-", sequence=True)
origin = one.exists(base).czxid
names = {one.client_id[0]: "one", two.client_id[0]: "two"}


def plain(value):
    if isinstance(value, KazooException):
        return type(value).__name__
    if hasattr(value, "czxid"):
        zxids = [zxid - origin for zxid in (value.czxid, value.mzxid, value.pzxid)]
        owner = names.get(value.ephemeralOwner, value.ephemeralOwner)
        return ("stat", zxids, value.version, value.cversion, value.aversion, owner, value.dataLength, value.numChildren)
    if isinstance(value, str):
        return value.replace(base, "BASE")
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def tell(what, call):
    try:
        answer = plain(call())
        if what.startswith("children"):
            answer = sorted(answer)
    except Exception as failure:
        answer = type(failure).__name__
    print(what, answer, flush=True)


def events(zk, path, kind):
    seen = []
    getattr(zk, kind)(path, watch=lambda event: seen.append((event.type, plain(event.path))))
    return seen


def settled(*lists):
    """The events, once each list has one: kazoo calls back from a thread of its own."""
    end = time.monotonic() + 120
    while not all(lists) and time.monotonic() < end:
        time.sleep(0.01)
    return list(lists)


P = base
tell("create", lambda: one.create(P + "/a", b"1"))
tell("create again", lambda: one.create(P + "/a", b"1"))
tell("create without parent", lambda: one.create(P + "/x/y"))
tell("create2", lambda: one.create(P + "/b", b"22", include_data=True))
tell("sequential", lambda: [one.create(P + "/a/s-", sequence=True) for _ in range(3)])
tell("delete sequential", lambda: one.delete(P + "/a/s-0000000001"))
tell("sequential again", lambda: one.create(P + "/a/s-", sequence=True))
tell("ephemeral", lambda: one.create(P + "/e", b"", ephemeral=True))
tell("below ephemeral", lambda: one.create(P + "/e/x"))
tell("stat of ephemeral", lambda: two.exists(P + "/e"))
tell("stat", lambda: one.exists(P + "/a"))
tell("get", lambda: one.get(P + "/a"))
tell("get nothing", lambda: one.get(P + "/none"))
tell("set", lambda: one.set(P + "/a", b"333"))
tell("set version", lambda: one.set(P + "/a", b"4", version=1))
tell("set bad version", lambda: one.set(P + "/a", b"5", version=1))
tell("set nothing", lambda: one.set(P + "/none", b"5"))
tell("children", lambda: one.get_children(P))
tell("children with stat", lambda: one.get_children(P + "/b", include_data=True))
tell("children of nothing", lambda: one.get_children(P + "/none"))
tell("delete with children", lambda: one.delete(P + "/a"))
tell("delete bad version", lambda: one.delete(P + "/b", version=7))
tell("delete", lambda: one.delete(P + "/b", version=0))
tell("delete again", lambda: one.delete(P + "/b"))
tell("delete reserved", lambda: one.delete("/zookeeper"))
tell("sync", lambda: one.sync(P))
for path in ("/zookeeper", "/zookeeper/config", "/zookeeper/quota"):
    tell("stat " + path, lambda: one.exists(path).version)
    tell("acl " + path, lambda: one.get_acls(path)[0])

# Events and the answers around them.
data, exists, children = events(two, P + "/a", "get"), events(two, P + "/later", "exists"), events(two, P, "get_children")
one.set(P + "/a", b"w")
one.create(P + "/later")
one.set(P + "/a", b"w2")
two.sync(P)
tell("events", lambda: settled(data, exists, children))
gone = events(two, P + "/later", "get"), events(two, P + "/later", "get_children")
one.delete(P + "/later")
two.sync(P)
tell("events of a deletion", lambda: settled(*gone))

# All or nothing.
t = one.transaction()
t.create(P + "/t1", b"x")
t.set_data(P + "/a", b"t")
t.check(P + "/a", 99)
t.delete(P + "/e")
tell("failed transaction", t.commit)
t = one.transaction()
t.create(P + "/t1", b"x")
t.create(P + "/t1/e-", b"x", ephemeral=True, sequence=True)
t.set_data(P + "/a", b"t")
t.check(P + "/a", 5)
t.delete(P + "/e")
tell("transaction", t.commit)
tell("stat of a created node", lambda: one.exists(P + "/t1"))

# Who may.
one.add_auth("digest", "bob:secret")
tell("create for one", lambda: one.create(P + "/bob", b"s", acl=[make_digest_acl("bob", "secret", all=True)]))
tell("create for auth", lambda: one.create(P + "/auth", b"s", acl=[make_acl("auth", "", all=True)]))
tell("acl of auth", lambda: one.get_acls(P + "/auth"))
for what, call in (("get", two.get), ("children", two.get_children), ("get_acls", two.get_acls), ("exists", two.exists), ("delete", two.delete)):
    tell("others " + what, lambda: call(P + "/bob"))
tell("others create", lambda: two.create(P + "/bob/x"))
tell("others set acl", lambda: two.set_acls(P + "/bob", OPEN_ACL_UNSAFE))
tell("auth without", lambda: two.create(P + "/no", acl=[make_acl("auth", "", all=True)]))
tell("unknown scheme", lambda: two.create(P + "/no", acl=[make_acl("banana", "x", all=True)]))
tell("bad address", lambda: two.create(P + "/no", acl=[make_acl("ip", "10.0.0.0/99", all=True)]))
tell("address", lambda: two.create(P + "/ip", acl=[make_acl("ip", "127.0.0.0/8", read=True), make_acl("ip", "127.0.0.0/8", read=True)]))
tell("acl of address", lambda: two.get_acls(P + "/ip"))
tell("set by address", lambda: two.set(P + "/ip", b""))
tell("read only acl", lambda: one.create(P + "/r", b"d", acl=[ACL(1, Id("world", "anyone"))]))
tell("digest hidden", lambda: one.create(P + "/h", acl=[make_digest_acl("eve", "pw", all=True), ACL(1, Id("world", "anyone"))]))
tell("acl hidden", lambda: two.get_acls(P + "/h")[0])
tell("set acl", lambda: one.set_acls(P + "/bob", OPEN_ACL_UNSAFE))
tell("set acl bad version", lambda: one.set_acls(P + "/bob", OPEN_ACL_UNSAFE, version=9))
tell("others get now", lambda: two.get(P + "/bob"))

# The end of a session.
waiting = threading.Event()
two.exists(P + "/t1/e-0000000000", watch=lambda event: waiting.set())
one.stop()
tell("ephemeral of a closed session", lambda: (waiting.wait(120), two.exists(P + "/t1/e-0000000000")))
two.stop()
