/*
 * What a disk would hold after a power cut, for a process that is loaded with LD_PRELOAD=this.
 *
 * SAMSA_DISK names the directory that stands on the disk, SAMSA_DURABLE an empty one that becomes the disk's memory:
 *   KEY         the content of a file at its last fsync (as it was when fsync was called)
 *   KEY.names   the names in a directory at its last fsync: "KEY TAB f|d TAB name" lines
 *   root        the key of SAMSA_DISK itself
 * KEY is inode and time of birth, so it outlives renames and is not taken over by a later file with the same inode.
 * What lies in SAMSA_DISK when the process starts is durable. Everything else is forgotten: a write without fsync, a name
 * without fsync of its directory. A failure of this library ends the process loudly, it never makes a disk look better.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char disk[PATH_MAX];
static char durable[PATH_MAX];
static char self[PATH_MAX];

static void fail(const char *what, const char *path)
{
    fprintf(stderr, "durable_disk: %s %s: %s\n", what, path, strerror(errno));
    abort();
}

static void key_of(int dirfd, const char *path, int flags, char *key, mode_t *mode)
{
    struct statx st;
    if (statx(dirfd, path, flags, STATX_BASIC_STATS | STATX_BTIME, &st) != 0) {
        key[0] = 0;
        return;
    }
    long long born = st.stx_mask & STATX_BTIME ? st.stx_btime.tv_sec * 1000000000LL + st.stx_btime.tv_nsec : 0;
    snprintf(key, 64, "%llu-%lld", (unsigned long long)st.stx_ino, born);
    *mode = st.stx_mode;
}

/* Replaces durable/KEY+suffix in one step: a process that is killed meanwhile leaves the old one. */
static int begin(char *temporary)
{
    snprintf(temporary, PATH_MAX + 32, "%s/writing", durable);
    int out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0)
        fail("create", temporary);
    return out;
}

static void commit(int out, const char *temporary, const char *key, const char *suffix)
{
    char path[PATH_MAX + 128];
    snprintf(path, sizeof path, "%s/%s%s", durable, key, suffix);
    if (close(out) != 0 || rename(temporary, path) != 0)
        fail("commit", path);
}

static void put(int out, const char *bytes, size_t length, const char *path)
{
    while (length > 0) {
        ssize_t written = write(out, bytes, length);
        if (written < 0)
            fail("write", path);
        bytes += written;
        length -= (size_t)written;
    }
}

static void keep_file(const char *path, const char *key)
{
    char temporary[PATH_MAX + 32], buffer[65536];
    struct stat st;
    int in = open(path, O_RDONLY | O_CLOEXEC);
    if (in < 0 || fstat(in, &st) != 0)
        fail("read", path);
    int out = begin(temporary);
    for (off_t left = st.st_size; left > 0;) {
        ssize_t got = read(in, buffer, left < (off_t)sizeof buffer ? (size_t)left : sizeof buffer);
        if (got < 0)
            fail("read", path);
        if (got == 0)
            break;
        put(out, buffer, (size_t)got, temporary);
        left -= got;
    }
    close(in);
    commit(out, temporary, key, "");
}

/* With deep, everything below is kept too: that is how a disk starts. */
static void keep_directory(const char *path, const char *key, int deep)
{
    char temporary[PATH_MAX + 32], line[PATH_MAX];
    char names[1 << 18];
    size_t length = 0;
    DIR *directory = opendir(path);
    if (directory == NULL)
        fail("list", path);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char child[64];
        mode_t mode = 0;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        key_of(dirfd(directory), entry->d_name, AT_SYMLINK_NOFOLLOW, child, &mode);
        if (child[0] == 0)
            continue; /* removed or renamed while we look */
        int size = snprintf(line, sizeof line, "%s\t%c\t%s\n", child, S_ISDIR(mode) ? 'd' : 'f', entry->d_name);
        if (length + (size_t)size > sizeof names)
            fail("too many names in", path);
        memcpy(names + length, line, (size_t)size);
        length += (size_t)size;
        if (deep) {
            char below[PATH_MAX];
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
            if (S_ISDIR(mode))
                keep_directory(below, child, 1);
            else
                keep_file(below, child);
        }
    }
    closedir(directory);
    int out = begin(temporary);
    put(out, names, length, temporary);
    commit(out, temporary, key, ".names");
}

static int keep(int fd)
{
    char link[64], path[PATH_MAX], key[64];
    mode_t mode = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) {
        errno = EBADF;
        return -1;
    }
    path[length] = 0;
    size_t root = strlen(disk);
    if (root == 0 || strncmp(path, disk, root) != 0 || (path[root] != 0 && path[root] != '/'))
        return 0;
    key_of(fd, "", AT_EMPTY_PATH, key, &mode);
    if (key[0] == 0)
        fail("statx", path);
    pthread_mutex_lock(&lock);
    if (S_ISDIR(mode))
        keep_directory(link, key, 0);
    else
        keep_file(link, key);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd)
{
    return keep(fd);
}

int fdatasync(int fd)
{
    return keep(fd);
}

/* The runtime asks libc itself for functions that C# imports from "libc"; it gets them from here first. */
void *dlopen(const char *name, int flags)
{
    static void *(*next)(const char *, int);
    if (next == NULL)
        next = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
    if (name != NULL && (strcmp(name, "libc") == 0 || strcmp(name, "libc.so") == 0 || strcmp(name, "libc.so.6") == 0))
        name = self;
    return next(name, flags);
}

__attribute__((constructor)) static void start(void)
{
    char key[64], path[PATH_MAX + 32];
    mode_t mode = 0;
    Dl_info me;
    const char *from = getenv("SAMSA_DISK"), *to = getenv("SAMSA_DURABLE");
    if (from == NULL || to == NULL)
        return;
    if (dladdr((void *)start, &me) == 0 || realpath(me.dli_fname, self) == NULL || realpath(from, disk) == NULL
        || realpath(to, durable) == NULL)
        fail("find", from);
    snprintf(path, sizeof path, "%s/root", durable);
    if (access(path, F_OK) == 0)
        return; /* a child of the process that began */
    key_of(AT_FDCWD, disk, 0, key, &mode);
    keep_directory(disk, key, 1);
    char temporary[PATH_MAX + 32];
    int out = begin(temporary);
    put(out, key, strlen(key), temporary);
    commit(out, temporary, "root", "");
}
