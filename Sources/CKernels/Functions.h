// Elementary functions of vectors, without branches except where noted.
//
// Coefficients are minimax fits (Remez exchange in 50 digits) made for this file; the reductions
// are those of Cody and Waite, Software Manual for the Elementary Functions (1980), and Tang, ACM
// TOMS 15 (1989). The measured errors are in Docs/Conventions.md.
#if T_IS_FLOAT
#define MANTISSA 23
#define BIAS 127
#define ROUNDER 0x1.8p23f
#define SMALLEST_NORMAL 0x1p-126f
#else
#define MANTISSA 52
#define BIAS 1023
#define ROUNDER 0x1.8p52
#define SMALLEST_NORMAL 0x1p-1022
#endif
#define INFINITE ((T)__builtin_inf())
#define NOT_A_NUMBER ((T)__builtin_nan(""))

/// 2^n for n in the range of normal exponents.
INLINE V N(power_of_two)(I n) { return (V)((n + BIAS) << MANTISSA); }

/// x = n log 2 + r with |r| <= log 2 / 2; returns exp(r) - 1 = r + r² P(r).
INLINE V N(reduced_expm1)(V x, I *n) {
#if T_IS_FLOAT
  const T high = 0x1.62e4p-1f, low = 0x1.7f7d1cp-20f;
#else
  const T high = 0x1.62e42fefa38p-1, low = 0x1.ef35793c7673p-45;
#endif
  V shifted = FMA(x, (V)(T)0x1.71547652b82fep+0, (V)ROUNDER);
  *n = (I)shifted - (I)(V)ROUNDER;
  V k = shifted - ROUNDER;
  V r = FMA(-k, (V)high, x);
  r = FMA(-k, (V)low, r);
#if T_IS_FLOAT
  V p = (V)1.98458794033372663e-4f;
  p = FMA(p, r, (V)1.39406272442218568e-3f);
  p = FMA(p, r, (V)8.33338936537487784e-3f);
  p = FMA(p, r, (V)4.16663609146120685e-2f);
  p = FMA(p, r, (V)1.66666663704838352e-1f);
  p = FMA(p, r, (V)0.5f);
#else
  V p = (V)2.0875325138305156324e-9;
  p = FMA(p, r, (V)2.51089788084588035849e-8);
  p = FMA(p, r, (V)2.75574026596076486403e-7);
  p = FMA(p, r, (V)2.75572443744234071504e-6);
  p = FMA(p, r, (V)2.4801587172517286146e-5);
  p = FMA(p, r, (V)1.98412698859656706488e-4);
  p = FMA(p, r, (V)1.38888888889623822903e-3);
  p = FMA(p, r, (V)8.33333333332169164631e-3);
  p = FMA(p, r, (V)4.16666666666665087596e-2);
  p = FMA(p, r, (V)1.66666666666666765074e-1);
  p = FMA(p, r, (V)0.5);
#endif
  return FMA(r * r, p, r);
}

/// exp; overflow gives infinity, underflow is gradual.
INLINE V N(exp)(V x) {
  const T top = T_IS_FLOAT ? 89 : 710, bottom = T_IS_FLOAT ? -104 : -746;
  x = x > top ? (V)top : x;
  x = x < bottom ? (V)bottom : x;
  I n;
  V y = N(reduced_expm1)(x, &n) + 1;
  I half = n >> 1;
  return y * N(power_of_two)(half) * N(power_of_two)(n - half);
}

/// exp(x) for x <= 0 that needs no gradual underflow: 0 below the smallest normal number.
INLINE V N(exp_of_negative)(V x) {
  const T bottom = T_IS_FLOAT ? -87 : -708;
  I n;
  V y = N(reduced_expm1)(x < bottom ? (V)bottom : x, &n) + 1;
  return x < bottom ? (V)0 : y * N(power_of_two)(n);
}

