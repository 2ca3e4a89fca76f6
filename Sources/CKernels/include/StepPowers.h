// Powers for step sizes: the same bits on every platform and at every feature level, and short
// chains of operations. Inline, so that a solve of one state and the loop over rows share them.
#pragma once

#include <stdint.h>
#include <string.h>

/// log2 of a finite positive number to 1e-9 absolute; −1074 of zero, of subnormal numbers and NaN.
///
/// log2 x = e + (2 / ln 2) artanh(s), s = (m − 1) / (m + 1) with m in [√½, √2): the series to s⁹ errs
/// by less than 2 · 0.172¹¹ / 11 / ln 2 = 1e-9.
static inline double nk_quick_log2(double x) {
#pragma clang fp contract(off)
  uint64_t bits, number;
  memcpy(&bits, &x, sizeof bits);
  // Taking bits of √½ off the number leaves the exponent of the nearest power of two, here plus 1024.
  uint64_t exponent = (bits - 0x3FE6A09E667F3BCD + ((uint64_t)1024 << 52)) >> 52;
  uint64_t mantissa = bits - ((exponent - 1024) << 52);
  double m, e;
  memcpy(&m, &mantissa, sizeof m);
  // An integer in the low bits of 2^52.
  number = exponent | 0x4330000000000000;
  memcpy(&e, &number, sizeof e);
  e = e - (0x1p52 + 1024);
  double s = (m - 1) / (m + 1), q = s * s;
  double series =
      (1 + q * (1.0 / 3)) + (q * q) * ((1.0 / 5 + q * (1.0 / 7)) + (q * q) * (1.0 / 9));
  double result = e + 2.8853900817779268 * s * series;
  return x >= 0x1p-1022 ? result : -1074;
}

/// 2^x to 1e-9 relative, bounded to the normal numbers.
///
/// The Taylor polynomial of degree 8 on |f| ≤ ½ errs by less than 0.347⁹ / 9! = 2e-10.
static inline double nk_quick_exp2(double x) {
#pragma clang fp contract(off)
  double low_bounded = x > -1021 ? x : -1021;
  double bounded = low_bounded < 1022 ? low_bounded : 1022;
  // Adding and taking off 1.5 · 2⁵² rounds to an integer, which stays in the low bits.
  double shifted = bounded + 0x1.8p52;
  double z = (bounded - (shifted - 0x1.8p52)) * 0.6931471805599453, q = z * z;
  double low = (1 + z) + q * (0.5 + z * (1.0 / 6));
  double high =
      (1.0 / 24 + z * (1.0 / 120)) + q * ((1.0 / 720 + z * (1.0 / 5040)) + q * (1.0 / 40320));
  double fraction = low + (q * q) * high, result;
  uint64_t exponent, bits;
  memcpy(&exponent, &shifted, sizeof exponent);
  memcpy(&bits, &fraction, sizeof bits);
  bits += exponent << 52;
  memcpy(&result, &bits, sizeof result);
  return result;
}

/// Exponents of the factor from one step to the next.
typedef struct {
  double log_safety;
  double exponent, previous_exponent;
  double rejection_exponent;
} nk_step_powers;

/// The factor after a step whose error over its tolerance is `error`, with its log2 and that of the
/// accepted step before it; `error` may be the norm's square.
static inline double nk_step_factor(nk_step_powers powers, double error, double logarithm,
                                    double previous) {
#pragma clang fp contract(off)
  double own = error <= 1 ? powers.exponent : powers.rejection_exponent;
  double other = error <= 1 ? powers.previous_exponent : 0;
  // The logarithm is known last.
  return nk_quick_exp2(own * logarithm + (powers.log_safety + other * previous));
}
