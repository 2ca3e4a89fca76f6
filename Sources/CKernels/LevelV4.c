// x86-64-v4: AVX-512 with its masks.
#if defined(__x86_64__)
#define VECTOR_BYTES 64
#define HAS_FMA 1
#define HAS_MASKS 1
#define VECTOR_REGISTERS 32
#define LEVEL_TARGET "arch=x86-64-v4"
#define LEVEL_TABLE nk_table_v4
#include "Level.h"
#endif
