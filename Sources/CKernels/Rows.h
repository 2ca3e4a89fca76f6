// Runge–Kutta combinations and error norms of rows, one pass over memory.
#ifndef COUNTED
/// Calls an inline function whose first argument is `count`, as a constant where it is small.
#define COUNTED(function, count, ...)              \
  switch (count) {                                 \
    case 1: function(1, __VA_ARGS__); break;       \
    case 2: function(2, __VA_ARGS__); break;       \
    case 3: function(3, __VA_ARGS__); break;       \
    case 4: function(4, __VA_ARGS__); break;       \
    case 5: function(5, __VA_ARGS__); break;       \
    case 6: function(6, __VA_ARGS__); break;       \
    case 7: function(7, __VA_ARGS__); break;       \
    default: function(count, __VA_ARGS__); break;  \
  }
#endif
enum { N(most_stages) = 32 };

/// base + h Σ weights[j] stages[j], elements from ..< to; all in the order of j.
INLINE void N(combine_count)(const int count, const T *base, const T *const *stages,
                             const T *weights, T h, long from, long to, T *target) {
  const T *k[N(most_stages)];
  for (int j = 0; j < count; j++) k[j] = stages[j];
  long i = from;
  for (; i + W <= to; i += W) {
    V sum = weights[0] * N(load)(k[0] + i);
    for (int j = 1; j < count; j++) sum = FMA((V)weights[j], N(load)(k[j] + i), sum);
    N(store)(target + i, base ? FMA((V)h, sum, N(load)(base + i)) : h * sum);
  }
  for (; i < to; i++) {
    T sum = weights[0] * k[0][i];
    for (int j = 1; j < count; j++) sum = FMA(weights[j], k[j][i], sum);
    target[i] = base ? FMA(h, sum, base[i]) : h * sum;
  }
}

LEVEL void N(combine_run)(const T *base, const T *const *stages, const T *weights, int count, T h,
                          long from, long to, T *target) {
  if (count == 0)
    for (long i = from; i < to; i++) target[i] = base ? base[i] : 0;
  else
    COUNTED(N(combine_count), count, base, stages, weights, h, from, to, target);
}

/// to[r * width + i] = values[r]; writes up to W - 1 elements more.
INLINE void N(repeat_rows)(const double *values, long rows, long width, T *to) {
  if (width == 1) {
    for (long r = 0; r < rows; r++) to[r] = (T)values[r];
    return;
  }
  for (long r = 0; r < rows; r++, to += width) {
    V value = (V)(T)values[r];
    for (long i = 0; i < width; i += W) N(store)(to + i, value);
  }
}

INLINE V N(weighted)(const int count, const T *const *stages, const T *weights, long at) {
  if (count == 0) return (V)0;
  V sum = weights[0] * N(load)(stages[0] + at);
  for (int j = 1; j < count; j++) sum = FMA((V)weights[j], N(load)(stages[j] + at), sum);
  return sum;
}

INLINE V N(weighted_part)(const int count, const T *const *stages, const T *weights, long at,
                          long part) {
  if (count == 0) return (V)0;
  V sum = weights[0] * N(load_part)(stages[0] + at, part);
  for (int j = 1; j < count; j++) sum = FMA((V)weights[j], N(load_part)(stages[j] + at, part), sum);
  return sum;
}

enum { N(row_block) = 256 };

/// Elements at ..< end; `step` holds that of each element.
INLINE void N(combine_elements)(const int count, const T *base, const T *const *all_stages,
                                const T *all_weights, const T *step, long at, long end, T *target) {
  const T *stages[N(most_stages)];
  T weights[N(most_stages)];
  for (int j = 0; j < count; j++) stages[j] = all_stages[j], weights[j] = all_weights[j];
  for (; at + W <= end; at += W, step += W) {
    V sum = N(weighted)(count, stages, weights, at);
    N(store)(target + at, base ? FMA(N(load)(step), sum, N(load)(base + at)) : N(load)(step) * sum);
  }
  if (at == end) return;
  V sum = N(weighted_part)(count, stages, weights, at, end - at),
    scale = N(load_part)(step, end - at);
  N(store_part)(target + at, base ? FMA(scale, sum, N(load_part)(base + at, end - at)) : scale * sum,
                end - at);
}

/// Rows narrower than a vector with steps of their own, several at once.
LEVEL void N(combine_narrow)(const T *base, const T *const *stages, const T *weights, int count,
                             const double *h, long first, long rows, long width, T *target) {
  T steps[N(row_block) + W];
  long together = N(row_block) / width;
  for (long r = first; r < rows; r += together) {
    long some = rows - r < together ? rows - r : together, at = r * width, end = at + some * width;
    N(repeat_rows)(h + r, some, width, steps);
    COUNTED(N(combine_elements), count, base, stages, weights, steps, at, end, target);
  }
}

LEVEL void N(combine)(const T *base, const T *const *stages, const double *weights, int count,
                      const double *h, long rows, long width, T *target) {
  T w[N(most_stages)];
  for (int j = 0; j < count; j++) w[j] = (T)weights[j];
  if (width == 0) return;
  // Rows with the same step are one run.
  for (long r = 0; r < rows;) {
    long next = r + 1;
    while (next < rows && (T)h[next] == (T)h[r]) next++;
    if (width < W && next < rows && next - r < N(row_block) / W) {
      N(combine_narrow)(base, stages, w, count, h, r, rows, width, target);
      return;
    }
    N(combine_run)(base, stages, w, count, (T)h[r], r * width, next * width, target);
    r = next;
  }
}

