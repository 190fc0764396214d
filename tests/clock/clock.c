/* Another date for a program and all that it starts: loaded before it (ld.so(8), LD_PRELOAD).
 *
 * It is loaded before what is started without its environment, too (execve(2)).
 *
 * What tells the date is AT_OFFSET_S seconds later, the times of files too; what waits until a date
 * waits as long as it would. Clocks that only count (CLOCK_MONOTONIC) are left alone. A program
 * that asks the kernel itself, without the C library, is told the true date: Go's are.
 *
 * libfaketime 0.9.10 leaves the times of files as they are with glibc 2.33 and newer, and its
 * time.sleep fails where CLOCK_MONOTONIC is left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>

static long offset_s(void) {
    static long known, read;
    if (!read) {
        const char *told = getenv("AT_OFFSET_S");
        known = told ? strtol(told, NULL, 10) : 0;
        read = 1;
    }
    return known;
}

#define REAL(result, name, parameters) \
    static result(*real) parameters; \
    if (!real) real = (result(*) parameters)dlsym(RTLD_NEXT, #name)

static int is_date(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    REAL(int, clock_gettime, (clockid_t, struct timespec *));
    int failed = real(clock, at);
    if (!failed && is_date(clock)) at->tv_sec += offset_s();
    return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    REAL(int, gettimeofday, (struct timeval *, void *));
    int failed = real(at, zone);
    if (!failed) at->tv_sec += offset_s();
    return failed;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *at, int base) {
    if (base != TIME_UTC) return 0;
    clock_gettime(CLOCK_REALTIME, at);
    return base;
}

/* What is awaited, in true time, where it is a date: counting clocks are far from it. */
static const struct timespec *awaited(const struct timespec *until, struct timespec *out) {
    struct timespec now;
    if (!until) return NULL;
    clock_gettime(CLOCK_REALTIME, &now);
    *out = *until;
    if (labs(now.tv_sec - until->tv_sec) < labs(offset_s()) / 2) out->tv_sec -= offset_s();
    return out;
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    struct timespec out;
    if (!real) { /* the oldest version of the name is another type of condition */
        real = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))dlvsym(
            RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
        if (!real) real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    }
    return real(cond, mutex, awaited(until, &out));
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex,
                            const struct timespec *restrict until) {
    REAL(int, pthread_mutex_timedlock, (pthread_mutex_t *, const struct timespec *));
    struct timespec out;
    return real(mutex, awaited(until, &out));
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    REAL(int, sem_timedwait, (sem_t *, const struct timespec *));
    struct timespec out;
    return real(semaphore, awaited(until, &out));
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until,
                    struct timespec *left) {
    REAL(int, clock_nanosleep, (clockid_t, int, const struct timespec *, struct timespec *));
    struct timespec out;
    int date = (flags & TIMER_ABSTIME) && is_date(clock);
    return real(clock, flags, date ? awaited(until, &out) : until, left);
}

#define STAT(name, type, parameters, arguments) \
    int name parameters { \
        REAL(int, name, parameters); \
        int failed = real arguments; \
        if (!failed) { \
            told->st_atim.tv_sec += offset_s(); \
            told->st_mtim.tv_sec += offset_s(); \
            told->st_ctim.tv_sec += offset_s(); \
        } \
        return failed; \
    }

STAT(stat, stat, (const char *path, struct stat *told), (path, told))
STAT(lstat, stat, (const char *path, struct stat *told), (path, told))
STAT(fstat, stat, (int fd, struct stat *told), (fd, told))
STAT(fstatat, stat, (int fd, const char *path, struct stat *told, int how), (fd, path, told, how))
STAT(stat64, stat64, (const char *path, struct stat64 *told), (path, told))
STAT(lstat64, stat64, (const char *path, struct stat64 *told), (path, told))
STAT(fstat64, stat64, (int fd, struct stat64 *told), (fd, told))
STAT(fstatat64, stat64, (int fd, const char *path, struct stat64 *told, int how),
     (fd, path, told, how))

static const struct timespec *stamps(const struct timespec asked[2], struct timespec out[2]) {
    if (!asked) return NULL;
    for (int i = 0; i < 2; i++) {
        out[i] = asked[i];
        if (out[i].tv_nsec != UTIME_NOW && out[i].tv_nsec != UTIME_OMIT)
            out[i].tv_sec -= offset_s();
    }
    return out;
}

int utimensat(int fd, const char *path, const struct timespec asked[2], int how) {
    REAL(int, utimensat, (int, const char *, const struct timespec *, int));
    struct timespec out[2];
    return real(fd, path, stamps(asked, out), how);
}

int futimens(int fd, const struct timespec asked[2]) {
    REAL(int, futimens, (int, const struct timespec *));
    struct timespec out[2];
    return real(fd, stamps(asked, out));
}

static int has(char *const environment[], const char *name) {
    for (; *environment; environment++)
        if (!strncmp(*environment, name, strlen(name))) return 1;
    return 0;
}

static char library[4096], offset[64]; /* LD_PRELOAD=..., AT_OFFSET_S=... as they are for us */

__attribute__((constructor)) static void remember(void) {
    const char *path = getenv("LD_PRELOAD"), *told = getenv("AT_OFFSET_S");
    if (!path || !told || strlen(path) > 4000 || strlen(told) > 40) return;
    strcat(strcpy(library, "LD_PRELOAD="), path);
    strcat(strcpy(offset, "AT_OFFSET_S="), told);
}

/* Memory of the stack alone: after vfork(2) the parent's is shared. */
int execve(const char *path, char *const arguments[], char *const environment[]) {
    REAL(int, execve, (const char *, char *const[], char *const[]));
    size_t count = 0;
    while (environment[count]) count++;
    char *longer[count + 3];
    memcpy(longer, environment, count * sizeof *longer);
    if (*library && !has(environment, "LD_PRELOAD=")) longer[count++] = library;
    if (*offset && !has(environment, "AT_OFFSET_S=")) longer[count++] = offset;
    longer[count] = NULL;
    return real(path, arguments, longer);
}
