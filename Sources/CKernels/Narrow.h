// Products with at most nk_narrow columns. A row-major left operand is read along k, a lane-wise
// split of the sum with a fixed tree; a transposed one along its rows, each element one chain in
// the order of k.
enum { N(lanes) = VECTOR_BYTES >= 32 ? 32 / sizeof(T) : VECTOR_BYTES / sizeof(T) };
typedef T N(short_vector) __attribute__((ext_vector_type(N(lanes))));
typedef N(short_vector) N(unaligned_short) __attribute__((aligned(sizeof(T))));
typedef S N(short_mask) __attribute__((ext_vector_type(N(lanes))));

INLINE N(short_vector) N(short_load)(const T *p, long stride, bool strided) {
  if (!strided) return *(const N(unaligned_short) *)p;
  N(short_vector) x;
  for (int i = 0; i < N(lanes); i++) x[i] = p[i * stride];
  return x;
}

INLINE T N(short_sum)(N(short_vector) x) {
  T lanes[N(lanes)];
  *(N(unaligned_short) *)lanes = x;
  for (int half = N(lanes) / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

/// Four rows (the last ones may repeat) by J columns, k >= lanes.
INLINE void N(narrow_rows)(const int J, long k, const T *const *rows, long column_stride,
                           bool strided, const T *packed, T (*sums)[4]) {
  N(short_vector) acc[4][nk_narrow];
#pragma clang loop unroll(full)
  for (int r = 0; r < 4; r++)
#pragma clang loop unroll(full)
    for (int j = 0; j < J; j++) acc[r][j] = (N(short_vector))0;
  const T *a[4] = {rows[0], rows[1], rows[2], rows[3]};
  long p = 0;
#pragma clang loop unroll(disable)
  for (; p + N(lanes) <= k; p += N(lanes)) {
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
      N(short_vector) left = N(short_load)(a[r] + p * column_stride, column_stride, strided);
#pragma clang loop unroll(full)
      for (int j = 0; j < J; j++)
        acc[r][j] = FMA(left, *(const N(unaligned_short) *)(packed + j * k + p), acc[r][j]);
    }
  }
  if (p < k) {
    // The last lanes once more, those already counted masked to zero on both sides.
    long back = N(lanes) - (k - p);
    N(short_mask) mask;
    for (int i = 0; i < N(lanes); i++) mask[i] = i < back ? 0 : -1;
    p = k - N(lanes);
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
      N(short_vector) left = N(short_load)(a[r] + p * column_stride, column_stride, strided);
      left = (N(short_vector))((N(short_mask))left & mask);
#pragma clang loop unroll(full)
      for (int j = 0; j < J; j++) {
        N(short_vector) right = *(const N(unaligned_short) *)(packed + j * k + p);
        acc[r][j] = FMA(left, (N(short_vector))((N(short_mask))right & mask), acc[r][j]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < 4; r++)
#pragma clang loop unroll(full)
    for (int j = 0; j < J; j++) sums[j][r] = N(short_sum)(acc[r][j]);
}

/// Up to W rows of a transposed left operand by J columns, U vectors at once.
INLINE void N(narrow_columns)(const int J, const int U, long k, const T *a, long column_stride,
                              const T *packed, bool accumulate, const T *bias, T *c, long rows) {
  V sums[nk_narrow][4];
  long part = rows - (U - 1) * W;
#pragma clang loop unroll(full)
  for (int j = 0; j < J; j++)
#pragma clang loop unroll(full)
    for (int u = 0; u < U; u++) sums[j][u] = (V)0;
#pragma clang loop unroll(disable)
  for (long p = 0; p < k; p++) {
    V left[4];
    const T *from = a + p * column_stride;
#pragma clang loop unroll(full)
    for (int u = 0; u < U; u++)
      left[u] = u < U - 1 || part == W ? N(load)(from + u * W) : N(load_part)(from + u * W, part);
#pragma clang loop unroll(full)
    for (int j = 0; j < J; j++) {
      V right = (V)packed[j * k + p];
#pragma clang loop unroll(full)
      for (int u = 0; u < U; u++) sums[j][u] = FMA(left[u], right, sums[j][u]);
    }
  }
  T lanes[nk_narrow][4 * W];
#pragma clang loop unroll(full)
  for (int j = 0; j < J; j++)
#pragma clang loop unroll(full)
    for (int u = 0; u < U; u++) N(store)(lanes[j] + u * W, sums[j][u]);
  for (long i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int j = 0; j < J; j++) {
      T sum = accumulate ? c[i * J + j] + lanes[j][i] : lanes[j][i];
      c[i * J + j] = bias ? sum + bias[j] : sum;
    }
}

INLINE void N(narrow_product_of)(const int J, long m, long k, const T *a, long row_stride,
                                 long column_stride, const T *packed, const T *bias,
                                 bool accumulate, T *c) {
  if (row_stride == 1 && column_stride != 1) {
    long i = 0;
    for (; i + 2 * W <= m; i += 2 * W)
      N(narrow_columns)(J, 2, k, a + i, column_stride, packed, accumulate, bias, c + i * J, 2 * W);
    for (; i < m; i += W)
      N(narrow_columns)(J, 1, k, a + i, column_stride, packed, accumulate, bias, c + i * J,
                        m - i < W ? m - i : W);
    return;
  }
  for (long i = 0; i < m; i += 4) {
    long count = m - i < 4 ? m - i : 4;
    const T *rows[4];
    for (int r = 0; r < 4; r++) rows[r] = a + (i + (r < count ? r : count - 1)) * row_stride;
    T sums[nk_narrow][4];
    if (k >= N(lanes)) {
      if (column_stride == 1)
        N(narrow_rows)(J, k, rows, 1, false, packed, sums);
      else
        N(narrow_rows)(J, k, rows, column_stride, true, packed, sums);
    } else {
      for (int r = 0; r < count; r++)
        for (int j = 0; j < J; j++) {
          T sum = 0;
          for (long p = 0; p < k; p++)
            sum = FMA(rows[r][p * column_stride], packed[j * k + p], sum);
          sums[j][r] = sum;
        }
    }
    for (long r = 0; r < count; r++)
      for (int j = 0; j < J; j++) {
        T *to = c + (i + r) * J + j, sum = accumulate ? *to + sums[j][r] : sums[j][r];
        *to = bias ? sum + bias[j] : sum;
      }
  }
}

LEVEL void N(narrow_product)(long m, long n, long k, const T *a, long row_stride,
                             long column_stride, const T *packed, const T *bias, bool accumulate,
                             T *c) {
  switch (n) {
    case 1:
      N(narrow_product_of)(1, m, k, a, row_stride, column_stride, packed, bias, accumulate, c);
      break;
    case 2:
      N(narrow_product_of)(2, m, k, a, row_stride, column_stride, packed, bias, accumulate, c);
      break;
    case 3:
      N(narrow_product_of)(3, m, k, a, row_stride, column_stride, packed, bias, accumulate, c);
      break;
    case 4:
      N(narrow_product_of)(4, m, k, a, row_stride, column_stride, packed, bias, accumulate, c);
      break;
  }
}
