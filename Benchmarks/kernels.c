// Micro-benchmark of the kernels: best of several runs, one core. See kernels.sh.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"
#if defined(WITH_OPENBLAS)
// Declared here so that the run-time library alone is enough.
void cblas_sgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc);
void cblas_dgemm(int order, int transpose_a, int transpose_b, int m, int n, int k, double alpha,
                 const double *a, int lda, const double *b, int ldb, double beta, double *c,
                 int ldc);
enum { CblasRowMajor = 101, CblasNoTrans = 111 };
#endif

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/// Seconds of one execution: the best of 15 runs of about 2 ms.
#define BEST(result, body)                                 \
  double result = 1e9;                                     \
  {                                                        \
    long repetitions = 1;                                  \
    for (;;) {                                             \
      double begin = now();                                \
      for (long i_ = 0; i_ < repetitions; i_++) {          \
        body;                                              \
      }                                                    \
      if (now() - begin > 2e-3) break;                     \
      repetitions *= 2;                                    \
    }                                                      \
    for (int run_ = 0; run_ < 15; run_++) {                \
      double begin = now();                                \
      for (long i_ = 0; i_ < repetitions; i_++) {          \
        body;                                              \
      }                                                    \
      double each = (now() - begin) / (double)repetitions; \
      if (each < result) result = each;                    \
    }                                                      \
  }

static float *floats(long n) {
  float *p = aligned_alloc(64, (size_t)(n * 4 + 127) / 64 * 64);
  for (long i = 0; i < n; i++) p[i] = (float)drand48() - 0.5f;
  return p;
}
static double *doubles(long n) {
  double *p = aligned_alloc(64, (size_t)(n * 8 + 127) / 64 * 64);
  for (long i = 0; i < n; i++) p[i] = drand48() - 0.5;
  return p;
}

static const long shapes[][3] = {
    {1, 2, 50},    {1, 50, 2},    {1, 64, 64},    {20, 2, 50},     {20, 50, 2},     {20, 50, 50},
    {128, 64, 64}, {512, 64, 64}, {1000, 20, 20}, {256, 256, 256}, {512, 512, 512}, {128, 785, 64},
    {64, 3, 64},   {1000, 2, 16}, {1000, 16, 2},  {100, 64, 1},
};
enum { shape_count = sizeof shapes / sizeof shapes[0] };

static void products(void) {
  printf(
      "\n| M×K×N | OpenBLAS | packed before | packing each call | Aᵀ, packed before | tanh, bias | "
      "f64 OpenBLAS | f64 packed before |\n"
      "|---|---|---|---|---|---|---|---|\n");
  for (int s = 0; s < shape_count; s++) {
    long m = shapes[s][0], k = shapes[s][1], n = shapes[s][2];
    float *a = floats(m * k), *b = floats(k * n), *c = floats(m * n), *bias = floats(n);
    float *packed = floats((long)nk_packed_count_f32(k, n));
    double *da = doubles(m * k), *db = doubles(k * n), *dc = doubles(m * n);
    double *dpacked = doubles((long)nk_packed_count_f64(k, n));
    double operations = 2e-9 * (double)(m * n * k);
    nk_pack_f32(k, n, b, n, 1, packed);
    nk_pack_f64(k, n, db, n, 1, dpacked);
#if defined(WITH_OPENBLAS)
    BEST(blas, cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1, a,
                           (int)k, b, (int)n, 0, c, (int)n))
    BEST(dblas, cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)m, (int)n, (int)k, 1,
                            da, (int)k, db, (int)n, 0, dc, (int)n))
#else
    double blas = NAN, dblas = NAN;
