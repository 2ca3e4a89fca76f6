// Products with a packed right operand. An element of C is one chain of multiply-adds in the order
// of k, so tiles of any shape give the same bits; blocks of k continue the chain through C.
#if VECTOR_REGISTERS == 32
enum { N(tile_rows) = 6, N(tile_vectors) = 4 };
#else
enum { N(tile_rows) = 6, N(tile_vectors) = 2 };
#endif

// Where vectors are wide, the last one is worked on at half its width if that is enough for its
// columns.
#define HALVES (VECTOR_BYTES == 64)
typedef T N(half_vector) __attribute__((ext_vector_type(VECTOR_BYTES / sizeof(T) / 2)));
typedef N(half_vector) N(unaligned_half) __attribute__((aligned(sizeof(T))));

INLINE N(half_vector) N(lower_half)(V x) {
  union {
    V whole;
    N(half_vector) lower;
  } both = {x};
  return both.lower;
}

/// The upper half is 0.
INLINE V N(widened)(N(half_vector) x) {
  union {
    N(half_vector) halves[2];
    V whole;
  } both = {{x, (N(half_vector))0}};
  return both.whole;
}

/// R rows by U vectors of C, the last vector perhaps at half its width; it may hold only some
/// columns. `packed` points at the first vector's first k.
INLINE void N(tile)(const int R, const int U, const int half, long k, const T *a, long row_stride,
                    long column_stride, const T *packed, long panel_stride, const T *bias,
                    bool continues, T *c, long n, long columns) {
  enum { per_panel = N(panel) / W };
  V sums[N(tile_rows)][N(tile_vectors)];
  long whole = columns / W, part = columns % W;
#pragma clang loop unroll(full)
  for (int u = 0; u < U; u++)
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++)
      sums[r][u] = !continues  ? (V)0
                   : u < whole ? N(load)(c + r * n + u * W)
                               : N(load_part)(c + r * n + u * W, part);
  N(half_vector) halves[N(tile_rows)];
#pragma clang loop unroll(full)
  for (int r = 0; r < R; r++) halves[r] = N(lower_half)(sums[r][U - 1]);
  const T *b[N(tile_vectors)];
#pragma clang loop unroll(full)
  for (int u = 0; u < U; u++) b[u] = packed + (u / per_panel) * panel_stride + (u % per_panel) * W;
#pragma clang loop unroll(disable)
  for (long p = 0; p < k; p++) {
    V right[N(tile_vectors)];
#pragma clang loop unroll(full)
    for (int u = 0; u < U - half; u++) right[u] = N(load)(b[u] + p * N(panel));
    N(half_vector)
    last = half ? *(const N(unaligned_half) *)(b[U - 1] + p * N(panel)) : (N(half_vector))0;
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++) {
      V left = (V)a[r * row_stride + p * column_stride];
#pragma clang loop unroll(full)
      for (int u = 0; u < U - half; u++) sums[r][u] = FMA(left, right[u], sums[r][u]);
      if (half) halves[r] = FMA(N(lower_half)(left), last, halves[r]);
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < R; r++)
    if (half) sums[r][U - 1] = N(widened)(halves[r]);
#pragma clang loop unroll(full)
  for (int u = 0; u < U; u++) {
    if (u < whole) {
      V add = bias ? N(load)(bias + u * W) : (V)0;
#pragma clang loop unroll(full)
      for (int r = 0; r < R; r++) N(store)(c + r * n + u * W, bias ? sums[r][u] + add : sums[r][u]);
    } else {
      V add = bias ? N(load_part)(bias + u * W, part) : (V)0;
#pragma clang loop unroll(full)
      for (int r = 0; r < R; r++)
        N(store_part)(c + r * n + u * W, bias ? sums[r][u] + add : sums[r][u], part);
    }
  }
}

#define TILE_ARGUMENTS \
  k, a, row_stride, column_stride, packed, panel_stride, bias, continues, c, n, columns
#define TILES(R)                                           \
  case R:                                                  \
    if (HALVES && half && vectors == 1)                    \
      N(tile)(R, 1, HALVES, TILE_ARGUMENTS);               \
    else if (HALVES && half && vectors == 2)               \
      N(tile)(R, 2, HALVES, TILE_ARGUMENTS);               \
    else if (HALVES && half)                               \
      N(tile)(R, N(tile_vectors), HALVES, TILE_ARGUMENTS); \
    else if (vectors == 1)                                 \
      N(tile)(R, 1, 0, TILE_ARGUMENTS);                    \
    else if (vectors == 2)                                 \
      N(tile)(R, 2, 0, TILE_ARGUMENTS);                    \
    else if (N(tile_vectors) == 4)                         \
      N(tile)(R, N(tile_vectors), 0, TILE_ARGUMENTS);      \
    break;
