/* Says in the pipe LOOKS_TO, at each time that FFmpeg opens, reads, decodes or writes a film, by
   which function and whether seccomp holds the process by then. Preloaded; it reads its own /proc
   file through a descriptor that was open. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int status = -1, to = -1;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("LOOKS_TO");
  status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (path) to = open(path, O_WRONLY | O_CLOEXEC);
}

/* Python loads FFmpeg for itself alone, where RTLD_NEXT doesn't look. */
static const char *wanted;
static int find(struct dl_phdr_info *info, size_t size, void *found) {
  (void)size;
  if (!strstr(info->dlpi_name, "libavformat") && !strstr(info->dlpi_name, "libavcodec")) return 0;
  void *library = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
  void *real = library ? dlsym(library, wanted) : 0;
  if (real) *(void **)found = real;
  return real != 0;
}

static void *told(const char *name, void *real) {
  char text[8192] = "", said[128];
  if (!real) {
    wanted = name;
    dl_iterate_phdr(find, &real);
  }
  if (pread(status, text, sizeof text - 1, 0) > 0) {
    const char *at = strstr(text, "Seccomp:");
    int held = -1;
    if (at) sscanf(at, "Seccomp: %d", &held);
    int length = snprintf(said, sizeof said, "%s %d\n", name, held);
    if (write(to, said, length) < 0) abort();
  }
  return real;
}

int avformat_open_input(void *a, const void *b, const void *c, void *d) {
  static int (*real)(void *, const void *, const void *, void *);
  real = told("avformat_open_input", real);
  return real(a, b, c, d);
}

int avformat_find_stream_info(void *a, void *b) {
  static int (*real)(void *, void *);
  real = told("avformat_find_stream_info", real);
  return real(a, b);
}

int av_read_frame(void *a, void *b) {
  static int (*real)(void *, void *);
  real = told("av_read_frame", real);
  return real(a, b);
}

int avcodec_send_packet(void *a, const void *b) {
  static int (*real)(void *, const void *);
  real = told("avcodec_send_packet", real);
  return real(a, b);
}

int av_interleaved_write_frame(void *a, void *b) {
  static int (*real)(void *, void *);
  real = told("av_interleaved_write_frame", real);
  return real(a, b);
}