/// exp(x) - 1 = 2 (2^(n-1) (exp(r) - 1) + (2^(n-1) - 1/2)).
INLINE V N(expm1)(V x) {
  const T top = T_IS_FLOAT ? 89 : 710, bottom = T_IS_FLOAT ? -20 : -40;
  V clamped = x > top ? (V)top : x;
  clamped = clamped < bottom ? (V)bottom : clamped;
  I n;
  V e = N(reduced_expm1)(clamped, &n);
  V scale = N(power_of_two)(n - 1);
  V y = FMA(scale, e, scale - (T)0.5);
  y = y + y;
  const T tiny = T_IS_FLOAT ? 0x1p-25 : 0x1p-54;
  return __builtin_elementwise_abs(x) < tiny ? x : y;
}

/// log(x + c) for x > 0 and a correction c (if `corrected`) below an ulp of x.
INLINE V N(log_of_sum)(V x, V c, const bool corrected) {
#if T_IS_FLOAT
  const S root_half = 0x3f3504f3;
  const T high = 0x1.62e4p-1f, low = 0x1.7f7d1cp-20f;
#else
  const S root_half = 0x3fe6a09e667f3bcd;
  const T high = 0x1.62e42fefa38p-1, low = 0x1.ef35793c7673p-45;
#endif
  const S one = (S)BIAS << MANTISSA;
  const int up = T_IS_FLOAT ? 25 : 54;
  // A sum 1 + y > 0 is never subnormal.
  I subnormal = corrected ? (I)(V)0 : (I)(x < SMALLEST_NORMAL);
  if (!corrected) x = subnormal ? x * (V)(T)(T_IS_FLOAT ? 0x1p25 : 0x1p54) : x;
  I bits = (I)x + (one - root_half);
  // A logical shift: the biased exponent is positive.
#if T_IS_FLOAT
  I exponent = (bits >> MANTISSA) - BIAS;
#else
  typedef uint64_t unsigned_integers __attribute__((ext_vector_type(VECTOR_BYTES / 8)));
  I exponent = (I)((unsigned_integers)bits >> MANTISSA) - BIAS;
#endif
  V m = (V)((bits & (((S)1 << MANTISSA) - 1)) + root_half);
  V f = m - 1;
  if (corrected) f = f + c * N(power_of_two)(-exponent);
  if (!corrected) exponent -= subnormal & up;
  V k = (V)(exponent + (I)(V)ROUNDER) - ROUNDER;
  V s = f / (f + 2);
  V z = s * s;
#if T_IS_FLOAT
  V p = (V)2.35835695047049612e-1f;
  p = FMA(p, z, (V)2.85372382945225598e-1f);
  p = FMA(p, z, (V)4.00003362196188131e-1f);
  p = FMA(p, z, (V)6.66666656412923706e-1f);
#else
  V p = (V)1.32527556191536852779e-1;
  p = FMA(p, z, (V)1.32499619435103699363e-1);
  p = FMA(p, z, (V)1.53870976542551630918e-1);
  p = FMA(p, z, (V)1.81817755084568736397e-1);
  p = FMA(p, z, (V)2.22222226487511638031e-1);
  p = FMA(p, z, (V)2.85714285690729610117e-1);
  p = FMA(p, z, (V)4.00000000000062870956e-1);
  p = FMA(p, z, (V)6.66666666666666609332e-1);
#endif
  // log(1 + f) = f - (f²/2 - s (f²/2 + z p)), with s = f / (2 + f).
  V half_square = (T)0.5 * f * f;
  V rest = FMA(k, (V)low, s * FMA(z, p, half_square));
  return FMA(k, (V)high, f - (half_square - rest));
}

INLINE V N(log_cases)(V x, V zero_at, V y) {
  V special = x == zero_at ? (V)-INFINITE : (x < zero_at ? (V)NOT_A_NUMBER : x);
  return ((x > zero_at) & (x < INFINITE)) ? y : special;
}

INLINE V N(log)(V x) { return N(log_cases)(x, (V)0, N(log_of_sum)(x, (V)0, false)); }

