// Sums and maxima over the middle of [outer, n, inner], in an order that depends on n and inner
// alone.

/// The sum of n neighbours: 4 vectors of partial sums, folded pairwise, then the rest one by one.
INLINE T N(sum_of_run)(const T *x, long n) {
  T sum = 0;
  long i = 0;
  if (n >= W) {
    V a = (V)0, b = (V)0, c = (V)0, d = (V)0;
    for (; i + 4 * W <= n; i += 4 * W) {
      a += N(load)(x + i);
      b += N(load)(x + i + W);
      c += N(load)(x + i + 2 * W);
      d += N(load)(x + i + 3 * W);
    }
    for (; i + W <= n; i += W) a += N(load)(x + i);
    sum = N(sum_of_lanes)((a + b) + (c + d));
  }
  for (; i < n; i++) sum += x[i];
  return sum;
}

enum { N(sum_vectors) = VECTOR_REGISTERS == 32 ? 4 : 2 };

/// U vectors of columns of n rows `inner` apart, the last one `part` wide: rows 0, 4, 8…, then 1,
/// 5, 9… and so on are summed apart and then pairwise.
INLINE void N(sum_of_columns)(const int U, const T *x, long n, long inner, long part,
                              bool accumulate, T *y) {
  V sums[4][N(sum_vectors)];
#pragma clang loop unroll(full)
  for (int r = 0; r < 4; r++)
#pragma clang loop unroll(full)
    for (int u = 0; u < U; u++) sums[r][u] = (V)0;
#define ADD(r)                                                          \
  _Pragma("clang loop unroll(full)") for (int u = 0; u < U; u++) {      \
    const T *from = x + (i + r) * inner + u * W;                        \
    sums[r][u] += part == W ? N(load)(from) : N(load_part)(from, part); \
  }
  long i = 0;
  for (; i + 4 <= n; i += 4) {
    ADD(0)
    ADD(1)
    ADD(2)
    ADD(3)
  }
  if (i < n) ADD(0)
  if (i + 1 < n) ADD(1)
  if (i + 2 < n) ADD(2)
#undef ADD
#pragma clang loop unroll(full)
  for (int u = 0; u < U; u++) {
    V sum = (sums[0][u] + sums[1][u]) + (sums[2][u] + sums[3][u]);
    T *to = y + u * W;
    if (part == W)
      N(store)(to, accumulate ? N(load)(to) + sum : sum);
    else
      N(store_part)(to, accumulate ? N(load_part)(to, part) + sum : sum, part);
  }
}

LEVEL void N(sum)(const T *x, long outer, long n, long inner, bool accumulate, T *y) {
  if (inner == 1) {
    for (long o = 0; o < outer; o++) {
      T sum = N(sum_of_run)(x + o * n, n);
      y[o] = accumulate ? y[o] + sum : sum;
    }
    return;
  }
  for (long o = 0; o < outer; o++, x += n * inner, y += inner) {
    long j = 0;
    for (; j + N(sum_vectors) * W <= inner; j += N(sum_vectors) * W)
      N(sum_of_columns)(N(sum_vectors), x + j, n, inner, W, accumulate, y + j);
    for (; j + W <= inner; j += W) N(sum_of_columns)(1, x + j, n, inner, W, accumulate, y + j);
    if (j < inner) N(sum_of_columns)(1, x + j, n, inner, inner - j, accumulate, y + j);
  }
}

LEVEL void N(maximum_over)(const T *x, long outer, long n, long inner, T *y) {
  for (long o = 0; o < outer; o++, x += n * inner, y += inner) {
    if (inner == 1) {
      T largest = -(T)__builtin_inf();
      long i = 0;
      if (n >= W) {
        V a = N(load)(x);
        for (i = W; i + W <= n; i += W) a = N(larger)(a, N(load)(x + i));
        T lanes[W];
        N(store)(lanes, a);
        for (long l = 0; l < W; l++) largest = N(larger_scalar)(largest, lanes[l]);
      }
      for (; i < n; i++) largest = N(larger_scalar)(largest, x[i]);
      *y = largest;
      continue;
    }
    for (long j = 0; j < inner; j += W) {
      long part = inner - j < W ? inner - j : W;
      V largest = (V) - (T)__builtin_inf();
      if (part == W) {
        for (long i = 0; i < n; i++) largest = N(larger)(largest, N(load)(x + i * inner + j));
        N(store)(y + j, largest);
      } else {
        for (long i = 0; i < n; i++)
          largest = N(larger)(largest, N(load_part)(x + i * inner + j, part));
        N(store_part)(y + j, largest, part);
      }
    }
  }
}
