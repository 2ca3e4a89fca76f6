// Vector loops for float and double, each compiled for several feature levels and chosen once.
//
// Contract. Every function is pure in its arguments, allocates nothing and gives results that do
// not depend on how many rows it is given: an element of a product is one chain of fused
// multiply-adds in the order of k (or a fixed lane-wise split of k for narrow outputs), whatever m
// is. Reductions run in a fixed order. Distinct pointers do not overlap unless a comment says "may
// be the same".
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "StepPowers.h"

#pragma mark - Feature levels

typedef enum { nk_level_base = 0, nk_level_v3 = 1, nk_level_v4 = 2 } nk_level;
/// The highest level that this machine supports.
nk_level nk_level_supported(void);
/// The level that the environment variable NEURAL_ODE_LEVEL names (base, v3 or v4); the supported one if it is not set or empty,
/// -1 for any other word. It is read once, before main: no thread then uses a higher level.
int nk_level_requested(void);
/// The level in use on the calling thread.
nk_level nk_level_current(void);
/// Chooses a level not above the supported one for the calling thread (for tests); returns the one
/// in use afterwards. Threads begin with the highest level. Bits are the same at one level only;
/// packed operands may be used at any level.
nk_level nk_level_select(nk_level level);

#pragma mark - Fused elementwise programs

/// What a step of a fused elementwise program does with its arguments a, b, c.
// clang-format off
typedef enum {
  // one argument
  nk_negate, nk_reciprocal, nk_square, nk_sqrt, nk_abs, nk_sign, nk_floor,
  nk_exp, nk_expm1, nk_log, nk_log1p,
  nk_sin, nk_cos, nk_tanh, nk_sigmoid, nk_softplus, nk_erf,
  // two arguments; minimum and maximum hand a NaN on, comparisons give 1 or 0
  nk_add, nk_subtract, nk_multiply, nk_divide, nk_power, nk_minimum, nk_maximum,
  nk_less, nk_less_or_equal, nk_equal,
  // three arguments
  nk_select,  // a != 0 ? b : c
  nk_multiply_add,  // a * b + c
  // one argument and the step's constant
  nk_add_constant, nk_multiply_constant,
  nk_copy,
} nk_operation;
// clang-format on

/// One step: `register[target] = operation(register[a], register[b], register[c])`.
typedef struct {
  uint8_t operation;
  uint8_t target, a, b, c;
  double constant;
} nk_step;

enum { nk_max_dimensions = 4, nk_max_registers = 32 };

/// An array that a fused program reads: an element's address is `data + Σ index[d] * stride[d]`,
/// strides in elements. Stride 0 broadcasts.
typedef struct {
  const void *data;
  long stride[nk_max_dimensions];
} nk_input;

/// Runs `steps` over an index space of `rank` (1...4) sizes, row-major. Registers 0 ..< inputs hold
/// the inputs' elements (several hundred at a time); a step's target is any register (possibly one
/// of its arguments). Output `o` is the dense row-major array `outputs[o]`, written from register
/// `output_registers[o]`; with `accumulate[o]` it is added to. An output may be the same array as
/// an input that has dense strides.
void nk_fused_f32(const nk_step *steps, int step_count, const nk_input *inputs, int input_count,
                  const long *sizes, int rank, void *const *outputs,
                  const uint8_t *output_registers, const bool *accumulate, int output_count);
void nk_fused_f64(const nk_step *steps, int step_count, const nk_input *inputs, int input_count,
                  const long *sizes, int rank, void *const *outputs,
                  const uint8_t *output_registers, const bool *accumulate, int output_count);

#pragma mark - Scalar programs over rows

/// `register[target] = operation(register[a], register[b], register[c])`; a register is named by
/// its offset in bytes in the register memory.
typedef struct {
  int32_t operation, target, a, b, c;
} nk_instruction;

/// A scalar between a register and row-major memory: element `element` of a row of argument or
/// result number `argument`.
typedef struct {
  int32_t argument, element, target;
} nk_column;

/// `register[target] = register[source]`, rounded to the scalar type of the part.
typedef struct {
  int32_t source, target;
} nk_conversion;