/// log(1 + x): the rounding error of 1 + x is carried along.
INLINE V N(log1p)(V x) {
  V u = x + 1;
  V y = N(log_of_sum)(u, x - (u - 1), true);
  const T tiny = T_IS_FLOAT ? 0x1p-25 : 0x1p-54;
  y = __builtin_elementwise_abs(x) < tiny ? x : y;
  return N(log_cases)(x, (V)-1, y);
}

#if T_IS_FLOAT
typedef double N(doubles) __attribute__((ext_vector_type(VECTOR_BYTES / 4)));
#endif

/// x = n π/2 + r with |r| <= π/4, for |x| up to 1e5.
INLINE V N(reduced_angle)(V x, I *n) {
  const double first = 0x1.921fb544p+0, second = 0x1.0b4611a6p-34, third = 0x1.3198a2e037073p-69;
#if T_IS_FLOAT
  N(doubles) wide = __builtin_convertvector(x, N(doubles));
  N(doubles) k = FMA(wide, (N(doubles))0x1.45f306dc9c883p-1, (N(doubles))0x1.8p52) - 0x1.8p52;
  N(doubles) r = FMA(-k, (N(doubles))first, wide);
  r = FMA(-k, (N(doubles))(second + third), r);
  *n = __builtin_convertvector(k, I);
  return __builtin_convertvector(r, V);
#else
  V shifted = FMA(x, (V)0x1.45f306dc9c883p-1, (V)ROUNDER);
  *n = (I)shifted;
  V k = shifted - ROUNDER;
  V r = FMA(-k, (V)first, x);
  r = FMA(-k, (V)second, r);
  return FMA(-k, (V)third, r);
#endif
}

/// sin(r + (n + quarter) π/2).
INLINE V N(sin_of_reduced)(V r, I n) {
  V u = r * r;
#if T_IS_FLOAT
  V s = (V)2.71827447687712914e-6f;
  s = FMA(s, u, (V)-1.98393309977040253e-4f);
  s = FMA(s, u, (V)8.33332937412562316e-3f);
  s = FMA(s, u, (V)-1.66666666415269181e-1f);
  V c = (V)-2.72098928953229311e-7f;
  c = FMA(c, u, (V)2.47995158915791112e-5f);
  c = FMA(c, u, (V)-1.38888837380566182e-3f);
  c = FMA(c, u, (V)4.16666666226534151e-2f);
#else
  V s = (V)-7.57869364126650471014e-13;
  s = FMA(s, u, (V)1.60583665440386513927e-10);
  s = FMA(s, u, (V)-2.50521049109472186209e-8);
  s = FMA(s, u, (V)2.75573192141880232253e-6);
  s = FMA(s, u, (V)-1.9841269841255063085e-4);
  s = FMA(s, u, (V)8.33333333333332276503e-3);
  s = FMA(s, u, (V)-1.66666666666666666411e-1);
  V c = (V)-1.13595592534647578385e-11;
  c = FMA(c, u, (V)2.08757216221418988167e-9);
  c = FMA(c, u, (V)-2.75573143406469411008e-7);
  c = FMA(c, u, (V)2.48015872894434328336e-5);
  c = FMA(c, u, (V)-1.38888888888740647967e-3);
  c = FMA(c, u, (V)4.16666666666665991526e-2);
#endif
  V sine = FMA(r * u, s, r);
  // 1 - u/2 + u² c, plus the rounding error of 1 - u/2.
  V half = u * (T)0.5;
  V w = 1 - half;
  V cosine = w + FMA(u * u, c, (1 - w) - half);
  V y = (n & 1) != 0 ? cosine : sine;
  const int to_sign = T_IS_FLOAT ? 30 : 62;
  return (V)((I)y ^ ((n & 2) << to_sign));
}

/// The C library's function of every lane (for arguments that the reduction above does not cover).
NOINLINE void N(each_lane)(T (*function)(T), const T *x, T *y) {
  for (long i = 0; i < W; i++) y[i] = function(x[i]);
}

