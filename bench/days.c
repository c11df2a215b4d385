/* What libfaketime leaves to do, preloaded before it by bench/days.py.

   It does not know sem_clockwait, by which Python waits for locks: a wait until a moment
   of the hurried clock would last as long on the real one. And a name that only this
   knows leads to this machine, unless a file says that no name is known at present. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *until) {
    static int (*really)(sem_t *, clockid_t, const struct timespec *);
    if (!really)
        really = dlsym(RTLD_NEXT, "sem_clockwait");
    const char *speed = getenv("DAYS_SPEED");
    struct timespec at;
    clock_gettime(clock, &at);
    double left = until->tv_sec - at.tv_sec + (until->tv_nsec - at.tv_nsec) / 1e9;
    left = left > 0 ? left / (speed ? atof(speed) : 1.0) : 0;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &at);
    long long nanoseconds = at.tv_nsec + (long long)(left * 1e9);
    at.tv_sec += nanoseconds / 1000000000LL;
    at.tv_nsec = nanoseconds % 1000000000LL;
    return really(semaphore, CLOCK_MONOTONIC, &at);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    static int (*really)(const char *, const char *, const struct addrinfo *,
                         struct addrinfo **);
    if (!really)
        really = dlsym(RTLD_NEXT, "getaddrinfo");
    const char *ours = getenv("DAYS_NAME"), *no_names = getenv("DAYS_NO_NAMES");
    if (name && ours && strcmp(name, ours) == 0) {
        if (no_names && access(no_names, F_OK) == 0)
            return EAI_AGAIN;
        name = "127.0.0.1";
    }
    return really(name, service, hints, found);
}
