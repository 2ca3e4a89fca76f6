// Runge–Kutta combinations and error norms of rows, one pass over memory.
enum { N(most_stages) = 32 };

/// base + h Σ weights[j] stages[j], elements from ..< to; all in the order of j.
INLINE void N(combine_count)(const int count, const T *base, const T *const *stages, const T *weights, T h, long from, long to, T *target) {
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

LEVEL void N(combine_run)(const T *base, const T *const *stages, const T *weights, int count, T h, long from, long to, T *target) {
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

LEVEL void N(combine)(const T *base, const T *const *stages, const double *weights, int count, const double *h, long rows, long width, T *target) {
  T w[N(most_stages)];
  for (int j = 0; j < count; j++) w[j] = (T)weights[j];
  // Rows with the same step are one run.
  for (long r = 0; r < rows;) {
    long next = r + 1;
    while (next < rows && (T)h[next] == (T)h[r]) next++;
    N(combine_run)(base, stages, w, count, (T)h[r], r * width, next * width, target);
    r = next;
  }
}

LEVEL void N(combine_rows)(const T *base, const T *const *stages, const double *weights, int count, const double *h, long rows, long width, T *target) {
  T w[N(most_stages)];
  for (long r = 0; r < rows; r++) {
    for (int j = 0; j < count; j++) w[j] = (T)weights[j * rows + r];
    N(combine_run)(base, stages, w, count, (T)h[r], r * width, (r + 1) * width, target);
  }
}

/// A row's Σ w (e / scale)², in double, in the order of the components.
LEVEL void N(error_norm)(const T *const *stages, const double *weights, int count, const double *h, const T *y0, const T *y1,
                         double absolute, double relative, const T *mask, long rows, long width, double *norms) {
  T w[N(most_stages)];
  for (int j = 0; j < count; j++) w[j] = (T)weights[j];
  double counted = 0;
  for (long i = 0; i < width; i++) counted += mask ? (double)mask[i] : 1;
  for (long r = 0; r < rows; r++) {
    double total = 0;
    T step = (T)h[r];
    for (long i = r * width; i < (r + 1) * width; i++) {
      T sum = 0;
      for (int j = 0; j < count; j++) sum = FMA(w[j], stages[j][i], sum);
      T a = __builtin_elementwise_abs(y0[i]), b = __builtin_elementwise_abs(y1[i]);
      // y1 - y1 is 0 unless y1 is infinite or NaN.
      T ratio = step * sum / FMA((T)relative, a > b ? a : b, (T)absolute) + (y1[i] - y1[i]);
      total += (double)ratio * (double)ratio * (mask ? (double)mask[i - r * width] : 1);
    }
    norms[r] = __builtin_sqrt(total / (counted > 0 ? counted : 1));
  }
}
