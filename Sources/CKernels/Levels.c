// Which feature level is in use, and the public entry points that go through its table.
#include "Table.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
static const nk_table *const tables[] = {&nk_table_base, &nk_table_v3, &nk_table_v4};
#else
static const nk_table *const tables[] = {&nk_table_base, &nk_table_base, &nk_table_base};
#endif

/// Set once before main; NULL in `chosen` means this one.
static nk_level best = nk_level_base;
/// A test's choice holds for its own thread, so that tests beside it do not see it.
static _Thread_local const nk_table *chosen = NULL;

nk_level nk_level_supported(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return nk_level_v4;
  if (__builtin_cpu_supports("x86-64-v3")) return nk_level_v3;
#endif
  return nk_level_base;
}

static const nk_table *best_table = &nk_table_base;

static const char *const names[] = {"base", "v3", "v4"};

int nk_level_requested(void) {
  const char *name = getenv("NEURAL_ODE_LEVEL");
  if (!name || !*name) return nk_level_supported();
  for (int level = nk_level_base; level <= nk_level_v4; level++)
    if (!strcmp(name, names[level])) return level;
  return -1;
}

__attribute__((constructor)) static void choose(void) {
  int requested = nk_level_requested();
  best = nk_level_supported();
  if (requested >= 0 && requested < (int)best) best = (nk_level)requested;
  best_table = tables[best];
}

nk_level nk_level_current(void) {
  for (int level = nk_level_base; chosen && level <= nk_level_v4; level++)
    if (tables[level] == chosen) return (nk_level)level;
  return best;
}

nk_level nk_level_select(nk_level level) {
  if (level > best) level = best;
  chosen = level == best ? NULL : tables[level];
  return level;
}

#define TABLE (chosen ? chosen : best_table)

#define NK_ENTRY_POINTS(T, suffix)                                                                 \
  void nk_fused_##suffix(const nk_step *steps, int step_count, const nk_input *inputs,             \
                         int input_count, const long *sizes, int rank, void *const *outputs,       \
                         const uint8_t *output_registers, const bool *accumulate,                  \
                         int output_count) {                                                       \
    TABLE->fused_##suffix(steps, step_count, inputs, input_count, sizes, rank, outputs,            \
                          output_registers, accumulate, output_count);                             \
  }                                                                                                \
  size_t nk_packed_count_##suffix(long k, long n) {                                                \
    long lanes = nk_panel_bytes / (long)sizeof(T);                                                 \
    return (size_t)(n <= nk_narrow ? n * k : (n + lanes - 1) / lanes * lanes * k);                 \
  }                                                                                                \
  void nk_pack_##suffix(long k, long n, const T *b, long row_stride, long column_stride,           \
                        T *packed) {                                                               \
    TABLE->pack_##suffix(k, n, b, row_stride, column_stride, packed);                              \
  }                                                                                                \
  void nk_gemm_##suffix(long m, long n, long k, const T *a, long row_stride, long column_stride,   \
                        const T *packed, const T *bias, nk_activation activation, bool accumulate, \
                        T *c) {                                                                    \
    TABLE->gemm_##suffix(m, n, k, a, row_stride, column_stride, packed, bias, activation,          \
                         accumulate, c);                                                           \
  }                                                                                                \
  void nk_sum_##suffix(const T *x, long outer, long n, long inner, bool accumulate, T *y) {        \
    TABLE->sum_##suffix(x, outer, n, inner, accumulate, y);                                        \
  }                                                                                                \
  void nk_maximum_over_##suffix(const T *x, long outer, long n, long inner, T *y) {                \
    TABLE->maximum_over_##suffix(x, outer, n, inner, y);                                           \
  }                                                                                                \
  void nk_copy_##suffix(const T *source, const long *source_stride, T *target,                     \
                        const long *target_stride, const long *sizes, int rank) {                  \
    TABLE->copy_##suffix(source, source_stride, target, target_stride, sizes, rank);               \
  }                                                                                                \
  void nk_gather_##suffix(const T *source, long rows, long width, const T *indices, long count,    \
                          T *target) {                                                             \
    TABLE->gather_##suffix(source, rows, width, indices, count, target);                           \
  }                                                                                                \
  void nk_scatter_add_##suffix(const T *source, const T *indices, long count, long width,          \
                               long rows, T *target) {                                             \
    TABLE->scatter_add_##suffix(source, indices, count, width, rows, target);                      \
  }                                                                                                \
  void nk_im2col_##suffix(const T *image, long height, long width, long channels,                  \
                          long kernel_height, long kernel_width, long stride, long padding,        \
                          T *columns) {                                                            \
    TABLE->im2col_##suffix(image, height, width, channels, kernel_height, kernel_width, stride,    \
                           padding, columns);                                                      \
  }                                                                                                \
  void nk_col2im_##suffix(const T *columns, long height, long width, long channels,                \
                          long kernel_height, long kernel_width, long stride, long padding,        \
                          T *image) {                                                              \
    TABLE->col2im_##suffix(columns, height, width, channels, kernel_height, kernel_width, stride,  \
                           padding, image);                                                        \
  }                                                                                                \
  void nk_combine_##suffix(const T *base, const T *const *stages, const double *weights,           \
                           int count, const double *h, long rows, long width, T *target) {         \
    TABLE->combine_##suffix(base, stages, weights, count, h, rows, width, target);                 \
  }                                                                                                \
  void nk_combine_rows_##suffix(const T *base, const T *const *stages, const double *weights,      \
                                int count, const double *h, long rows, long width, T *target) {    \
    TABLE->combine_rows_##suffix(base, stages, weights, count, h, rows, width, target);            \
  }                                                                                                \
  void nk_error_norm_##suffix(const T *const *stages, const double *weights, int count,            \
                              const double *h, const T *y0, const T *y1, double absolute,          \
                              double relative, const T *mask, long rows, long width,               \
                              double *norms) {                                                     \
    TABLE->error_norm_##suffix(stages, weights, count, h, y0, y1, absolute, relative, mask, rows,  \
                               width, norms);                                                      \
  }                                                                                                \
  void nk_adam_##suffix(T *x, T *m, T *v, const T *g, long n, double rate, double b1, double b2,   \
                        double c1, double c2, double epsilon, double decay) {                      \
    TABLE->adam_##suffix(x, m, v, g, n, rate, b1, b2, c1, c2, epsilon, decay);                     \
  }

NK_ENTRY_POINTS(float, f32)
NK_ENTRY_POINTS(double, f64)

void nk_scalar_program_prepare(nk_scalar_program *program) {
  program->run = TABLE->scalar_program_run;
  TABLE->scalar_program_prepare(program);
}

void nk_step_factors(nk_step_powers powers, const double *errors, const double *previous,
                     long rows, double *logarithms, double *factors) {
  TABLE->step_factors(powers, errors, previous, rows, logarithms, factors);
}
