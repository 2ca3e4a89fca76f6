// Every kernel for one scalar type T (S: the integer of its size, N: its suffix) at one feature
// level.
#define W (VECTOR_BYTES / (long)sizeof(T))
#define V N(vector)
#define I N(integers)

#include "Vector.h"
#include "Functions.h"
#include "Fused.h"
#include "ScalarProgram.h"
#include "Pack.h"
#include "Gemm.h"
#include "Reductions.h"
#include "Movement.h"
#include "Convolution.h"
#include "Rows.h"
#include "Adam.h"

#undef W
#undef V
#undef I
