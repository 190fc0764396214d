/* Says on standard error, at each packet that FFmpeg decodes, how many seccomp filters hold the
   process by then. Preloaded; it reads its own /proc file through a descriptor that was open. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int status = -1;

__attribute__((constructor)) static void begin(void) {
  status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

/* Python loads FFmpeg for itself alone, where RTLD_NEXT doesn't look. */
static int find(struct dl_phdr_info *info, size_t size, void *found) {
  (void)size;
  if (!strstr(info->dlpi_name, "libavcodec")) return 0;
  void *library = dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
  *(void **)found = library ? dlsym(library, "avcodec_send_packet") : 0;
  return 1;
}

int avcodec_send_packet(void *context, const void *packet) {
  static int (*real)(void *, const void *);
  char text[8192] = "", said[64];
  if (!real) dl_iterate_phdr(find, &real);
  if (pread(status, text, sizeof text - 1, 0) > 0) {
    const char *at = strstr(text, "Seccomp_filters:");
    int filters = -1;
    if (at) sscanf(at, "Seccomp_filters: %d", &filters);
    int length = snprintf(said, sizeof said, "decodes %d\n", filters);
    if (write(2, said, length) < 0) return -1;
  }
  return real(context, packet);
}
