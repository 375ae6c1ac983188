// What a program in C does with ZooKeeper, by Apache's C client (libzookeeper_mt): every step prints a line, the first that
// fails ends it. The argument is host:port.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zookeeper/zookeeper.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t told = PTHREAD_COND_INITIALIZER;
static int connected, events, last_type;
static char last_path[256];

static void on_session(zhandle_t *zh, int type, int state, const char *path, void *context) {
    pthread_mutex_lock(&lock);
    if (type == ZOO_SESSION_EVENT && state == ZOO_CONNECTED_STATE) connected = 1;
    pthread_cond_broadcast(&told);
    pthread_mutex_unlock(&lock);
}

static void on_change(zhandle_t *zh, int type, int state, const char *path, void *context) {
    if (type == ZOO_SESSION_EVENT) return;
    pthread_mutex_lock(&lock);
    events++;
    last_type = type;
    snprintf(last_path, sizeof last_path, "%s", path);
    pthread_cond_broadcast(&told);
    pthread_mutex_unlock(&lock);
}

static void until(int *what, int value) {
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 30;
    pthread_mutex_lock(&lock);
    while (*what < value) {
        if (pthread_cond_timedwait(&told, &lock, &end) == ETIMEDOUT) {
            printf("nothing was told\n");
            exit(1);
        }
    }
    pthread_mutex_unlock(&lock);
}

static void check(const char *step, int rc, int expected) {
    if (rc != expected) {
        printf("%s: %s instead of %s\n", step, zerror(rc), zerror(expected));
        exit(1);
    }
    printf("ok %s\n", step);
}

int main(int argc, char **argv) {
    char path[256], data[256];
    int length = sizeof data;
    struct Stat stat;
    struct String_vector names;
    zoo_set_debug_level(0);
    zhandle_t *zh = zookeeper_init(argv[1], on_session, 10000, 0, 0, 0);
    if (!zh) return 1;
    until(&connected, 1);

    check("create", zoo_create(zh, "/c", "one", 3, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path), ZOK);
    check("create again", zoo_create(zh, "/c", "one", 3, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path), ZNODEEXISTS);
    check("create sequential", zoo_create(zh, "/c/s-", "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_SEQUENCE, path, sizeof path), ZOK);
    check("the number", strcmp(path, "/c/s-0000000000"), 0);
    check("create ephemeral with its stat",
        zoo_create2(zh, "/c/e", "e", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, path, sizeof path, &stat), ZOK);
    check("the owner", stat.ephemeralOwner == zoo_client_id(zh)->client_id ? 0 : 1, 0);
    check("get with a watch", zoo_wget(zh, "/c", on_change, 0, data, &length, &stat), ZOK);
    check("the data", length == 3 && memcmp(data, "one", 3) == 0 && stat.numChildren == 2 ? 0 : 1, 0);
    check("set", zoo_set(zh, "/c", "two", 3, 0), ZOK);
    until(&events, 1);
    check("the event", last_type == ZOO_CHANGED_EVENT && strcmp(last_path, "/c") == 0 ? 0 : 1, 0);
    check("set by an old version", zoo_set(zh, "/c", "x", 1, 0), ZBADVERSION);
    check("exists with a watch", zoo_wexists(zh, "/c/new", on_change, 0, &stat), ZNONODE);
    check("children with a watch", zoo_wget_children2(zh, "/c", on_change, 0, &names, &stat), ZOK);
    check("their number", names.count, 2);
    check("create what is watched", zoo_create(zh, "/c/new", 0, -1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path), ZOK);
    until(&events, 3);
    length = sizeof data;
    check("get null", zoo_get(zh, "/c/new", 0, data, &length, &stat), ZOK);
    check("its length", length, -1);

    zoo_op_t ops[3];
    zoo_op_result_t results[3];
    zoo_create_op_init(&ops[0], "/c/m", "m", 1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
    zoo_check_op_init(&ops[1], "/c", 1);
    zoo_delete_op_init(&ops[2], "/c/new", -1);
    check("multi", zoo_multi(zh, 3, ops, results), ZOK);
    zoo_check_op_init(&ops[1], "/c", 7);
    zoo_create_op_init(&ops[0], "/c/m2", "m", 1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
    check("multi that fails", zoo_multi(zh, 3, ops, results), ZBADVERSION);
    check("nothing of it was done", zoo_exists(zh, "/c/m2", 0, &stat), ZNONODE);

    struct ACL_vector acl;
    check("acl", zoo_get_acl(zh, "/c", &acl, &stat), ZOK);
    check("its permissions", acl.data[0].perms, ZOO_PERM_ALL);
    check("delete what has children", zoo_delete(zh, "/c", -1), ZNOTEMPTY);
    check("delete", zoo_delete(zh, "/c/m", -1), ZOK);
    check("close", zookeeper_close(zh), ZOK);
    return 0;
}
