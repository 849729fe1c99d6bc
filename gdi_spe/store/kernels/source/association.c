/* Association of one trait with many variants.
 *
 * Linear: covariates are orthonormal and the trait is residualised once, so a variant costs what
 * its carriers cost; missing calls are taken out exactly by a rank-one downdate each. Logistic:
 * Newton's method with all samples, columns side by side so that four are worked on at a time.
 * Nothing here depends on how variants are divided among threads.
 */
#include <math.h>
#include <string.h>

#include "walk.h"

#ifdef SPE_X86
#define ASSOCIATION __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define ASSOCIATION
#endif
/* What is called must be inside its caller to be compiled for the same instructions. */
#define INSIDE static inline __attribute__((always_inline))

enum { MAX_K = 40, LINEAR_OUT = 4, SCORE_OUT = 5, LOGISTIC_OUT = 8, MAX_ITERATIONS = 40 };

typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t i4 __attribute__((vector_size(32), aligned(8), may_alias));

/* Four numbers from an array: one instruction, where memcpy would be two and a stall. */
#define FOUR(array, at) (*(v4 *)((array) + (at)))
#define FOUR_OF(array, at) (*(const v4 *)((array) + (at)))

/* ---- small dense algebra: lower triangles, rows of MAX_K */

/* Factorise in place; 0 where the matrix is not positive definite. */
INSIDE int cholesky(int k, double *a) {
  for (int i = 0; i < k; i++) {
    for (int j = 0; j <= i; j++) {
      double s = a[i * MAX_K + j];
      for (int t = 0; t < j; t++) s -= a[i * MAX_K + t] * a[j * MAX_K + t];
      if (i != j) {
        a[i * MAX_K + j] = s / a[j * MAX_K + j];
      } else {
        if (!(s > 1e-12 * fabs(a[i * MAX_K + i]))) return 0;
        a[i * MAX_K + i] = sqrt(s);
      }
    }
  }
  return 1;
}

INSIDE void forward(int k, const double *l, double *b) {
  for (int i = 0; i < k; i++) {
    double s = b[i];
    for (int t = 0; t < i; t++) s -= l[i * MAX_K + t] * b[t];
    b[i] = s / l[i * MAX_K + i];
  }
}

INSIDE void backward(int k, const double *l, double *b) {
  for (int i = k - 1; i >= 0; i--) {
    double s = b[i];
    for (int t = i + 1; t < k; t++) s -= l[t * MAX_K + i] * b[t];
    b[i] = s / l[i * MAX_K + i];
  }
}

INSIDE double dot(int k, const double *a, const double *b) {
  double s = 0;
  for (int i = 0; i < k; i++) s += a[i] * b[i];
  return s;
}

/* Add the rows `gone`, each as often as the mean says; returns what the squares grow by. */
INSIDE double fill_in(double *sums, const double *gone, int64_t stride, double g_sum,
                      int64_t n_missing, int64_t n_called) {
  const double mean = g_sum / (double)n_called;
  for (int64_t b = 0; b < stride; b++) sums[b] += mean * gone[b];
  return mean * mean * (double)n_missing;
}

/* ---- who carries a variant */

/* The rows of the design that carry one and two alternate alleles, and that have no call. */
typedef struct {
  const int32_t *one, *two, *missing;
  int64_t n_one, n_two, n_missing;
} carriers;

INSIDE int64_t rows_of(uint64_t bits, int64_t word, const int32_t *row_of, int32_t *out,
                       int64_t n) {
  while (bits) {
    out[n++] = row_of[word << 6 | __builtin_ctzll(bits)];
    bits &= bits - 1;
  }
  return n;
}

/* Take one variant's calls apart; `inside` has a bit for each sample that has a row. scratch: room
 * for 3 n_samples + 3 numbers. */
