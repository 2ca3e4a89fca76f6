// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2).
LEVEL void N(adam)(T *x, T *m, T *v, const T *g, long n, double rate, double b1, double b2,
                   double c1, double c2, double epsilon, double decay) {
  const T keep1 = (T)b1, take1 = (T)(1 - b1), keep2 = (T)b2, take2 = (T)(1 - b2);
  const T scale1 = (T)(1 / c1), scale2 = (T)(1 / c2), eps = (T)epsilon, decayed = (T)decay,
          step = (T)rate;
  long i = 0;
  for (; i + W <= n; i += W) {
    V gradient = N(load)(g + i), parameter = N(load)(x + i);
    V first = FMA((V)keep1, N(load)(m + i), take1 * gradient);
    V second = FMA((V)keep2, N(load)(v + i), take2 * gradient * gradient);
    N(store)(m + i, first);
    N(store)(v + i, second);
    V direction = first * scale1 / (__builtin_elementwise_sqrt(second * scale2) + eps);
    N(store)(x + i, FMA((V)-step, FMA((V)decayed, parameter, direction), parameter));
  }
  for (; i < n; i++) {
    T first = FMA(keep1, m[i], take1 * g[i]);
    T second = FMA(keep2, v[i], take2 * g[i] * g[i]);
    m[i] = first;
    v[i] = second;
    T direction = first * scale1 / (__builtin_elementwise_sqrt(second * scale2) + eps);
    x[i] = FMA(-step, FMA(decayed, x[i], direction), x[i]);
  }
}
