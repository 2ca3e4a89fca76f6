// The baseline: SSE2 on x86-64, NEON on arm64.
#define VECTOR_BYTES 16
#if defined(__aarch64__)
#define HAS_FMA 1
#define VECTOR_REGISTERS 32
#else
#define HAS_FMA 0
#define VECTOR_REGISTERS 16
#endif
#define LEVEL_TABLE nk_table_base
#include "Level.h"
