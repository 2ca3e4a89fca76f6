// Vectors of T: loads and stores, whole or in part.
typedef T V __attribute__((ext_vector_type(VECTOR_BYTES / sizeof(T))));
typedef S I __attribute__((ext_vector_type(VECTOR_BYTES / sizeof(T))));
typedef V N(unaligned) __attribute__((aligned(sizeof(T))));

INLINE V N(load)(const T *p) { return *(const N(unaligned) *)p; }
INLINE void N(store)(T *p, V x) { *(N(unaligned) *)p = x; }

/// The first `count` (< W) lanes; the others are 0.
INLINE V N(load_part)(const T *p, long count) {
#if HAS_MASKS && T_IS_FLOAT
  return (V)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), p);
#elif HAS_MASKS
  return (V)_mm512_maskz_loadu_pd((__mmask8)((1u << count) - 1), p);
#elif HAS_MASKED_LOADS && T_IS_FLOAT
  const I lanes = {0, 1, 2, 3, 4, 5, 6, 7};
  return (V)_mm256_maskload_ps(p, (__m256i)(lanes < (S)count));
#elif HAS_MASKED_LOADS
  const I lanes = {0, 1, 2, 3};
  return (V)_mm256_maskload_pd(p, (__m256i)(lanes < (S)count));
#else
  T lanes[W] = {0};
  T *to = lanes;
  if (count & 8) memcpy(to, p, 8 * sizeof(T)), p += 8, to += 8;
  if (count & 4) memcpy(to, p, 4 * sizeof(T)), p += 4, to += 4;
  if (count & 2) memcpy(to, p, 2 * sizeof(T)), p += 2, to += 2;
  if (count & 1) *to = *p;
  return N(load)(lanes);
#endif
}

/// Stores the first `count` (< W) lanes.
INLINE void N(store_part)(T *p, V x, long count) {
#if HAS_MASKS && T_IS_FLOAT
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1), (__m512)x);
#elif HAS_MASKS
  _mm512_mask_storeu_pd(p, (__mmask8)((1u << count) - 1), (__m512d)x);
#else
  T lanes[W];
  N(store)(lanes, x);
  const T *from = lanes;
  if (count & 8) memcpy(p, from, 8 * sizeof(T)), p += 8, from += 8;
  if (count & 4) memcpy(p, from, 4 * sizeof(T)), p += 4, from += 4;
  if (count & 2) memcpy(p, from, 2 * sizeof(T)), p += 2, from += 2;
  if (count & 1) *p = *from;
#endif
}

/// The sum of the lanes, halving: lane i + lane i + W/2, and so on.
INLINE T N(sum_of_lanes)(V x) {
  T lanes[W];
  N(store)(lanes, x);
  for (long half = W / 2; half > 0; half /= 2)
    for (long i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

/// The larger one; NaN if either is NaN.
INLINE V N(larger)(V a, V b) { return ((a > b) | (a != a)) ? a : b; }
INLINE V N(smaller)(V a, V b) { return ((a < b) | (a != a)) ? a : b; }
INLINE T N(larger_scalar)(T a, T b) { return a > b || a != a ? a : b; }
