"""All nodes of a server: python3 kazoo_dump.py HOST:PORT [AUTH]. Data, the whole stat and the ACL of each."""
import sys

from kazoo.client import KazooClient

zk = KazooClient(sys.argv[1], timeout=30)
zk.start(60)
if len(sys.argv) > 2:
    zk.add_auth("digest", sys.argv[2])


def walk(path):
    data, stat = zk.get(path)
    acl = [(entry.perms, entry.id.scheme, entry.id.id) for entry in zk.get_acls(path)[0]]
    print(path, data, tuple(stat), acl)
    for name in sorted(zk.get_children(path)):
        walk(path.rstrip("/") + "/" + name)


walk("/")
zk.stop()