INLINE V N(circular)(V x, S quarter, T (*function)(T)) {
  I n;
  V r = N(reduced_angle)(x, &n);
  V y = N(sin_of_reduced)(r, n + quarter);
  // The only branch, taken when a lane is large; NaN goes through.
  I large = (I)(__builtin_elementwise_abs(x) > (T)1e5);
  if (__builtin_expect(__builtin_reduce_or(large) != 0, 0)) {
    T in[W], out[W];
    N(store)(in, x);
    N(each_lane)(function, in, out);
    return large ? N(load)(out) : y;
  }
  return y;
}

#if T_IS_FLOAT
#define LIBRARY(name) name##f
#else
#define LIBRARY(name) name
#endif

INLINE V N(sin)(V x) {
  V y = N(circular)(x, 0, LIBRARY(sin));
  return x == 0 ? x : y;
}
INLINE V N(cos)(V x) { return N(circular)(x, 1, LIBRARY(cos)); }

/// e / (e + 2) with e = expm1(2|x|), and x's sign.
INLINE V N(tanh)(V x) {
  V a = __builtin_elementwise_abs(x);
  const T top = T_IS_FLOAT ? 10 : 20;
  V b = a < top ? a : (V)top;
  I n;
  V e = N(reduced_expm1)(b + b, &n);
  V scale = N(power_of_two)(n);
  e = FMA(scale, e, scale - 1);
  V y = e / (e + 2);
  y = a == a ? y : a;
  return __builtin_elementwise_copysign(y, x);
}

/// 1 / (1 + exp(-x)), from exp(-|x|) so that nothing overflows.
INLINE V N(sigmoid)(V x) {
  V t = N(exp)(-__builtin_elementwise_abs(x));
  return (x < 0 ? t : (V)1) / (1 + t);
}

/// log(1 + t) for t in [0, 1] as in `log_of_sum`, without taking an exponent out.
INLINE V N(log1p_of_fraction)(V t) {
  V s = t / (t + 2);
  V z = s * s;
#if T_IS_FLOAT
  V p = (V)0.243016715140042034017f;
  p = FMA(p, z, (V)0.214274780095429753742f);
  p = FMA(p, z, (V)0.286168997392048257823f);
  p = FMA(p, z, (V)0.39998877261747924305f);
  p = FMA(p, z, (V)0.666666756266929123114f);
#else
  V p = (V)0.160570446108773429927;
  p = FMA(p, z, (V)0.0579691517384292560865);
  p = FMA(p, z, (V)0.100944305742147306275);
  p = FMA(p, z, (V)0.10455656866302420181);
  p = FMA(p, z, (V)0.11770532750673202121);
  p = FMA(p, z, (V)0.133330064606405159458);
  p = FMA(p, z, (V)0.153846278407209015602);
  p = FMA(p, z, (V)0.181818178662180203979);
  p = FMA(p, z, (V)0.222222222273032805774);
  p = FMA(p, z, (V)0.28571428571380695066);
  p = FMA(p, z, (V)0.400000000000002260578);
  p = FMA(p, z, (V)0.666666666666666662946);
#endif
  V half_square = (T)0.5 * t * t;
  return t - (half_square - s * FMA(z, p, half_square));
}

/// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)).
INLINE V N(softplus)(V x) {
  V y = N(log1p_of_fraction)(N(exp)(-__builtin_elementwise_abs(x)));
  return (x > 0 ? x : (V)0) + y;
}

