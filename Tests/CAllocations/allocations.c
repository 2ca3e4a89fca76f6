// Counts what a thread allocates: in front of the C library's allocator, or by the hooks of a sanitizer's. Tests only.
#include "CAllocations.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static __thread bool counting = false;
static __thread long count = 0;
static __thread long bytes = 0;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

#if defined(HAS_SANITIZER)
// From sanitizer/allocator_interface.h.
extern int __sanitizer_install_malloc_and_free_hooks(
    void (*)(const volatile void *, size_t), void (*)(const volatile void *));

static void note_allocation(const volatile void *memory, size_t size) {
  (void)memory;
  if (!counting) return;
  count++;
  bytes += (long)size;
}

static void note_free(const volatile void *memory) { (void)memory; }

__attribute__((constructor)) static void install(void) {
  __sanitizer_install_malloc_and_free_hooks(note_allocation, note_free);
}

bool allocations_are_counted(void) { return true; }
#elif defined(__GLIBC__)
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