INSIDE carriers find(const uint64_t *value, int64_t n_samples, const int32_t *row_of,
                     const uint64_t *inside, int32_t *scratch) {
  int32_t *list[3] = {scratch, scratch + n_samples + 1, scratch + 2 * (n_samples + 1)};
  int64_t n[3] = {0, 0, 0};
  if (value[0] & SPE_PLANES) {
    const int64_t n_words = (n_samples + 63) / 64;
    const uint64_t *low = value + 1, *high = low + n_words;
    for (int64_t w = 0; w < n_words; w++) {
      const uint64_t a = low[w] & inside[w], b = high[w] & inside[w];
      n[0] = rows_of(a & ~b, w, row_of, list[0], n[0]);
      n[1] = rows_of(b & ~a, w, row_of, list[1], n[1]);
      n[2] = rows_of(a & b, w, row_of, list[2], n[2]);
    }
  } else {
    const uint32_t *entry = (const uint32_t *)(value + 1);
    const int64_t n_entries = (int64_t)(value[0] >> 32);
    for (int64_t i = 0; i < n_entries; i++) {
      const int32_t row = row_of[entry[i] >> 2];
      const int64_t code = (entry[i] & 3) - 1;
      list[code][n[code]] = row;
      n[code] += row >= 0;
    }
  }
  return (carriers){list[0], list[1], list[2], n[0], n[1], n[2]};
}

/* Sum rows of a design whose width is known when this is compiled. */
INSIDE void sum_rows_of(const double *design, const int stride, const int32_t *rows, int64_t n,
                        double *out) {
  v4 even[MAX_K / 4 + 2], odd[MAX_K / 4 + 2];
  for (int b = 0; b < stride / 4; b++) even[b] = odd[b] = (v4){0};
  int64_t i = 0;
  for (; i + 2 <= n; i += 2) {
    const double *x = design + (int64_t)rows[i] * stride;
    const double *y = design + (int64_t)rows[i + 1] * stride;
    for (int b = 0; b < stride / 4; b++) {
      even[b] += FOUR_OF(x, 4 * b);
      odd[b] += FOUR_OF(y, 4 * b);
    }
  }
  if (i < n)
    for (int b = 0; b < stride / 4; b++)
      even[b] += FOUR_OF(design + (int64_t)rows[i] * stride, 4 * b);
  for (int b = 0; b < stride / 4; b++) FOUR(out, 4 * b) = even[b] + odd[b];
}

INSIDE void sum_rows(const double *design, int64_t stride, const int32_t *rows, int64_t n,
                     double *out) {
  switch (stride) {
    case 4: sum_rows_of(design, 4, rows, n, out); break;
    case 8: sum_rows_of(design, 8, rows, n, out); break;
    case 12: sum_rows_of(design, 12, rows, n, out); break;
    case 16: sum_rows_of(design, 16, rows, n, out); break;
    default: sum_rows_of(design, (int)stride, rows, n, out);
  }
}

/* Sums over the rows of alternate alleles times the design, and of squared ones. */
INSIDE void weigh_rows(const double *design, int64_t stride, const carriers *who, double *sums,
                       double *squares) {
  double twice[MAX_K + 8];
  sum_rows(design, stride, who->one, who->n_one, sums);
  sum_rows(design, stride, who->two, who->n_two, twice);
  for (int64_t b = 0; b < stride; b += 4) {
    const v4 one = FOUR_OF(sums, b), two = FOUR_OF(twice, b);
    FOUR(sums, b) = one + 2.0 * two;
    FOUR(squares, b) = one + 4.0 * two;
  }
}

/* ---- linear */

/* The lower triangle of the sum of outer products of rows of m numbers; m is known when this is
 * compiled, so that it stays in registers. */
INSIDE void sum_products_of(const double *design, int64_t stride, const int m,
                            const int32_t *rows, int64_t n, double *out) {
  v4 sums[MAX_K + 1][MAX_K / 4 + 1];
#pragma GCC unroll 16
  for (int i = 0; i < m; i++)
#pragma GCC unroll 4
    for (int b = 0; b <= i / 4; b++) sums[i][b] = (v4){0};
  for (int64_t r = 0; r < n; r++) {
    const double *x = design + (int64_t)rows[r] * stride;
#pragma GCC unroll 16
    for (int i = 0; i < m; i++)
#pragma GCC unroll 4
      for (int b = 0; b <= i / 4; b++) sums[i][b] += x[i] * FOUR_OF(x, 4 * b);
  }
#pragma GCC unroll 16
  for (int i = 0; i < m; i++)
#pragma GCC unroll 4
    for (int b = 0; b <= i / 4; b++) FOUR(out, i * stride + 4 * b) = sums[i][b];
}