#endif
    BEST(before, nk_gemm_f32(m, n, k, a, k, 1, packed, NULL, nk_identity, false, c))
    BEST(each_call, nk_pack_f32(k, n, b, n, 1, packed);
         nk_gemm_f32(m, n, k, a, k, 1, packed, NULL, nk_identity, false, c))
    BEST(transposed, nk_gemm_f32(m, n, k, a, 1, m, packed, NULL, nk_identity, false, c))
    BEST(activated, nk_gemm_f32(m, n, k, a, k, 1, packed, bias, nk_activation_tanh, false, c))
    BEST(dbefore, nk_gemm_f64(m, n, k, da, k, 1, dpacked, NULL, nk_identity, false, dc))
    printf(
        "| %ld×%ld×%ld | %.3f µs (%.0f) | %.3f µs (%.0f) | %.3f µs (%.0f) | %.3f µs (%.0f) | %.3f "
        "µs | %.3f µs (%.0f) | %.3f µs (%.0f) |\n",
        m, k, n, blas * 1e6, operations / blas, before * 1e6, operations / before, each_call * 1e6,
        operations / each_call, transposed * 1e6, operations / transposed, activated * 1e6,
        dblas * 1e6, operations / dblas, dbefore * 1e6, operations / dbefore);
    free(a), free(b), free(c), free(bias), free(packed), free(da), free(db), free(dc),
        free(dpacked);
  }
}

static const char *const names[] = {
    "negate",      "reciprocal", "square",   "sqrt",        "abs",         "sign",
    "exp",         "expm1",      "log",      "log1p",       "sin",         "cos",
    "tanh",        "sigmoid",    "softplus", "erf",         "add",         "subtract",
    "multiply",    "divide",     "power",    "minimum",     "maximum",     "less",
    "lessOrEqual", "equal",      "select",   "multiplyAdd", "addConstant", "multiplyConstant",
    "copy",
};

static void functions(void) {
  printf(
      "\n| function of 1,000 elements | f32, ns an element | f64, ns an element "
      "|\n|---|---|---|\n");
  long n = 1000;
  float *x = floats(n), *y = floats(n);
  double *dx = doubles(n), *dy = doubles(n);
  for (long i = 0; i < n; i++) {
    x[i] = 0.01f + 4 * fabsf(x[i]);
    dx[i] = x[i];
  }
  uint8_t output = 1;
  bool accumulate = false;
  for (int operation = 0; operation <= nk_copy; operation++) {
    nk_step step = {(uint8_t)operation, 1, 0, 0, 0, 1.5};
    nk_input input = {x, {1}}, dinput = {dx, {1}};
    void *out = y, *dout = dy;
    BEST(single, nk_fused_f32(&step, 1, &input, 1, &n, 1, &out, &output, &accumulate, 1))
    BEST(twice, nk_fused_f64(&step, 1, &dinput, 1, &n, 1, &dout, &output, &accumulate, 1))
    printf("| %s | %.3f | %.3f |\n", names[operation], single * 1e9 / (double)n,
           twice * 1e9 / (double)n);
  }
  free(x), free(y), free(dx), free(dy);
}

static void program(const char *name, long rows, long columns, const long strides[3][2]) {
  long sizes[2] = {rows, columns}, n = rows * columns;
  float *x[3] = {floats(n), floats(n), floats(n)}, *y = floats(n);
  double *dx[3] = {doubles(n), doubles(n), doubles(n)}, *dy = doubles(n);
  nk_input inputs[3], dinputs[3];
  for (int i = 0; i < 3; i++) {
    inputs[i] = (nk_input){x[i], {strides[i][0], strides[i][1]}};
    dinputs[i] = (nk_input){dx[i], {strides[i][0], strides[i][1]}};
  }
  // (x0 + x1) * x2 - x0
  nk_step steps[] = {
      {nk_add, 3, 0, 1, 0, 0}, {nk_multiply, 3, 3, 2, 0, 0}, {nk_subtract, 3, 3, 0, 0, 0}};
  uint8_t output = 3;
  bool accumulate = false;
  void *out = y, *dout = dy;
  BEST(single, nk_fused_f32(steps, 3, inputs, 3, sizes, 2, &out, &output, &accumulate, 1))
  BEST(twice, nk_fused_f64(steps, 3, dinputs, 3, sizes, 2, &dout, &output, &accumulate, 1))
  printf("| %s %ld×%ld | %.1f | %.3f | %.1f | %.3f |\n", name, rows, columns, single * 1e9,
         single * 1e9 / (double)n, twice * 1e9, twice * 1e9 / (double)n);
  for (int i = 0; i < 3; i++) free(x[i]), free(dx[i]);
  free(y), free(dy);
}

