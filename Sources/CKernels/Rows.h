// Runge–Kutta combinations and error norms of rows, one pass over memory.
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
  switch (count) {
    case 0:
      for (long i = from; i < to; i++) target[i] = base ? base[i] : 0;
      break;
    case 1: N(combine_count)(1, base, stages, weights, h, from, to, target); break;
    case 2: N(combine_count)(2, base, stages, weights, h, from, to, target); break;
    case 3: N(combine_count)(3, base, stages, weights, h, from, to, target); break;
    case 4: N(combine_count)(4, base, stages, weights, h, from, to, target); break;
    case 5: N(combine_count)(5, base, stages, weights, h, from, to, target); break;
    case 6: N(combine_count)(6, base, stages, weights, h, from, to, target); break;
    case 7: N(combine_count)(7, base, stages, weights, h, from, to, target); break;
    default: N(combine_count)(count, base, stages, weights, h, from, to, target); break;
  }
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

INLINE V N(weighted)(const T *const *stages, const T *weights, int count, long at) {
  if (count == 0) return (V)0;
  V sum = weights[0] * N(load)(stages[0] + at);
  for (int j = 1; j < count; j++) sum = FMA((V)weights[j], N(load)(stages[j] + at), sum);
  return sum;
}

INLINE V N(weighted_part)(const T *const *stages, const T *weights, int count, long at, long part) {
  if (count == 0) return (V)0;
  V sum = weights[0] * N(load_part)(stages[0] + at, part);
  for (int j = 1; j < count; j++) sum = FMA((V)weights[j], N(load_part)(stages[j] + at, part), sum);
  return sum;
}

enum { N(row_block) = 256 };

/// Rows narrower than a vector with steps of their own, several at once.
LEVEL void N(combine_narrow)(const T *base, const T *const *stages, const T *weights, int count,
                             const double *h, long first, long rows, long width, T *target) {
  T steps[N(row_block) + W];
  long together = N(row_block) / width;
  for (long r = first; r < rows; r += together) {
    long some = rows - r < together ? rows - r : together, at = r * width, end = at + some * width;
    N(repeat_rows)(h + r, some, width, steps);
    const T *step = steps;
    for (; at + W <= end; at += W, step += W) {
      V sum = N(weighted)(stages, weights, count, at);
      N(store)(target + at,
               base ? FMA(N(load)(step), sum, N(load)(base + at)) : N(load)(step) * sum);
    }
    if (at < end) {
      V sum = N(weighted_part)(stages, weights, count, at, end - at),
        scale = N(load_part)(step, end - at);
      N(store_part)(target + at,
                    base ? FMA(scale, sum, N(load_part)(base + at, end - at)) : scale * sum,
                    end - at);
    }
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
      long to = end - from < N(row_block) ? end : from + N(row_block), at = from;
      for (; at + W <= to; at += W) {
        V e = N(load)(steps + at - from) * N(weighted)(stages, w, count, at);
        N(store)(q + at - from, N(ratio)(e, N(load)(y0 + at), N(load)(y1 + at), a, b));
      }
      if (at < to) {
        long part = to - at;
        V e = N(load_part)(steps + at - from, part) * N(weighted_part)(stages, w, count, at, part);
        N(store)(q + at - from,
                 N(ratio)(e, N(load_part)(y0 + at, part), N(load_part)(y1 + at, part), a, b));
      }
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