INSIDE void sum_products(const double *design, int64_t stride, int64_t m, const int32_t *rows,
                         int64_t n, double *out) {
  switch (m) {
    case 2: sum_products_of(design, stride, 2, rows, n, out); break;
    case 3: sum_products_of(design, stride, 3, rows, n, out); break;
    case 4: sum_products_of(design, stride, 4, rows, n, out); break;
    case 5: sum_products_of(design, stride, 5, rows, n, out); break;
    case 6: sum_products_of(design, stride, 6, rows, n, out); break;
    case 7: sum_products_of(design, stride, 7, rows, n, out); break;
    case 8: sum_products_of(design, stride, 8, rows, n, out); break;
    default: sum_products_of(design, stride, (int)m, rows, n, out);
  }
}

/* Solve for what is left of the covariates where some rows are gone. products: the sum over those
 * rows of outer products of k covariates and the residual, in rows of `stride`. g, y: the genotype
 * and the residual by the covariates; both become what they are by orthonormal ones. Returns 0
 * where the covariates follow from each other without those rows. */
INSIDE int downdate(int k, int64_t stride, const double *products, double *g, double *y) {
  double a[MAX_K * MAX_K], inverse[MAX_K];
  for (int i = 0; i < k; i++) {
    double s = 1 - products[i * stride + i];
    const double whole = s;
    double gi = g[i], yi = -products[k * stride + i];
    for (int j = 0; j < i; j++) {
      double t = -products[i * stride + j];
      for (int c = 0; c < j; c++) t -= a[i * MAX_K + c] * a[j * MAX_K + c];
      t *= inverse[j];
      a[i * MAX_K + j] = t;
      s -= t * t;
      gi -= t * g[j];
      yi -= t * y[j];
    }
    if (!(s > 1e-12 * fabs(whole))) return 0;
    inverse[i] = 1 / sqrt(s);
    g[i] = gi * inverse[i];
    y[i] = yi * inverse[i];
  }
  return 1;
}

/* design: a row a sample of `stride` doubles: k covariates, then the residual, then zeros. Missing
 * calls leave the model, or count as the mean of those who are called where `fill` is 1. out a
 * variant: slope, standard error, called samples, their alternate alleles. scratch: 3 n_samples +
 * 3 numbers; products: (k + 1) x stride. */
SPE_EXPORT ASSOCIATION void spe_regress(const uint64_t *words, const int64_t *starts,
                                      int64_t n_variants, int64_t n_samples,
                                      const int32_t *row_of, const uint64_t *inside,
                                      const double *design, int64_t stride, int64_t k,
                                      int64_t n_rows, int64_t fill, int32_t *scratch,
                                      double *products, double *out) {
  double all_yy = 0;
  for (int64_t i = 0; i < n_rows; i++) all_yy += design[i * stride + k] * design[i * stride + k];
  for (int64_t v = 0; v < n_variants; v++) {
    double sums[MAX_K + 8], squares[MAX_K + 8], gone[MAX_K + 8], lost[MAX_K];
    const carriers who = find(words + starts[v], n_samples, row_of, inside, scratch);
    weigh_rows(design, stride, &who, sums, squares);
    const double g_sum = (double)(who.n_one + 2 * who.n_two);
    const int64_t n_missing = who.n_missing, n_called = n_rows - n_missing;
    double gg = (double)(who.n_one + 4 * who.n_two), yy = all_yy;
    if (fill && n_missing && n_called) {
      sum_rows(design, stride, who.missing, n_missing, gone);
      gg += fill_in(sums, gone, stride, g_sum, n_missing, n_called);
    }
    double den = gg, gy = sums[k];
    int is_fit = gg > 0;
    if (is_fit && n_missing && !fill) {
      sum_products(design, stride, k + 1, who.missing, n_missing, products);
      is_fit = downdate((int)k, stride, products, sums, lost);
      yy -= products[k * stride + k];
      if (is_fit) {
        gy -= dot((int)k, sums, lost);
        yy -= dot((int)k, lost, lost);
      }
    }
    den -= dot((int)k, sums, sums);
    double *o = out + v * LINEAR_OUT;
    const int64_t df = (fill ? n_rows : n_called) - k - 1;
    o[2] = (double)n_called;
    o[3] = g_sum;
    o[0] = o[1] = NAN;
    if (is_fit && df > 0 && den > 1e-9 * gg) {
      const double rss = yy - gy * gy / den;
      o[0] = gy / den;
      o[1] = rss > 0 ? sqrt(rss / (double)df / den) : 0;
    }
  }
}

