// Sums and maxima over the middle of [outer, n, inner], in an order that depends on n and inner alone.

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

/// Columns of n rows `inner` apart: rows 0, 4, 8… , 1, 5, 9… and so on are summed apart and then pairwise.
INLINE V N(sum_of_columns)(const T *x, long n, long inner, long part) {
#define AT(row) (part == W ? N(load)(x + (row) * inner) : N(load_part)(x + (row) * inner, part))
  V a = (V)0, b = (V)0, c = (V)0, d = (V)0;
  long i = 0;
  for (; i + 4 <= n; i += 4) {
    a += AT(i);
    b += AT(i + 1);
    c += AT(i + 2);
    d += AT(i + 3);
  }
  if (i < n) a += AT(i);
  if (i + 1 < n) b += AT(i + 1);
  if (i + 2 < n) c += AT(i + 2);
#undef AT
  return (a + b) + (c + d);
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
    for (; j + W <= inner; j += W) {
      V sum = N(sum_of_columns)(x + j, n, inner, W);
      N(store)(y + j, accumulate ? N(load)(y + j) + sum : sum);
    }
    if (j < inner) {
      long part = inner - j;
      V sum = N(sum_of_columns)(x + j, n, inner, part);
      N(store_part)(y + j, accumulate ? N(load_part)(y + j, part) + sum : sum, part);
    }
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
        for (long i = 0; i < n; i++) largest = N(larger)(largest, N(load_part)(x + i * inner + j, part));
        N(store_part)(y + j, largest, part);
      }
    }
  }
}
