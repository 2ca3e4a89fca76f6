// One operation of a program over a block.

/// `count` is a multiple of W; t may be one of the arguments.
INLINE void N(apply)(int operation, T constant, const T *a, const T *b, const T *c, T *t,
                     long count) {
#define EACH(expression)                \
  for (long i = 0; i < count; i += W) { \
    V x = N(load)(a + i);               \
    N(store)(t + i, expression);        \
  }                                     \
  break;
#define EACH2(expression)                     \
  for (long i = 0; i < count; i += W) {       \
    V x = N(load)(a + i), y = N(load)(b + i); \
    N(store)(t + i, expression);              \
  }                                           \
  break;
#define EACH3(expression)                                         \
  for (long i = 0; i < count; i += W) {                           \
    V x = N(load)(a + i), y = N(load)(b + i), z = N(load)(c + i); \
    N(store)(t + i, expression);                                  \
  }                                                               \
  break;
  V k = (V)constant;
  switch ((nk_operation)operation) {
    case nk_negate: EACH(-x)
    case nk_reciprocal: EACH(1 / x)
    case nk_square: EACH(x * x)
    case nk_sqrt: EACH(__builtin_elementwise_sqrt(x))
    case nk_abs: EACH(__builtin_elementwise_abs(x))
    case nk_sign: EACH(N(sign)(x))
    case nk_floor: EACH(__builtin_elementwise_floor(x))
    case nk_exp: EACH(N(exp)(x))
    case nk_expm1: EACH(N(expm1)(x))
    case nk_log: EACH(N(log)(x))
    case nk_log1p: EACH(N(log1p)(x))
    case nk_sin: EACH(N(sin)(x))
    case nk_cos: EACH(N(cos)(x))
    case nk_tanh: EACH(N(tanh)(x))
    case nk_sigmoid: EACH(N(sigmoid)(x))
    case nk_softplus: EACH(N(softplus)(x))
    case nk_erf: EACH(N(erf)(x))
    case nk_add: EACH2(x + y)
    case nk_subtract: EACH2(x - y)
    case nk_multiply: EACH2(x * y)
    case nk_divide: EACH2(x / y)
    case nk_power: EACH2(N(power)(x, y))
    case nk_minimum: EACH2(N(smaller)(x, y))
    case nk_maximum: EACH2(N(larger)(x, y))
    case nk_less: EACH2(N(truth)((I)(x < y)))
    case nk_less_or_equal: EACH2(N(truth)((I)(x <= y)))
    case nk_equal: EACH2(N(truth)((I)(x == y)))
    case nk_select: EACH3(x != 0 ? y : z)
    case nk_multiply_add: EACH3(FMA(x, y, z))
    case nk_add_constant: EACH(x + k)
    case nk_multiply_constant: EACH(x * k)
    case nk_copy: EACH(x)
  }
#undef EACH
#undef EACH2
#undef EACH3
}

/// The same as a call, for blocks that are long enough.
NOINLINE void N(apply_block)(int operation, T constant, const T *a, const T *b, const T *c, T *t,
                             long count) {
  N(apply)(operation, constant, a, b, c, t, count);
}

/// How many of a, b, c a step reads.
INLINE int N(arguments)(const nk_step *step) {
  if (step->operation < nk_add || step->operation > nk_multiply_add) return 1;
  return step->operation < nk_select ? 2 : 3;
}
