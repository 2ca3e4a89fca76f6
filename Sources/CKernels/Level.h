// One feature level: every kernel for both scalar types. Included once by each Level*.c, which says
// how wide a vector is (VECTOR_BYTES), how many there are, whether multiply-add is fused, and for
// which target to compile.
#include <math.h>
#include <string.h>
#if HAS_MASKS || HAS_MASKED_LOADS
#include <immintrin.h>
#endif

#include "Table.h"

// Multiply-adds are written out (FMA), never contracted: a lane's bits must not depend on where it
// is computed.
#pragma clang fp contract(off)

#ifdef LEVEL_TARGET
#define LEVEL_PUSH_(x) _Pragma(#x)
#define LEVEL_PUSH(target_name) \
  LEVEL_PUSH_(clang attribute push(__attribute__((target(target_name))), apply_to = function))
LEVEL_PUSH(LEVEL_TARGET)
#endif

#define INLINE \
  static inline __attribute__((always_inline, unused, min_vector_width(VECTOR_BYTES * 8)))
#define LEVEL static __attribute__((min_vector_width(VECTOR_BYTES * 8)))
#define NOINLINE static __attribute__((noinline, unused))

#if HAS_FMA
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

#define T float
#define OTHER double
#define S int32_t
#define T_IS_FLOAT 1
#define N(name) name##_f32
#include "Kernels.h"
#undef T
#undef OTHER
#undef S
#undef T_IS_FLOAT
#undef N

#define T double
#define OTHER float
#define S int64_t
#define T_IS_FLOAT 0
#define N(name) name##_f64
#include "Kernels.h"
#undef T
#undef OTHER
#undef S
#undef T_IS_FLOAT
#undef N

/// Rows first ..< first + count through parts of a scalar program.
INLINE void scalar_program_parts(const nk_scalar_program *program, const nk_part *part, long count,
                                 long first, long rows) {
  for (const nk_part *end = part + count; part < end; part++) {
    if (program->lanes == 1 && part->is_double)
      run_single_f64(part, program->arguments, program->registers, first);
    else if (program->lanes == 1)
      run_single_f32(part, program->arguments, program->registers, first);
    else if (part->is_double)
      run_part_f64(part, program->arguments, program->registers, first, rows);
    else
      run_part_f32(part, program->arguments, program->registers, first, rows);
  }
}

LEVEL void scalar_program_prepare(const nk_scalar_program *program) {
  scalar_program_parts(program, program->setup, program->setup_count, 0, program->lanes);
}

/// One row through a program whose registers hold one number each.
INLINE void scalar_program_run_row(const nk_scalar_program *program, long row) {
  scalar_program_parts(program, program->body, program->body_count, row, 1);
  const nk_column *end = program->outputs + program->output_count;
  for (const nk_column *column = program->outputs; column < end; column++) {
    const nk_rows *to = program->results + column->argument;
    const char *from = (const char *)program->registers + column->target;
    if (to->is_double)
      write_number_f64(column, to, from, row);
    else
      write_number_f32(column, to, from, row);
  }
}

LEVEL void scalar_program_run(const nk_scalar_program *program, long rows) {
  if (program->lanes == 1) {
    for (long row = 0; row < rows; row++) scalar_program_run_row(program, row);
    return;
  }
  for (long first = 0; first < rows; first += program->lanes) {
    long count = rows - first < program->lanes ? rows - first : program->lanes;
    scalar_program_parts(program, program->body, program->body_count, first, count);
    const nk_column *end = program->outputs + program->output_count;
    for (const nk_column *column = program->outputs; column < end; column++) {
      const nk_rows *to = program->results + column->argument;
      if (to->is_double)
        write_column_f64(column, to, program->registers, first, count);
      else
        write_column_f32(column, to, program->registers, first, count);
    }
  }
}

LEVEL void step_factors(nk_step_powers powers, const double *restrict errors,
                        const double *restrict previous, long rows, double *restrict logarithms,
                        double *restrict factors) {
  for (long r = 0; r < rows; r++) {
    double logarithm = nk_quick_log2(errors[r]);
    logarithms[r] = logarithm;
    factors[r] = nk_step_factor(powers, errors[r], logarithm, previous[r]);
  }
}

#ifdef LEVEL_TARGET
#pragma clang attribute pop
#endif

#define MEMBERS(suffix)                                                                 \
  .fused_##suffix = fused_##suffix, .pack_##suffix = pack_##suffix,                     \
  .gemm_##suffix = gemm_##suffix, .sum_##suffix = sum_##suffix,                         \
  .maximum_over_##suffix = maximum_over_##suffix, .copy_##suffix = copy_##suffix,       \
  .gather_##suffix = gather_##suffix, .scatter_add_##suffix = scatter_add_##suffix,     \
  .im2col_##suffix = im2col_##suffix, .col2im_##suffix = col2im_##suffix,               \
  .combine_##suffix = combine_##suffix, .combine_rows_##suffix = combine_rows_##suffix, \
  .error_norm_##suffix = error_norm_##suffix, .adam_##suffix = adam_##suffix

const nk_table LEVEL_TABLE = {MEMBERS(f32), MEMBERS(f64),
                              .scalar_program_prepare = scalar_program_prepare,
                              .scalar_program_run = scalar_program_run,
                              .step_factors = step_factors};
