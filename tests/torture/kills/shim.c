/* Kills its process at the Nth call of one system call, before the call or after it.

   Preloaded (LD_PRELOAD) into an interpreter, it stands between the program and libc.
   It does nothing until it is told to count. strace cannot kill after a call: a
   SIGKILL that it injects at the entry of a call keeps the kernel from making it.

   It can also write down what is done to files whose path begins in a certain way, so
   that a power cut can be played afterwards: what was not synced is left out. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* In the order of CALLS in injecting.py. */
enum call { WRITE, PWRITE64, FSYNC, FDATASYNC, SENDTO, RECVFROM, CONNECT, RENAME, UNLINK,
            FTRUNCATE, LINK, MKDIR, CALLS };

static int is_counting;
static long counted[CALLS];
static int armed = -1, is_after;
static long armed_at;
static int spared = -1;
static int journal = -1;
static char prefix[4096];

static void die(void) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) syscall(SYS_pause);
}

/* Returns whether to die once the call is made. */
static int strikes(enum call call) {
    if (!is_counting) return 0;
    long number = __atomic_add_fetch(&counted[call], 1, __ATOMIC_SEQ_CST);
    if (call != armed || number != armed_at) return 0;
    if (!is_after) die();
    return 1;
}

void sweep_begin(void) { is_counting = 1; }
void sweep_end(void) { is_counting = 0; }
void sweep_arm(int call, long number, int after) {
    armed = call; armed_at = number; is_after = after;
}
long sweep_counted(int call) { return counted[call]; }
void sweep_spare(int fd) { spared = fd; }

int sweep_journal(const char *path, const char *files) {
    snprintf(prefix, sizeof prefix, "%s", files);
    journal = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    return journal;
}

static void put(const void *data, size_t size) {
    syscall(SYS_write, journal, data, size);
}

static void note_path(enum call call, const char *path, int64_t offset,
                      const void *data, int64_t size) {
    if (journal < 0 || strncmp(path, prefix, strlen(prefix)) != 0) return;
    int64_t head[4] = { call, (int64_t)strlen(path), offset, size };
    put(head, sizeof head);
    put(path, strlen(path));
    if (data != NULL) put(data, size);
}

static void note(enum call call, int fd, int64_t offset, const void *data, int64_t size) {
    if (journal < 0) return;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlink, link, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    note_path(call, path, offset, data, size);
}

#define AROUND(result, call, name, parameters, arguments, noting)            \
    result name parameters {                                                 \
        static result (*real) parameters;                                    \
        if (real == NULL) real = (result (*) parameters)dlsym(RTLD_NEXT, #name); \
        int dies = strikes(call);                                            \
        result done = real arguments;                                        \
        if (done >= 0) { noting; }                                           \
        if (dies) die();                                                     \
        return done;                                                         \
    }

ssize_t write(int fd, const void *data, size_t size) {
    static ssize_t (*real)(int, const void *, size_t);
    if (real == NULL) real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (fd == spared) return real(fd, data, size);
    int dies = strikes(WRITE);
    ssize_t done = real(fd, data, size);
    if (dies) die();
    return done;
}

AROUND(ssize_t, PWRITE64, pwrite64, (int fd, const void *data, size_t size, off64_t at),
       (fd, data, size, at), note(PWRITE64, fd, at, data, done))
AROUND(ssize_t, PWRITE64, pwrite, (int fd, const void *data, size_t size, off_t at),
       (fd, data, size, at), note(PWRITE64, fd, at, data, done))
AROUND(int, FSYNC, fsync, (int fd), (fd), note(FSYNC, fd, 0, NULL, 0))
AROUND(int, FDATASYNC, fdatasync, (int fd), (fd), note(FDATASYNC, fd, 0, NULL, 0))
AROUND(ssize_t, SENDTO, send, (int fd, const void *data, size_t size, int flags),
       (fd, data, size, flags), )
AROUND(ssize_t, SENDTO, sendto, (int fd, const void *data, size_t size, int flags,
       const struct sockaddr *to, socklen_t length), (fd, data, size, flags, to, length), )
AROUND(ssize_t, RECVFROM, recv, (int fd, void *data, size_t size, int flags),
       (fd, data, size, flags), )
AROUND(ssize_t, RECVFROM, recvfrom, (int fd, void *data, size_t size, int flags,
       struct sockaddr *from, socklen_t *length), (fd, data, size, flags, from, length), )
AROUND(int, CONNECT, connect, (int fd, const struct sockaddr *to, socklen_t length),
       (fd, to, length), )
AROUND(int, RENAME, rename, (const char *from, const char *to), (from, to), )
AROUND(int, UNLINK, unlink, (const char *path), (path), note_path(UNLINK, path, 0, NULL, 0))
AROUND(int, UNLINK, unlinkat, (int folder, const char *path, int flags),
       (folder, path, flags), )
AROUND(int, UNLINK, rmdir, (const char *path), (path), )
AROUND(int, FTRUNCATE, ftruncate64, (int fd, off64_t size), (fd, size),
       note(FTRUNCATE, fd, size, NULL, 0))
AROUND(int, FTRUNCATE, ftruncate, (int fd, off_t size), (fd, size),
       note(FTRUNCATE, fd, size, NULL, 0))
AROUND(int, LINK, link, (const char *from, const char *to), (from, to), )
AROUND(int, LINK, linkat, (int one, const char *from, int other, const char *to, int flags),
       (one, from, other, to, flags), )
AROUND(int, MKDIR, mkdir, (const char *path, mode_t mode), (path, mode), )