/* ---- logistic */

INSIDE double total(v4 x) { return (x[0] + x[1]) + (x[2] + x[3]); }

INSIDE v4 chosen(i4 where, v4 yes, v4 no) {
  return (v4)(((i4)yes & where) | ((i4)no & ~where));
}

/* e to the power of x to a few units in the last place: 2^n times a polynomial of the rest. */
INSIDE v4 exponential(v4 x) {
  const v4 low = {-700, -700, -700, -700}, high = {700, 700, 700, 700};
  const v4 magic = {0x1.8p52, 0x1.8p52, 0x1.8p52, 0x1.8p52};
  x = chosen(x < low, low, x);
  x = chosen(x > high, high, x);
  const v4 shifted = x * 0x1.71547652b82fep0 + magic;
  const v4 n = shifted - magic;
  const v4 r = (x - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
  v4 p = r * (1.0 / 479001600) + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  p = p * r + 1.0;
  return p * (v4)(((i4)shifted + 1023) << 52);
}

/* One model: k columns of n doubles (n a multiple of 4), the outcome, 1 or 0 for samples in it. */
typedef struct {
  int64_t n;
  int k;
  const double *const *columns;
  const double *outcome;
  const double *is_in;
  double *mean;
} model;

enum { BLOCK = 64 }; /* samples whose weights stay in the first-level cache */

/* Means, weights and residuals of one block; k is known when this is compiled. */
INSIDE void weigh(const model *m, const double *b, int64_t from, int64_t size, const int k,
                  double *weight, double *rest) {
  for (int64_t i = 0; i < size; i += 4) {
    v4 eta = {0};
#pragma GCC unroll 12
    for (int c = 0; c < k; c++) eta += FOUR_OF(m->columns[c], from + i) * b[c];
    const v4 in = FOUR_OF(m->is_in, from + i);
    const v4 mean = 1.0 / (1.0 + exponential(-eta));
    FOUR(m->mean, from + i) = mean;
    FOUR(weight, i) = mean * (1.0 - mean) * in;
    FOUR(rest, i) = (FOUR_OF(m->outcome, from + i) - mean) * in;
  }
}

/* Score u and information h (lower triangle) at b. */
INSIDE void derivatives_of(const model *m, const double *b, double *u, double *h, const int k) {
  double weight[BLOCK], rest[BLOCK], weighted[BLOCK];
  for (int c = 0; c < k; c++) {
    u[c] = 0;
    for (int d = 0; d <= c; d++) h[c * MAX_K + d] = 0;
  }
  for (int64_t from = 0; from < m->n; from += BLOCK) {
    const int64_t size = m->n - from < BLOCK ? m->n - from : BLOCK;
    weigh(m, b, from, size, k, weight, rest);
    for (int c = 0; c < k; c++) {
      const double *x = m->columns[c] + from;
      v4 sum = {0};
      for (int64_t i = 0; i < size; i += 4) {
        sum += FOUR_OF(x, i) * FOUR_OF(rest, i);
        FOUR(weighted, i) = FOUR_OF(x, i) * FOUR_OF(weight, i);
      }
      u[c] += total(sum);
      for (int d = 0; d <= c; d++) {
        const double *z = m->columns[d] + from;
        v4 even = {0}, odd = {0};
        int64_t i = 0;
        for (; i + 8 <= size; i += 8) {
          even += FOUR_OF(weighted, i) * FOUR_OF(z, i);
          odd += FOUR_OF(weighted, i + 4) * FOUR_OF(z, i + 4);
        }
        if (i < size) even += FOUR_OF(weighted, i) * FOUR_OF(z, i);
        even += odd;
        h[c * MAX_K + d] += total(even);
      }
    }
  }
}

/* Four samples at a time is worth its while only where the columns stay in registers. */
static ASSOCIATION void derivatives(const model *m, const double *b, double *u, double *h) {
  switch (m->k) {
    case 1: derivatives_of(m, b, u, h, 1); break;
    case 2: derivatives_of(m, b, u, h, 2); break;
    case 3: derivatives_of(m, b, u, h, 3); break;
    case 4: derivatives_of(m, b, u, h, 4); break;
    case 5: derivatives_of(m, b, u, h, 5); break;
    case 6: derivatives_of(m, b, u, h, 6); break;
    case 7: derivatives_of(m, b, u, h, 7); break;
    case 8: derivatives_of(m, b, u, h, 8); break;
    case 9: derivatives_of(m, b, u, h, 9); break;
    case 10: derivatives_of(m, b, u, h, 10); break;
    case 11: derivatives_of(m, b, u, h, 11); break;
    case 12: derivatives_of(m, b, u, h, 12); break;
    default: derivatives_of(m, b, u, h, m->k);
  }
}

/* Newton's method from b; h is left factorised at the end. Returns 1 where it converged. */
INSIDE int fit(const model *m, double *b, double *h) {
  double u[MAX_K];
  for (int round = 0; round < MAX_ITERATIONS; round++) {
    derivatives(m, b, u, h);
    if (!cholesky(m->k, h)) return 0;
    forward(m->k, h, u);
    backward(m->k, h, u);
    double largest = 0;
    for (int c = 0; c < m->k; c++) {
      b[c] += u[c];
      largest = fmax(largest, fabs(u[c]) / fmax(1, fabs(b[c])));
      if (!(fabs(b[c]) < 1e3)) return 0;
    }
    if (largest < 1e-9) return 1;
  }
  return 0;
}

/* The model without a variant, where every variant's fit begins. */
typedef struct {
  double *weight, *rest;
  double u[MAX_K], h[MAX_K * MAX_K];
} null_point;

INSIDE void stand(const model *m, const double *b, null_point *at) {
  derivatives(m, b, at->u, at->h);
  for (int64_t i = 0; i < m->n; i++) {
    at->weight[i] = m->mean[i] * (1 - m->mean[i]) * m->is_in[i];
    at->rest[i] = (m->outcome[i] - m->mean[i]) * m->is_in[i];
  }
}

/* Sum over samples of g w x. */
INSIDE double triple(int64_t n, const double *g, const double *w, const double *x) {
  v4 even = {0}, odd = {0};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    even += FOUR_OF(g, i) * FOUR_OF(w, i) * FOUR_OF(x, i);
    odd += FOUR_OF(g, i + 4) * FOUR_OF(w, i + 4) * FOUR_OF(x, i + 4);
  }
  if (i < n) even += FOUR_OF(g, i) * FOUR_OF(w, i) * FOUR_OF(x, i);
  even += odd;
  return total(even);
}