LEVEL void N(combine_rows)(const T *base, const T *const *stages, const double *weights, int count,
                           const double *h, long rows, long width, T *target) {
  T w[N(most_stages)];
  for (long r = 0; r < rows; r++) {
    for (int j = 0; j < count; j++) w[j] = (T)weights[j * rows + r];
    N(combine_run)(base, stages, w, count, (T)h[r], r * width, (r + 1) * width, target);
  }
}

typedef double N(eight) __attribute__((ext_vector_type(8)));
typedef T N(eight_of) __attribute__((ext_vector_type(8)));
typedef N(eight_of) N(unaligned_eight) __attribute__((aligned(sizeof(T))));

/// Σ w q² of a row so far: eight lanes, and what is left over at its end.
typedef struct {
  N(eight) lanes;
  double rest;
} N(squares);

/// Adds `count` elements; all calls for a row but the last have a multiple of 8.
INLINE void N(add_squares)(const T *q, const T *mask, long count, N(squares) * sum) {
  long i = 0;
  for (; i + 8 <= count; i += 8) {
    N(eight) x = __builtin_convertvector(*(const N(unaligned_eight) *)(q + i), N(eight));
    if (mask) {
      sum->lanes +=
          __builtin_convertvector(*(const N(unaligned_eight) *)(mask + i), N(eight)) * (x * x);
    } else {
      sum->lanes += x * x;
    }
  }
  for (; i < count; i++) {
    double x = (double)q[i];
    sum->rest += mask ? (double)mask[i] * (x * x) : x * x;
  }
}

INLINE double N(total_of_squares)(const N(squares) * sum) {
  N(eight) x = sum->lanes;
  return (((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))) + sum->rest;
}

/// e / scale, NaN where y1 is not finite.
INLINE V N(ratio)(V e, V y0, V y1, V absolute, V relative) {
  V a = __builtin_elementwise_abs(y0), b = __builtin_elementwise_abs(y1);
  // y1 - y1 is 0 unless y1 is infinite or NaN.
  return e / FMA(relative, a > b ? a : b, absolute) + (y1 - y1);
}

/// q[0] … of elements at ..< end: the errors over their tolerances.
INLINE void N(ratios)(const int count, const T *const *all_stages, const T *all_weights,
                      const T *step, const T *y0, const T *y1, V absolute, V relative, long at,
                      long end, T *q) {
  const T *stages[N(most_stages)];
  T weights[N(most_stages)];
  for (int j = 0; j < count; j++) stages[j] = all_stages[j], weights[j] = all_weights[j];
  for (; at + W <= end; at += W, step += W, q += W) {
    V e = N(load)(step) * N(weighted)(count, stages, weights, at);
    N(store)(q, N(ratio)(e, N(load)(y0 + at), N(load)(y1 + at), absolute, relative));
  }
  if (at == end) return;
  long part = end - at;
  V e = N(load_part)(step, part) * N(weighted_part)(count, stages, weights, at, part);
  N(store)(q, N(ratio)(e, N(load_part)(y0 + at, part), N(load_part)(y1 + at, part), absolute,
                       relative));
}

LEVEL void N(error_norm)(const T *const *stages, const double *weights, int count, const double *h,
                         const T *y0, const T *y1, double absolute, double relative, const T *mask,
                         long rows, long width, double *norms) {
  T w[N(most_stages)], steps[N(row_block) + W], q[N(row_block) + W];
  for (int j = 0; j < count; j++) w[j] = (T)weights[j];
  double counted = mask ? 0 : (double)width;
  for (long i = 0; mask && i < width; i++) counted += (double)mask[i];
  double mean = counted > 0 ? 1 / counted : 1;
  V a = (V)(T)absolute, b = (V)(T)relative;
  // Several narrow rows at once, or a wide one piece by piece.
  long together = width == 0 || width > N(row_block) ? 1 : N(row_block) / width;
  for (long r = 0; r < rows; r += together) {
    long some = rows - r < together ? rows - r : together;
    N(squares) sum = {(N(eight))0, 0};
    if (width <= N(row_block))
      N(repeat_rows)(h + r, some, width, steps);
    else
      N(repeat_rows)(h + r, 1, N(row_block), steps);
    long end = (r + some) * width;
    for (long from = r * width; from < end; from += N(row_block)) {
      long to = end - from < N(row_block) ? end : from + N(row_block);
      COUNTED(N(ratios), count, stages, w, steps, y0, y1, a, b, from, to, q);
      if (width > N(row_block))
        N(add_squares)(q, mask ? mask + from - r * width : NULL, to - from, &sum);
    }
    if (width > N(row_block)) {
      norms[r] = __builtin_sqrt(N(total_of_squares)(&sum) * mean);
      continue;
    }
    for (long i = 0; i < some; i++) {
      N(squares) row = {(N(eight))0, 0};
      N(add_squares)(q + i * width, mask, width, &row);
      norms[r + i] = __builtin_sqrt(N(total_of_squares)(&row) * mean);
    }
  }
}