/// Instructions of one scalar type, with what they read first: columns of arguments, then values of
/// the other scalar type that earlier parts computed.
typedef struct {
  bool is_double;
  const nk_column *inputs;
  long input_count;
  const nk_conversion *conversions;
  long conversion_count;
  const nk_instruction *code;
  long code_count;
} nk_part;

/// Rows in memory: row r begins `stride` elements after row r − 1 (stride 0: all rows share it). With
/// `numbers`, row r is row numbers[r] of the memory.
typedef struct {
  void *data;
  long stride;
  const int32_t *numbers;
  bool is_double;
  /// Results only: values are added to the memory, row by row in their order.
  bool adds;
} nk_rows;

/// A program of scalars and its register memory (aligned to 64 bytes). A register holds one scalar
/// for each of `lanes` rows: a multiple of 16, or 1.
typedef struct nk_scalar_program {
  const nk_part *setup;
  long setup_count;
  const nk_part *body;
  long body_count;
  const nk_column *outputs;
  long output_count;
  const nk_rows *arguments;
  const nk_rows *results;
  void *registers;
  long lanes;
  /// The kernel of the feature level at which the program was prepared.
  void (*run)(const struct nk_scalar_program *, long);
} nk_scalar_program;

/// Runs the setup parts with row 0 of their arguments, for all lanes.
void nk_scalar_program_prepare(nk_scalar_program *program);
/// Runs the body of a prepared program for a number of rows. Results that are written may be the memory
/// of arguments of the same rows.
static inline void nk_scalar_program_run(const nk_scalar_program *program, long rows) {
  program->run(program, rows);
}

#pragma mark - Matrix products

typedef enum {
  nk_identity,
  nk_activation_tanh,
  nk_activation_sigmoid,
  nk_activation_softplus,
  nk_activation_relu
} nk_activation;

/// Elements that `nk_pack` writes for a right operand of k rows and n columns (the format is
/// opaque; narrow ones have one of their own).
size_t nk_packed_count_f32(long k, long n);
size_t nk_packed_count_f64(long k, long n);
/// Packs B[k,n] with `B[p][j] = b[p * row_stride + j * column_stride]`.
void nk_pack_f32(long k, long n, const float *b, long row_stride, long column_stride,
                 float *packed);
void nk_pack_f64(long k, long n, const double *b, long row_stride, long column_stride,
                 double *packed);
/// C[m,n] = activation((accumulate ? C : 0) + A B + bias), `A[i][p] = a[i * row_stride + p *
/// column_stride]`, C row-major with leading dimension n; bias has n elements or is NULL. A with
/// column_stride 1 is the fast case; row_stride 1 (a transposed A, as in weight gradients) is fast
/// as well.
void nk_gemm_f32(long m, long n, long k, const float *a, long row_stride, long column_stride,
                 const float *packed, const float *bias, nk_activation activation, bool accumulate,
                 float *c);
void nk_gemm_f64(long m, long n, long k, const double *a, long row_stride, long column_stride,
                 const double *packed, const double *bias, nk_activation activation,
                 bool accumulate, double *c);

#pragma mark - Reductions and data movement

/// x is [outer, n, inner] row-major; y[outer, inner] (accumulates if asked) is the sum over n in a
/// fixed order.
void nk_sum_f32(const float *x, long outer, long n, long inner, bool accumulate, float *y);
void nk_sum_f64(const double *x, long outer, long n, long inner, bool accumulate, double *y);
/// The same with the maximum: −∞ of nothing, NaN if there is one.
void nk_maximum_over_f32(const float *x, long outer, long n, long inner, float *y);
void nk_maximum_over_f64(const double *x, long outer, long n, long inner, double *y);

/// Copies a strided array of `rank` (1...8) sizes into another one; strides in elements, 0
/// broadcasts the source.
void nk_copy_f32(const float *source, const long *source_stride, float *target,
                 const long *target_stride, const long *sizes, int rank);
void nk_copy_f64(const double *source, const long *source_stride, double *target,
                 const long *target_stride, const long *sizes, int rank);

