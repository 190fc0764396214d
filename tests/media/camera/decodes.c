/* Says on standard error, at each packet that FFmpeg decodes and each stream that it looks into, how
   many seccomp filters hold the process by then. Preloaded; it reads its own /proc file through a
   descriptor that was open. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int status = -1;
static const char *library, *name;

__attribute__((constructor)) static void begin(void) {
  status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

/* Python loads FFmpeg for itself alone, where RTLD_NEXT doesn't look. */
static int find(struct dl_phdr_info *info, size_t size, void *found) {
  (void)size;
  if (!strstr(info->dlpi_name, library)) return 0;
  void *loaded = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
  *(void **)found = loaded ? dlsym(loaded, name) : 0;
  return 1;
}

static void *real(const char *in, const char *called) {
  void *found = 0;
  library = in, name = called;
  dl_iterate_phdr(find, &found);
  return found;
}

static void say(const char *what) {
  char text[8192] = "", said[64];
  if (pread(status, text, sizeof text - 1, 0) > 0) {
    const char *at = strstr(text, "Seccomp_filters:");
    int filters = -1;
    if (at) sscanf(at, "Seccomp_filters: %d", &filters);
    int length = snprintf(said, sizeof said, "%s %d\n", what, filters);
    if (write(2, said, length) < 0) return;
  }
}

int avcodec_send_packet(void *context, const void *packet) {
  static int (*known)(void *, const void *);
  if (!known) *(void **)&known = real("libavcodec", "avcodec_send_packet");
  say("decodes");
  return known(context, packet);
}

int avformat_find_stream_info(void *context, void **options) {
  static int (*known)(void *, void **);
  if (!known) *(void **)&known = real("libavformat", "avformat_find_stream_info");
  say("looks");
  return known(context, options);
}
