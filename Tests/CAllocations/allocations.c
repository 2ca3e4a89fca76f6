// Counts what a thread allocates, by standing before the C library's allocator. Tests only.
#include "CAllocations.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static __thread bool counting = false;
static __thread long count = 0;
static __thread long bytes = 0;

#if defined(__GLIBC__)
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static void note(size_t size) {
  if (!counting) return;
  count++;
  bytes += (long)size;
}

void *malloc(size_t size) {
  note(size);
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  note(number * size);
  return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
  note(size);
  return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  note(size);
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}

bool allocations_are_counted(void) { return true; }
#else
bool allocations_are_counted(void) { return false; }
#endif

void allocations_begin(void) {
  count = 0;
  bytes = 0;
  counting = true;
}

long allocations_end(void) {
  counting = false;
  return count;
}

long allocations_bytes(void) { return bytes; }