/// target[i, :] = source[indices[i], :]; an index outside 0 ..< rows gives a row of NaN.
void nk_gather_f32(const float *source, long rows, long width, const float *indices, long count,
                   float *target);
void nk_gather_f64(const double *source, long rows, long width, const double *indices, long count,
                   double *target);
/// target[rows, width] = 0, then target[indices[i], :] += source[i, :] in the order of i; indices
/// outside are ignored.
void nk_scatter_add_f32(const float *source, const float *indices, long count, long width,
                        long rows, float *target);
void nk_scatter_add_f64(const double *source, const double *indices, long count, long width,
                        long rows, double *target);

#pragma mark - Convolutions (images [height, width, channels], kernels [height, width, in, out])

/// One image → the matrix [out_height * out_width, kernel_height * kernel_width * channels] of its
/// patches, zeros outside.
void nk_im2col_f32(const float *image, long height, long width, long channels, long kernel_height,
                   long kernel_width, long stride, long padding, float *columns);
void nk_im2col_f64(const double *image, long height, long width, long channels, long kernel_height,
                   long kernel_width, long stride, long padding, double *columns);
/// The adjoint: adds every patch back into the image (which is zeroed first).
void nk_col2im_f32(const float *columns, long height, long width, long channels, long kernel_height,
                   long kernel_width, long stride, long padding, float *image);
void nk_col2im_f64(const double *columns, long height, long width, long channels,
                   long kernel_height, long kernel_width, long stride, long padding, double *image);

#pragma mark - Runge–Kutta rows

/// target[r, :] = base[r, :] + h[r] * Σ_j weights[j] * stages[j][r, :] for rows of `width`; `base`
/// may be NULL (then 0) and may be `target`. Times and steps are doubles; the arithmetic is in the
/// scalar type with h[r] rounded to it. At most 32 stages.
void nk_combine_f32(const float *base, const float *const *stages, const double *weights, int count,
                    const double *h, long rows, long width, float *target);
void nk_combine_f64(const double *base, const double *const *stages, const double *weights,
                    int count, const double *h, long rows, long width, double *target);
/// As `nk_combine` with the row's own weights: weights[j * rows + r].
void nk_combine_rows_f32(const float *base, const float *const *stages, const double *weights,
                         int count, const double *h, long rows, long width, float *target);
void nk_combine_rows_f64(const double *base, const double *const *stages, const double *weights,
                         int count, const double *h, long rows, long width, double *target);

/// norms[r] = sqrt(Σ_i w_i (e_i / (absolute + relative * max(|y0_i|, |y1_i|)))² / Σ w_i) with e =
/// h[r] * Σ_j weights[j] * stages[j][r, :]; `mask` (width elements 0 or 1, or NULL: all 1) says
/// which components count. A NaN or infinity anywhere in the row's e or y1 gives NaN or infinity.
void nk_error_norm_f32(const float *const *stages, const double *weights, int count,
                       const double *h, const float *y0, const float *y1, double absolute,
                       double relative, const float *mask, long rows, long width, double *norms);
void nk_error_norm_f64(const double *const *stages, const double *weights, int count,
                       const double *h, const double *y0, const double *y1, double absolute,
                       double relative, const double *mask, long rows, long width, double *norms);

/// logarithms[r] = log2 errors[r] and factors[r] = nk_step_factor(...) of each row; the same bits at
/// every level.
void nk_step_factors(nk_step_powers powers, const double *errors, const double *previous,
                     long rows, double *logarithms, double *factors);

#pragma mark - Optimizers (elementwise, in place)

/// Adam with decoupled weight decay: m = b1 m + (1−b1) g; v = b2 v + (1−b2) g²; x −= rate * (m / c1
/// / (sqrt(v / c2) + epsilon) + decay * x).
void nk_adam_f32(float *x, float *m, float *v, const float *g, long n, double rate, double b1,
                 double b2, double c1, double c2, double epsilon, double decay);
void nk_adam_f64(double *x, double *m, double *v, const double *g, long n, double rate, double b1,
                 double b2, double c1, double c2, double epsilon, double decay);