/// |x| < 1: x E(x²); beyond: 1 - exp(L(|x| - 1)), L a fit of log erfc.
INLINE V N(erf)(V x) {
  V a = __builtin_elementwise_abs(x);
  V u = a * a;
  const T top = T_IS_FLOAT ? 4 : 6;
  V d = (a < top ? a : (V)top) - 1;
#if T_IS_FLOAT
  V e = (V)-9.64110478138689735e-6f;
  e = FMA(e, u, (V)1.12568131130009984e-4f);
  e = FMA(e, u, (V)-8.48281156772905893e-4f);
  e = FMA(e, u, (V)5.22094434028061389e-3f);
  e = FMA(e, u, (V)-2.68653996895896341e-2f);
  e = FMA(e, u, (V)1.12837819687260238e-1f);
  e = FMA(e, u, (V)-3.76126384343460161e-1f);
  e = FMA(e, u, (V)1.12837916705799426f);
  V l = (V)-2.16976107590507935e-5f;
  l = FMA(l, d, (V)2.89589346795172165e-4f);
  l = FMA(l, d, (V)-2.01209876427331679e-3f);
  l = FMA(l, d, (V)1.00465893466493048e-2f);
  l = FMA(l, d, (V)-4.15635516716011361e-2f);
  l = FMA(l, d, (V)-8.43107064660210231e-1f);
  l = FMA(l, d, (V)-2.63896751606319763f);
  l = FMA(l, d, (V)-1.84960551004360621f);
#else
  V e = (V)-4.22270269706583864772e-12;
  e = FMA(e, u, (V)8.70366830312945176142e-11);
  e = FMA(e, u, (V)-1.21630081919499293479e-9);
  e = FMA(e, u, (V)1.47921403114928455616e-8);
  e = FMA(e, u, (V)-1.63646138561573386315e-7);
  e = FMA(e, u, (V)1.64620433682178850005e-6);
  e = FMA(e, u, (V)-1.49256474632196656336e-5);
  e = FMA(e, u, (V)1.20553328992957574626e-4);
  e = FMA(e, u, (V)-8.54832702185183811067e-4);
  e = FMA(e, u, (V)5.22397762542206676448e-3);
  e = FMA(e, u, (V)-2.68661706451297319162e-2);
  e = FMA(e, u, (V)1.12837916709551197348e-1);
  e = FMA(e, u, (V)-3.76126389031837523695e-1);
  e = FMA(e, u, (V)1.12837916709551257389);
  V l = (V)2.252817307411064796e-14;
  l = FMA(l, d, (V)-7.96658573462760342163e-13);
  l = FMA(l, d, (V)1.32751700475398679809e-11);
  l = FMA(l, d, (V)-1.38830706329474908628e-10);
  l = FMA(l, d, (V)1.02177872890094615715e-9);
  l = FMA(l, d, (V)-5.59736935253888119136e-9);
  l = FMA(l, d, (V)2.32638005626890739195e-8);
  l = FMA(l, d, (V)-7.11019843321505774357e-8);
  l = FMA(l, d, (V)1.30457032376349565404e-7);
  l = FMA(l, d, (V)9.96769207291553549939e-8);
  l = FMA(l, d, (V)-2.01667400702661362295e-6);
  l = FMA(l, d, (V)9.57641102561582219888e-6);
  l = FMA(l, d, (V)-2.71408183600501942805e-5);
  l = FMA(l, d, (V)2.62703192789554160482e-5);
  l = FMA(l, d, (V)2.37324710649516683521e-4);
  l = FMA(l, d, (V)-1.97790302007761039987e-3);
  l = FMA(l, d, (V)1.00338254340257088624e-2);
  l = FMA(l, d, (V)-4.15610980464955337010e-2);
  l = FMA(l, d, (V)-8.43107256358486712478e-1);
  l = FMA(l, d, (V)-2.63896751423479123648);
  l = FMA(l, d, (V)-1.84960550993324824864);
#endif
  V y = a < 1 ? a * e : 1 - N(exp_of_negative)(l);
  y = a == a ? y : a;
  return __builtin_elementwise_copysign(y, x);
}

/// The C library's pow, lane by lane.
INLINE V N(power)(V x, V y) {
  T a[W], b[W];
  N(store)(a, x);
  N(store)(b, y);
  for (long i = 0; i < W; i++) a[i] = LIBRARY(pow)(a[i], b[i]);
  return N(load)(a);
}

INLINE V N(truth)(I condition) { return condition ? (V)1 : (V)0; }

INLINE V N(sign)(V x) {
  V y = x > 0 ? (V)1 : (x < 0 ? (V)-1 : x);
  return y;
}

#undef MANTISSA
#undef BIAS
#undef ROUNDER
#undef SMALLEST_NORMAL
#undef LIBRARY
#undef INFINITE
#undef NOT_A_NUMBER