/* Newton's first step from the model without the variant, whose weights are known: nothing is
 * exponentiated. Returns 0 where the variant follows from the covariates. */
INSIDE int first_step(const model *m, const null_point *at, const double *g, double *b) {
  const int k = m->k;
  double u[MAX_K], h[MAX_K * MAX_K];
  memcpy(u, at->u, sizeof u);
  memcpy(h, at->h, sizeof(double) * (size_t)(k * MAX_K));
  for (int c = 0; c < k; c++) h[k * MAX_K + c] = triple(m->n, g, at->weight, m->columns[c]);
  h[k * MAX_K + k] = triple(m->n, g, at->weight, g);
  u[k] = triple(m->n, g, m->is_in, at->rest);
  if (!cholesky(k + 1, h)) return 0;
  forward(k + 1, h, u);
  backward(k + 1, h, u);
  for (int c = 0; c <= k; c++) b[c] += u[c];
  return 1;
}

INSIDE double log_likelihood(const model *m) {
  double sum = 0;
  for (int64_t i = 0; i < m->n; i++)
    if (m->is_in[i] > 0) sum += log(m->outcome[i] > 0 ? m->mean[i] : 1 - m->mean[i]);
  return sum;
}

/* Add Firth's correction to u: h[i] (1/2 - mean[i]) x[i], with h the diagonal of the hat matrix. */
INSIDE void correct(const model *m, const double *l, double *u) {
  const int k = m->k;
  v4 us[MAX_K];
  memset(us, 0, sizeof(v4) * (size_t)k);
  for (int64_t i = 0; i < m->n; i += 4) {
    v4 x[MAX_K], z[MAX_K], mean, in, hat = {0};
    for (int c = 0; c < k; c++) {
      x[c] = FOUR_OF(m->columns[c], i);
      v4 s = x[c];
      for (int d = 0; d < c; d++) s -= z[d] * l[c * MAX_K + d];
      z[c] = s / l[c * MAX_K + c];
      hat += z[c] * z[c];
    }
    mean = FOUR_OF(m->mean, i);
    in = FOUR_OF(m->is_in, i);
    const v4 extra = hat * mean * (1.0 - mean) * in * (0.5 - mean);
    for (int c = 0; c < k; c++) us[c] += x[c] * extra;
  }
  for (int c = 0; c < k; c++) u[c] += total(us[c]);
}

