// Counts what a thread allocates: in front of the C library's allocator, or by the hooks of a sanitizer's. Tests only.
#include "CAllocations.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static __thread bool counting = false;
static __thread long count = 0;
static __thread long bytes = 0;
static __thread long peak = 0;

static void grow(size_t size) {
  bytes += (long)size;
  if (bytes > peak) peak = bytes;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

#if defined(HAS_SANITIZER)
// From sanitizer/allocator_interface.h.
extern int __sanitizer_install_malloc_and_free_hooks(
    void (*)(const volatile void *, size_t), void (*)(const volatile void *));
extern size_t __sanitizer_get_allocated_size(const volatile void *);

static void note_allocation(const volatile void *memory, size_t size) {
  (void)memory;
  if (!counting) return;
  count++;
  grow(size);
}

static void note_free(const volatile void *memory) {
  if (counting && memory) bytes -= (long)__sanitizer_get_allocated_size(memory);
}

__attribute__((constructor)) static void install(void) {
  __sanitizer_install_malloc_and_free_hooks(note_allocation, note_free);
}

bool allocations_are_counted(void) { return true; }
#elif defined(__GLIBC__)
#include <malloc.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static void *noted(void *memory) {
  if (counting && memory) {
    count++;
    grow(malloc_usable_size(memory));
  }
  return memory;
}

void *malloc(size_t size) { return noted(__libc_malloc(size)); }

void *calloc(size_t number, size_t size) { return noted(__libc_calloc(number, size)); }

void *realloc(void *memory, size_t size) {
  if (counting && memory) bytes -= (long)malloc_usable_size(memory);
  return noted(__libc_realloc(memory, size));
}

void *aligned_alloc(size_t alignment, size_t size) {
  return noted(__libc_memalign(alignment, size));
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  *memory = noted(__libc_memalign(alignment, size));
  return *memory ? 0 : ENOMEM;
}

void free(void *memory) {
  if (counting && memory) bytes -= (long)malloc_usable_size(memory);
  __libc_free(memory);
}

bool allocations_are_counted(void) { return true; }
#else
bool allocations_are_counted(void) { return false; }
#endif

void allocations_begin(void) {
  count = 0;
  bytes = 0;
  peak = 0;
  counting = true;
}

long allocations_end(void) {
  counting = false;
  return count;
}

long allocations_peak(void) { return peak; }
