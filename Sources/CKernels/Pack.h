// Right operands of products, packed: panels of one cache line's columns, k after k, the last one
// padded with zeros; narrow ones column after column.
enum { N(panel) = nk_panel_bytes / sizeof(T) };

/// Transposes 4 rows (`stride` apart) of 4 elements.
typedef T N(four) __attribute__((ext_vector_type(4)));
typedef N(four) N(unaligned_four) __attribute__((aligned(sizeof(T))));

INLINE void N(transpose4)(const T *from, long from_stride, T *to, long to_stride) {
  N(four) a = *(const N(unaligned_four) *)from;
  N(four) b = *(const N(unaligned_four) *)(from + from_stride);
  N(four) c = *(const N(unaligned_four) *)(from + 2 * from_stride);
  N(four) d = *(const N(unaligned_four) *)(from + 3 * from_stride);
  N(four)
  e = __builtin_shufflevector(a, b, 0, 4, 1, 5),
  f = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  N(four)
  g = __builtin_shufflevector(a, b, 2, 6, 3, 7),
  h = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(N(unaligned_four) *)to = __builtin_shufflevector(e, f, 0, 1, 4, 5);
  *(N(unaligned_four) *)(to + to_stride) = __builtin_shufflevector(e, f, 2, 3, 6, 7);
  *(N(unaligned_four) *)(to + 2 * to_stride) = __builtin_shufflevector(g, h, 0, 1, 4, 5);
  *(N(unaligned_four) *)(to + 3 * to_stride) = __builtin_shufflevector(g, h, 2, 3, 6, 7);
}

LEVEL void N(pack)(long k, long n, const T *b, long row_stride, long column_stride, T *packed) {
  if (n <= nk_narrow) {
    for (long j = 0; j < n; j++)
      for (long p = 0; p < k; p++) *packed++ = b[p * row_stride + j * column_stride];
    return;
  }
  for (long j = 0; j < n; j += N(panel), packed += k * N(panel)) {
    long width = n - j < N(panel) ? n - j : N(panel);
    const T *from = b + j * column_stride;
    if (column_stride == 1 && width == N(panel)) {
      for (long p = 0; p < k; p++)
        for (long q = 0; q < N(panel); q += W)
          N(store)(packed + p * N(panel) + q, N(load)(from + p * row_stride + q));
      continue;
    }
    long whole = row_stride == 1 ? width / 4 * 4 : 0, p = 0;
    if (whole > 0)
      for (; p + 4 <= k; p += 4) {
        for (long q = 0; q < whole; q += 4)
          N(transpose4)(from + q * column_stride + p, column_stride, packed + p * N(panel) + q,
                        N(panel));
        for (long q = whole; q < N(panel); q++)
          for (long r = p; r < p + 4; r++)
            packed[r * N(panel) + q] = q < width ? from[r + q * column_stride] : 0;
      }
    for (; p < k; p++)
      for (long q = 0; q < N(panel); q++)
        packed[p * N(panel) + q] = q < width ? from[p * row_stride + q * column_stride] : 0;
  }
}