/* The penalised log-likelihood at b; h is left factorised, u is the uncorrected score. */
INSIDE double penalised(const model *m, const double *b, double *u, double *h) {
  derivatives(m, b, u, h);
  if (!cholesky(m->k, h)) return -INFINITY;
  double half_log_determinant = 0;
  for (int c = 0; c < m->k; c++) half_log_determinant += log(h[c * MAX_K + c]);
  return log_likelihood(m) + half_log_determinant;
}

/* How much of a step to take: the information is not the penalised likelihood's curvature, and
 * where one carrier tells all it is half of it, so that whole steps go to and fro for ever. */
INSIDE double share_of_step(int k, const double *step, double *last, double share) {
  const double square = dot(k, last, last);
  if (square > 0) {
    const double turn = 1 - dot(k, step, last) / square;
    share = fmin(1, fmax(0.1, turn > 0 ? share / turn : 1));
  }
  memcpy(last, step, sizeof(double) * (size_t)k);
  return share;
}

/* Maximise the penalised likelihood over the first `n_free` of the coefficients. */
INSIDE int fit_penalised(const model *m, int n_free, double *b, double *h, double *reached) {
  double u[MAX_K], step[MAX_K], last[MAX_K] = {0}, trial[MAX_K], free_h[MAX_K * MAX_K];
  double share = 1;
  double now = penalised(m, b, u, h);
  for (int round = 0; round < 4 * MAX_ITERATIONS; round++) {
    if (!isfinite(now)) return 0;
    correct(m, h, u);
    if (n_free == m->k) {
      memcpy(step, u, sizeof step);
      forward(m->k, h, step);
      backward(m->k, h, step);
    } else {
      double scratch_u[MAX_K];
      derivatives(m, b, scratch_u, free_h);
      if (!cholesky(n_free, free_h)) return 0;
      memcpy(step, u, sizeof step);
      forward(n_free, free_h, step);
      backward(n_free, free_h, step);
    }
    double largest = 0;
    for (int c = 0; c < n_free; c++) largest = fmax(largest, fabs(step[c]));
    if (largest < 1e-9) {
      *reached = now;
      return 1;
    }
    share = share_of_step(n_free, step, last, share);
    double factor = fmin(share, 5 / largest);
    double next = -INFINITY;
    for (int half = 0; half < 20; half++, factor /= 2) {
      memcpy(trial, b, sizeof(double) * (size_t)m->k);
      for (int c = 0; c < n_free; c++) trial[c] += factor * step[c];
      next = penalised(m, trial, u, h);
      if (next >= now - 1e-12 * fabs(now)) break;
    }
    memcpy(b, trial, sizeof(double) * (size_t)m->k);
    now = next;
  }
  return 0;
}

