/* Ends a process as kill -9 does, when it does the Nth thing that stays on a disk: makes a file,
 * writes to one, syncs, links, renames, removes. Loaded before a program (ld.so(8), LD_PRELOAD).
 *
 * KILL_COUNT names a file of 8 bytes in which all processes of a run count together; KILL_AT is N,
 * and 0 kills nobody. What asks the kernel itself, without the C library, isn't counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static _Atomic long *count;
static long at;

__attribute__((constructor)) static void begin(void) {
    const char *file = getenv("KILL_COUNT"), *told = getenv("KILL_AT");
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    int fd = file ? real(file, O_RDWR) : -1;
    void *shared = fd < 0 ? MAP_FAILED
                          : mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0) close(fd);
    count = shared == MAP_FAILED ? NULL : shared;
    at = told ? strtol(told, NULL, 10) : 0;
}

static void step(void) {
    if (count && ++*count == at) kill(getpid(), SIGKILL);
}

static int is_file(int fd) {
    struct stat told;
    return !fstat(fd, &told) && S_ISREG(told.st_mode);
}

#define REAL(result, name, parameters) \
    static result(*real) parameters; \
    if (!real) real = (result(*) parameters)dlsym(RTLD_NEXT, #name)

#define OPEN(name, given, passed) \
    int name given { \
        static int(*real)(); \
        if (!real) real = (int (*)())dlsym(RTLD_NEXT, #name); \
        va_list more; \
        va_start(more, how); \
        mode_t mode = (how & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        if (how & O_CREAT) step(); \
        return real passed; \
    }

OPEN(open, (const char *path, int how, ...), (path, how, mode))
OPEN(open64, (const char *path, int how, ...), (path, how, mode))
OPEN(openat, (int fd, const char *path, int how, ...), (fd, path, how, mode))
OPEN(openat64, (int fd, const char *path, int how, ...), (fd, path, how, mode))

#define STEP(result, name, parameters, arguments) \
    result name parameters { \
        REAL(result, name, parameters); \
        step(); \
        return real arguments; \
    }
#define WRITE(result, name, parameters, arguments) \
    result name parameters { \
        REAL(result, name, parameters); \
        if (is_file(fd)) step(); \
        return real arguments; \
    }

WRITE(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
WRITE(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t to), (fd, data, size, to))
WRITE(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t to), (fd, data, size, to))
STEP(int, fsync, (int fd), (fd))
STEP(int, fdatasync, (int fd), (fd))
STEP(int, ftruncate, (int fd, off_t size), (fd, size))
STEP(int, ftruncate64, (int fd, off64_t size), (fd, size))
STEP(int, rename, (const char *old, const char *new), (old, new))
STEP(int, renameat, (int a, const char *old, int b, const char *new), (a, old, b, new))
STEP(int, link, (const char *old, const char *new), (old, new))
STEP(int, linkat, (int a, const char *old, int b, const char *new, int how), (a, old, b, new, how))
STEP(int, unlink, (const char *path), (path))
STEP(int, unlinkat, (int fd, const char *path, int how), (fd, path, how))
STEP(int, mkdir, (const char *path, mode_t mode), (path, mode))
STEP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode))
