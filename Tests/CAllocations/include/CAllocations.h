#pragma once

#include <stdbool.h>

/// Whether allocations can be counted on this platform (glibc only).
bool allocations_are_counted(void);
/// Begins to count the allocations of the calling thread.
void allocations_begin(void);
/// Stops counting; how many there were since `allocations_begin`.
long allocations_end(void);
/// The most bytes that were in use at one time, beyond those at `allocations_begin`, while the calling thread was last counted.
long allocations_peak(void);