static void programs(void) {
  printf(
      "\n| three steps, three inputs | f32 ns | ns an element | f64 ns | ns an element "
      "|\n|---|---|---|---|---|\n");
  const long all[][2] = {{1, 2},    {20, 2},   {1, 40},    {20, 50},   {128, 64},
                         {1000, 2}, {1000, 5}, {1000, 20}, {100, 1000}};
  for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
    long m = all[i][0], n = all[i][1];
    program("dense", m, n, (const long[3][2]){{n, 1}, {n, 1}, {n, 1}});
    program("scalar", m, n, (const long[3][2]){{n, 1}, {n, 1}, {0, 0}});
    program("row", m, n, (const long[3][2]){{n, 1}, {n, 1}, {0, 1}});
    program("column", m, n, (const long[3][2]){{n, 1}, {n, 1}, {1, 0}});
  }
}

static void rows(void) {
  printf("\n| rows | f32 | f64 |\n|---|---|---|\n");
  const long all[][2] = {{1, 2}, {20, 2}, {1000, 2}, {128, 64}, {1, 1000}, {100, 1000}};
  double weights[7] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
  for (unsigned s = 0; s < sizeof all / sizeof all[0]; s++) {
    long m = all[s][0], n = all[s][1], total = m * n;
    float *x[10];
    double *d[10], *h = doubles(m), *norms = doubles(m), *w = doubles(7 * m);
    for (int j = 0; j < 10; j++) x[j] = floats(total), d[j] = doubles(total);
#define ROWS(label, call32, call64)                                                               \
  {                                                                                               \
    BEST(single, call32)                                                                          \
    BEST(twice, call64)                                                                           \
    printf("| %s %ld×%ld | %.3f µs, %.2f ns an element | %.3f µs, %.2f |\n", label, m, n,         \
           single * 1e6, single * 1e9 / (double)total, twice * 1e6, twice * 1e9 / (double)total); \
  }
    for (long r = 0; r < m; r++) h[r] = 0.1;
    ROWS("combine 7, one step,",
         nk_combine_f32(x[8], (const float *const *)x, weights, 7, h, m, n, x[9]),
         nk_combine_f64(d[8], (const double *const *)d, weights, 7, h, m, n, d[9]))
    for (long r = 0; r < m; r++) h[r] = 0.1 * (double)r;
    ROWS("combine 7, own steps,",
         nk_combine_f32(x[8], (const float *const *)x, weights, 7, h, m, n, x[9]),
         nk_combine_f64(d[8], (const double *const *)d, weights, 7, h, m, n, d[9]))
    ROWS("combine rows 7", nk_combine_rows_f32(x[8], (const float *const *)x, w, 7, h, m, n, x[9]),
         nk_combine_rows_f64(d[8], (const double *const *)d, w, 7, h, m, n, d[9]))
    ROWS("error norm 7",
         nk_error_norm_f32((const float *const *)x, weights, 7, h, x[7], x[8], 1e-6, 1e-3, NULL, m,
                           n, norms),
         nk_error_norm_f64((const double *const *)d, weights, 7, h, d[7], d[8], 1e-6, 1e-3, NULL, m,
                           n, norms))
    ROWS("Adam", nk_adam_f32(x[0], x[1], x[2], x[3], total, 1e-3, 0.9, 0.999, 0.5, 0.5, 1e-8, 0),
         nk_adam_f64(d[0], d[1], d[2], d[3], total, 1e-3, 0.9, 0.999, 0.5, 0.5, 1e-8, 0))
    for (int j = 0; j < 10; j++) free(x[j]), free(d[j]);
    free(h), free(norms), free(w);
  }
}

