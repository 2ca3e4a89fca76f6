// x86-64-v3: AVX2 and fused multiply-add.
#if defined(__x86_64__)
#define VECTOR_BYTES 32
#define HAS_FMA 1
#define HAS_MASKED_LOADS 1
#define VECTOR_REGISTERS 16
#define LEVEL_TARGET "arch=x86-64-v3"
#define LEVEL_TABLE nk_table_v3
#include "Level.h"
#endif