/* The score test where nobody is missing or missing calls are means (`fill`), at the cost of the
 * carriers. design: a row a sample of
 * `stride` doubles: the k weighted covariates through the inverse factor of their information, the
 * residual, 1 for cases, the weight. out a variant: score, its variance, missing samples,
 * alternate alleles, those of cases. */
SPE_EXPORT ASSOCIATION void spe_score_test(const uint64_t *words, const int64_t *starts,
                                      int64_t n_variants, int64_t n_samples,
                                      const int32_t *row_of, const uint64_t *inside,
                                      const double *design, int64_t stride, int64_t k,
                                      int64_t n_rows, int64_t fill, int32_t *scratch,
                                      double *out) {
  for (int64_t v = 0; v < n_variants; v++) {
    double sums[MAX_K + 8], squares[MAX_K + 8], gone[MAX_K + 8];
    const carriers who = find(words + starts[v], n_samples, row_of, inside, scratch);
    const int64_t n_missing = who.n_missing;
    weigh_rows(design, stride, &who, sums, squares);
    const double g_sum = (double)(who.n_one + 2 * who.n_two);
    double gg = squares[k + 2];
    double *o = out + v * SCORE_OUT;
    o[4] = sums[k + 1];
    if (fill && n_missing && n_missing < n_rows) {
      const double mean = g_sum / (double)(n_rows - n_missing);
      sum_rows(design, stride, who.missing, n_missing, gone);
      fill_in(sums, gone, stride, g_sum, n_missing, n_rows - n_missing);
      gg += mean * mean * gone[k + 2];
    }
    o[0] = sums[k];
    o[1] = gg - dot((int)k, sums, sums);
    o[2] = (double)n_missing;
    o[3] = g_sum;
  }
}

enum { SCORE = 0, WALD = 1, FIRTH = 2 };

/* Spread one variant's calls over the rows; returns how many rows have none. */
INSIDE int64_t spread(const uint64_t *words, int64_t start, int64_t n_samples,
                      const int32_t *row_of, const double *kept, int64_t n, double *g,
                      double *is_in) {
  int64_t n_missing = 0;
  memset(g, 0, sizeof(double) * (size_t)n);
  memcpy(is_in, kept, sizeof(double) * (size_t)n);
  SPE_EACH_CALL(words, start, n_samples, {
    const int64_t row = row_of[sample];
    if (row < 0) continue;
    if (code == SPE_MISSING) {
      is_in[row] = 0;
      n_missing++;
    } else {
      g[row] = code;
    }
  });
  return n_missing;
}

/* Called samples and their alternate alleles, those of cases, and the squares of both. */
typedef struct {
  double called, cases, alleles, in_cases, squares, squares_in_cases;
} seen;

INSIDE seen look(int64_t n, const double *g, const double *is_in, const double *outcome) {
  v4 called = {0}, cases = {0}, alleles = {0}, in_cases = {0}, squares = {0}, of_cases = {0};
  for (int64_t i = 0; i < n; i += 4) {
    const v4 in = FOUR_OF(is_in, i), y = FOUR_OF(outcome, i), x = FOUR_OF(g, i) * in;
    called += in;
    cases += in * y;
    alleles += x;
    in_cases += x * y;
    squares += x * x;
    of_cases += x * x * y;
  }
  return (seen){total(called), total(cases), total(alleles), total(in_cases), total(squares),
                total(of_cases)};
}

/* Most and least alleles of a group, from its size, its alleles and their squares. */
INSIDE void range_of(double n, double alleles, double squares, int *least, int *most) {
  const double two = (squares - alleles) / 2, one = alleles - 2 * two;
  *most = two > 0 ? 2 : one > 0 ? 1 : 0;
  *least = n > one + two ? 0 : one > 0 ? 1 : 2;
}