static void movement(void) {
  printf("\n| movement | f32, ns an element | f64 |\n|---|---|---|\n");
  const long all[][2] = {{20, 2}, {20, 50}, {128, 64}, {1000, 20}, {512, 512}};
  for (unsigned s = 0; s < sizeof all / sizeof all[0]; s++) {
    long m = all[s][0], n = all[s][1], total = m * n, sizes[2] = {n, m};
    float *x = floats(total), *y = floats(total);
    double *dx = doubles(total), *dy = doubles(total);
#define MOVE(label, call32, call64)                                                               \
  {                                                                                               \
    BEST(single, call32)                                                                          \
    BEST(twice, call64)                                                                           \
    printf("| %s %ld×%ld | %.3f (%.3f µs) | %.3f |\n", label, m, n, single * 1e9 / (double)total, \
           single * 1e6, twice * 1e9 / (double)total);                                            \
  }
    long from[2] = {1, n}, to[2] = {m, 1};
    MOVE("transpose", nk_copy_f32(x, from, y, to, sizes, 2),
         nk_copy_f64(dx, from, dy, to, sizes, 2))
    MOVE("sum of rows", nk_sum_f32(x, m, n, 1, false, y), nk_sum_f64(dx, m, n, 1, false, dy))
    MOVE("sum of columns", nk_sum_f32(x, 1, m, n, false, y), nk_sum_f64(dx, 1, m, n, false, dy))
    MOVE("maximum of rows", nk_maximum_over_f32(x, m, n, 1, y),
         nk_maximum_over_f64(dx, m, n, 1, dy))
    float *packed = floats((long)nk_packed_count_f32(m, n) + (long)nk_packed_count_f32(n, m));
    double *dpacked = doubles((long)nk_packed_count_f64(m, n) + (long)nk_packed_count_f64(n, m));
    MOVE("pack", nk_pack_f32(m, n, x, n, 1, packed), nk_pack_f64(m, n, dx, n, 1, dpacked))
    MOVE("pack transposed", nk_pack_f32(n, m, x, 1, n, packed),
         nk_pack_f64(n, m, dx, 1, n, dpacked))
    free(x), free(y), free(dx), free(dy), free(packed), free(dpacked);
  }
  long height = 28, width = 28, channels = 16, total = height * width * channels * 9, m = height,
       n = width;
  float *x = floats(total), *y = floats(total);
  double *dx = doubles(total), *dy = doubles(total);
  MOVE("im2col 3×3, 16 channels,", nk_im2col_f32(x, height, width, channels, 3, 3, 1, 1, y),
       nk_im2col_f64(dx, height, width, channels, 3, 3, 1, 1, dy))
  MOVE("col2im 3×3, 16 channels,", nk_col2im_f32(y, height, width, channels, 3, 3, 1, 1, x),
       nk_col2im_f64(dy, height, width, channels, 3, 3, 1, 1, dx))
  free(x), free(y), free(dx), free(dy);
}

int main(int count, char **arguments) {
  const char *const levels[] = {"base", "v3", "v4"};
  const char *part = NULL;
  for (int i = 1; i < count; i++) {
    int level = -1;
    for (int l = 0; l < 3; l++)
      if (strcmp(arguments[i], levels[l]) == 0) level = l;
    if (level >= 0)
      nk_level_select((nk_level)level);
    else
      part = arguments[i];
  }
  printf("Feature level: %s\n", levels[nk_level_current()]);
  if (!part || strcmp(part, "products") == 0) products();
  if (!part || strcmp(part, "functions") == 0) functions();
  if (!part || strcmp(part, "programs") == 0) programs();
  if (!part || strcmp(part, "rows") == 0) rows();
  if (!part || strcmp(part, "movement") == 0) movement();
  return 0;
}