#define TILE_FUNCTION(name, row_stride_value, column_stride_value)                             \
  LEVEL void N(name)(long rows, long vectors, bool half, long k, const T *a, long row_stride_, \
                     long column_stride_, const T *packed, long panel_stride, const T *bias,   \
                     bool continues, T *c, long n, long columns) {                             \
    long row_stride = row_stride_value, column_stride = column_stride_value;                   \
    (void)row_stride_, (void)column_stride_, (void)half;                                       \
    switch (rows) {                                                                            \
      TILES(1)                                                                                 \
      TILES(2)                                                                                 \
      TILES(3)                                                                                 \
      TILES(4)                                                                                 \
      TILES(5)                                                                                 \
      TILES(6)                                                                                 \
    }                                                                                          \
  }
TILE_FUNCTION(tile_of_rows, row_stride_, 1)
TILE_FUNCTION(tile_of_columns, 1, column_stride_)
#undef TILE_FUNCTION
#undef TILES
#undef TILE_ARGUMENTS

#include "Narrow.h"

LEVEL void N(activate)(nk_activation activation, T *c, long count) {
#define EACH(expression)                           \
  {                                                \
    long i = 0;                                    \
    for (; i + W <= count; i += W) {               \
      V x = N(load)(c + i);                        \
      N(store)(c + i, expression);                 \
    }                                              \
    if (i < count) {                               \
      V x = N(load_part)(c + i, count - i);        \
      N(store_part)(c + i, expression, count - i); \
    }                                              \
    break;                                         \
  }
  switch (activation) {
    case nk_identity: break;
    case nk_activation_tanh: EACH(N(tanh)(x))
    case nk_activation_sigmoid: EACH(N(sigmoid)(x))
    case nk_activation_softplus: EACH(N(softplus)(x))
    case nk_activation_relu: EACH(N(larger)(x, (V)0))
  }
#undef EACH
}

/// Rows 0 ..< m of one block of k.
LEVEL void N(block_product)(long m, long n, long k, const T *a, long row_stride, long column_stride,
                            const T *packed, long panel_stride, const T *bias, bool continues,
                            T *c) {
  long tiles = (m + N(tile_rows) - 1) / N(tile_rows), base = m / tiles, extra = m % tiles;
  long vectors = (n + W - 1) / W;
  for (long v = 0; v < vectors;) {
    // Four vectors, or two, or one; always an even number before the last, so that a group of two
    // lies in one panel or in two whole ones.
    long group = vectors - v >= N(tile_vectors) ? N(tile_vectors) : vectors - v >= 2 ? 2 : 1;
    bool half = HALVES && group == vectors - v && n % W != 0 && n % W <= W / 2;
    long column = v * W, columns = n - column < group * W ? n - column : group * W;
    const T *panel = packed + column / N(panel) * panel_stride + column % N(panel);
    long row = 0;
    for (long t = 0; t < tiles; t++) {
      long rows = base + (t < extra);
      (column_stride == 1 ? N(tile_of_rows) : N(tile_of_columns))(
          rows, group, half, k, a + row * row_stride, row_stride, column_stride, panel,
          panel_stride, bias ? bias + column : NULL, continues, c + row * n + column, n, columns);
      row += rows;
    }
    v += group;
  }
}

LEVEL void N(gemm)(long m, long n, long k, const T *a, long row_stride, long column_stride,
                   const T *packed, const T *bias, nk_activation activation, bool accumulate,
                   T *c) {
  if (m <= 0 || n <= 0) return;
  if (n <= nk_narrow) {
    N(narrow_product)(m, n, k, a, row_stride, column_stride, packed, bias, accumulate, c);
    N(activate)(activation, c, m * n);
    return;
  }
  enum { copied_rows = 6, copied_k = 256, most_k = 512, most_left = 128 * 1024 / sizeof(T) };
  bool strided = row_stride != 1 && column_stride != 1;
  T copy[copied_rows * copied_k];
  long step_k = strided ? copied_k : most_k;
  long step_m = strided ? copied_rows
                        : most_left / (k < step_k ? k + 1 : step_k) / N(tile_rows) * N(tile_rows);
  if (step_m < N(tile_rows)) step_m = N(tile_rows);
  for (long i = 0; i < m; i += step_m) {
    long rows = m - i < step_m ? m - i : step_m;
    T *to = c + i * n;
    long p = 0;
    do {
      long depth = k - p < step_k ? k - p : step_k;
      const T *left = a + i * row_stride + p * column_stride;
      long left_row = row_stride, left_column = column_stride;
      if (strided) {
        for (long r = 0; r < rows; r++)
          for (long q = 0; q < depth; q++)
            copy[r * depth + q] = left[r * row_stride + q * column_stride];
        left = copy;
        left_row = depth;
        left_column = 1;
      }
      N(block_product)(rows, n, depth, left, left_row, left_column, packed + p * N(panel),
                       k * N(panel), p + depth == k ? bias : NULL, accumulate || p > 0, to);
      p += depth;
    } while (p < k);
    N(activate)(activation, to, rows * n);
  }
}