/* Cases and controls lie on two sides of a dosage: the likelihood has no maximum. */
INSIDE int are_apart(const seen *s) {
  int least[2], most[2];
  range_of(s->cases, s->in_cases, s->squares_in_cases, &least[1], &most[1]);
  range_of(s->called - s->cases, s->alleles - s->in_cases, s->squares - s->squares_in_cases,
           &least[0], &most[0]);
  return most[1] <= least[0] || most[0] <= least[1];
}

/* columns: k rows of n doubles; outcome, kept: n doubles, 0 in the padding; start: k coefficients.
 * out a variant: beta, standard error, chi-squared (likelihood ratio for Firth), called samples,
 * alternate alleles, those of cases, called cases, 1 where it converged. Missing calls leave the
 * model, or are the mean where `fill` is 1. scratch: 5 n doubles. */
SPE_EXPORT ASSOCIATION void spe_fit_logistic(const uint64_t *words, const int64_t *starts,
                                        int64_t n_variants, int64_t n_samples,
                                        const int32_t *row_of, const double *columns,
                                        const double *outcome, const double *kept,
                                        const double *start, int64_t k, int64_t n, int64_t test,
                                        int64_t fill, double *scratch, double *out) {
  double *g = scratch, *is_in = scratch + n, *mean = scratch + 2 * n;
  const double *listed[MAX_K];
  for (int64_t c = 0; c < k; c++) listed[c] = columns + c * n;
  listed[k] = g;
  null_point at = {.weight = scratch + 3 * n, .rest = scratch + 4 * n};
  const model without = {n, (int)k, listed, outcome, kept, mean};
  if (test == WALD) stand(&without, start, &at);
  for (int64_t v = 0; v < n_variants; v++) {
    double *o = out + v * LOGISTIC_OUT;
    const int64_t n_missing =
        spread(words, starts[v], n_samples, row_of, kept, n, g, is_in);
    const seen there = look(n, g, is_in, outcome);
    const double called = there.called, alleles = there.alleles, cases = there.cases;
    o[0] = o[1] = o[2] = NAN;
    o[3] = called;
    o[4] = alleles;
    o[5] = there.in_cases;
    o[6] = cases;
    o[7] = 0;
    if (!(alleles > 0) || !(cases > 0) || !(cases < called)) continue;
    if (test == WALD && are_apart(&there)) continue;
    if (fill && n_missing) {
      for (int64_t i = 0; i < n; i++)
        if (is_in[i] != kept[i]) g[i] = alleles / called;
      memcpy(is_in, kept, sizeof(double) * (size_t)n);
    }
    double b[MAX_K] = {0}, u[MAX_K], h[MAX_K * MAX_K], reached = 0, under_null = 0;
    memcpy(b, start, sizeof(double) * (size_t)k);
    model m = {n, (int)k + 1, listed, outcome, is_in, mean};
    if (test == SCORE) {
      model null_model = m;
      null_model.k = (int)k;
      if (n_missing && !fill && !fit(&null_model, b, h)) continue;
      derivatives(&m, b, u, h);
      if (!cholesky(m.k, h)) continue;
      const double variance = h[k * MAX_K + k] * h[k * MAX_K + k];
      o[0] = u[k] / variance;
      o[1] = 1 / sqrt(variance);
      o[2] = u[k] * u[k] / variance;
      o[7] = 1;
    } else if (test == WALD) {
      if ((fill || !n_missing) && !first_step(&without, &at, g, b)) continue;
      if (!fit(&m, b, h)) continue;
      o[0] = b[k];
      o[1] = 1 / h[k * MAX_K + k];
      o[2] = b[k] * b[k] / (o[1] * o[1]);
      o[7] = 1;
    } else {
      double b_null[MAX_K] = {0};
      memcpy(b_null, start, sizeof(double) * (size_t)k);
      if (!fit_penalised(&m, (int)k, b_null, h, &under_null)) continue;
      memcpy(b, b_null, sizeof b);
      if (!fit_penalised(&m, (int)k + 1, b, h, &reached)) continue;
      o[0] = b[k];
      o[1] = 1 / h[k * MAX_K + k];
      o[2] = fmax(0, 2 * (reached - under_null));
      o[7] = 1;
    }
  }
}
