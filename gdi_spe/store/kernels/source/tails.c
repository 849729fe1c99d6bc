/* Tails of Student's t: the incomplete beta function, by its series near the middle and by its
 * continued fraction beyond (DLMF 8.17.8 and 8.17.22).
 */
#include <math.h>

#include "spe.h"

enum { TERMS = 64, ROUNDS = 400, KNOWN = 256 };

/* Gamma(a + 1/2) / (Gamma(a) sqrt(pi)): by its expansion, from where that is exact downwards. */
static double scale_of(double a) {
  double down = 1;
  for (; a < 24; a += 1) down *= a / (a + 0.5);
  const double z = 1 / (a * a);
  const double log_ratio =
      (-1.0 / 8 + z * (1.0 / 192 + z * (-1.0 / 640 + z * (17.0 / 14336 - z * 31.0 / 18432)))) / a;
  return down * sqrt(a) * exp(log_ratio) / 1.7724538509055160273;
}

/* The last degrees of freedom that were asked for: few different ones come by the thousand. */
typedef struct {
  int64_t freedom[KNOWN];
  double scale[KNOWN];
} memory;

static SPE_INLINE double remembered(memory *m, int64_t freedom) {
  const int64_t at = freedom % KNOWN;
  if (m->freedom[at] != freedom) {
    m->freedom[at] = freedom;
    m->scale[at] = scale_of((double)freedom / 2);
  }
  return m->scale[at];
}

/* The incomplete beta function of 1/2 and a at y, less its power of 1 - y and its scale. */
static SPE_INLINE double series(double a, double y, const double *inverse) {
  double term = 1, sum = 1;
  for (int n = 0; n < TERMS && term > 1e-17 * sum; n++) {
    term *= (a + 0.5 + n) * inverse[n] * y;
    sum += term;
  }
  return 2 * sqrt(y) * sum;
}

/* The even part of the continued fraction of a and 1/2 at x = 1 - y, from its front (Lentz's
 * way): what is near 1 is told by its distance y, so that nothing is lost where a is large. */
static double fraction(double a, double x, double y) {
  const double first = a * (a * y - 0.5 * x + 1) / (a + 1);
  double f = first, c = first, d = 0;
  for (int m = 1; m < ROUNDS; m++) {
    const double below = a + 2 * m - 1;
    const double over = (a + m - 1) * (a + m - 0.5) * m * (0.5 - m) * x * x / (below * below);
    const double under = m + m * (0.5 - m) * x / below +
                         (a + m) * (a * y - 0.5 * x + 1 + m * (1 + y)) / (below + 2);
    d = 1 / (under + over * d);
    c = under + over / c;
    f *= c * d;
    if (fabs(c * d - 1) < 1e-16) break;
  }
  return a / f;
}

static SPE_INLINE void both(double t, int64_t freedom, double scale, const double *inverse,
                            double *p, double *neg_log) {
  const double ln_10 = 2.302585092994045684, a = (double)freedom / 2, ratio = t * t / (double)freedom;
  const double y = ratio / (1 + ratio);
  if (y < 1.5 / (a + 2.5)) {
    *p = 1 - series(a, y, inverse) * exp(-a * log1p(ratio)) * scale;
    *neg_log = -log(*p) / ln_10;
    return;
  }
  const double x = 1 / (1 + ratio), power = -a * log1p(ratio);
  const double rest = sqrt(y) * scale / a * fraction(a, x, y);
  *p = exp(power) * rest;
  *neg_log = -(power + log(rest)) / ln_10;
}

/* Both tails beyond t with so many degrees of freedom (1 or more), and their negative decimal
 * logarithm, which is told where the tails are too small for a double as well. */
SPE_EXPORT void spe_t_tails(const double *t, const int64_t *freedom, int64_t from, int64_t to,
                            double *p, double *neg_log) {
  double inverse[TERMS];
  memory known;
  for (int n = 0; n < TERMS; n++) inverse[n] = 1 / (1.5 + n);
  for (int n = 0; n < KNOWN; n++) known.freedom[n] = 0;
  for (int64_t i = from; i < to; i++) {
    if (isnan(t[i])) {
      p[i] = neg_log[i] = NAN;
    } else if (isinf(t[i])) {
      p[i] = 0;
      neg_log[i] = INFINITY;
    } else {
      both(t[i], freedom[i], remembered(&known, freedom[i]), inverse, p + i, neg_log + i);
    }
  }
}
