/* Exact tests of Hardy-Weinberg equilibrium.
 *
 * Given how many copies of the rarer allele there are, the number of heterozygotes follows the
 * Levene-Haldane distribution. Its terms are walked from the largest one to both sides by the
 * ratio of neighbours, until what is left cannot be seen in a double (Wigginton, Cutler and
 * Abecasis 2005).
 */
#include "spe.h"

static const double NEARLY = 1.0 + 1e-11; /* terms that differ by rounding alone are the same */
static const double NOTHING = 1e-18;

/* The distribution of the heterozygotes of n people among whom there are `rare` rarer alleles. */
typedef struct {
  double n, rare;
} levene;

/* Term of h + 2 heterozygotes, by that of h. */
static SPE_INLINE double up(const levene *of, double h) {
  double both_rare = (of->rare - h) / 2, both_common = of->n - h - both_rare;
  return 4 * both_rare * both_common / ((h + 2) * (h + 1));
}

static SPE_INLINE double down(const levene *of, double h) {
  double both_rare = (of->rare - h) / 2, both_common = of->n - h - both_rare;
  return h * (h - 1) / (4 * (both_rare + 1) * (both_common + 1));
}

static SPE_INLINE double largest(const levene *of) {
  double h = __builtin_floor(of->rare * (2 * of->n - of->rare) / (2 * of->n - 1));
  h += (double)(((int64_t)h ^ (int64_t)of->rare) & 1);
  if (h > of->rare) h -= 2;
  while (h + 2 <= of->rare && up(of, h) > 1) h += 2;
  while (h >= 2 && down(of, h) > 1) h -= 2;
  return h;
}

/* Of all terms, of those not larger than what was observed, of those as large, and of as many
 * heterozygotes or more. */
typedef struct {
  double total, tail, tied, above;
} sums;

static SPE_INLINE void add(sums *s, double term, double observed, int is_above) {
  int in_tail = term <= observed * NEARLY;
  s->total += term;
  if (in_tail) s->tail += term;
  if (in_tail && term * NEARLY >= observed) s->tied += term;
  if (is_above) s->above += term;
}

/* Two-sided and one-sided (at least as many heterozygotes) p-values of one variant. */
static SPE_INLINE void test(double reference, double het, double alternate, int mid_p, double *two_sided,
                 double *excess) {
  levene of = {reference + het + alternate,
               het + 2 * (reference < alternate ? reference : alternate)};
  if (of.rare <= 1) {
    *two_sided = *excess = mid_p ? 0.5 : 1; /* there is one possibility alone */
    return;
  }
  double mode = largest(&of), observed = 1;
  for (double h = mode; h < het; h += 2) observed *= up(&of, h);
  for (double h = mode; h > het; h -= 2) observed *= down(&of, h);
  sums of_terms = {0, 0, 0, 0};
  double least = observed * NOTHING, term = 1;
  for (double h = mode; h <= of.rare && term > least; h += 2) {
    add(&of_terms, term, observed, h >= het);
    term *= up(&of, h);
  }
  if (mode >= 2) {
    term = down(&of, mode);
    for (double h = mode - 2; h >= 0 && term > least; h -= 2) {
      add(&of_terms, term, observed, h >= het);
      term *= down(&of, h);
    }
  }
  *two_sided = (of_terms.tail - (mid_p ? of_terms.tied / 2 : 0)) / of_terms.total;
  *excess = (of_terms.above - (mid_p ? observed / 2 : 0)) / of_terms.total;
}

/* p-values of variants from..to; NaN where nobody was counted. */
SPE_EXPORT SPE_CLONES void spe_hardy_weinberg(const int32_t *reference, const int32_t *het,
                                              const int32_t *alternate, int64_t from, int64_t to,
                                              int64_t mid_p, double *two_sided, double *excess) {
  for (int64_t i = from; i < to; i++) {
    if (reference[i] + het[i] + alternate[i] == 0)
      two_sided[i] = excess[i] = __builtin_nan("");
    else
      test(reference[i], het[i], alternate[i], (int)mid_p, two_sided + i, excess + i);
  }
}

/* One field of the counts that count.c makes. */
enum { AN = 1, HET = 2, HOM = 3, HEMI = 4, LOST = 5, N_COUNTS = 6 };

/* Variants from..to of n in groups of `sizes` people, counted by spe_calls_count: the share of
 * heterozygotes to be expected, and the smallest p-values of the groups that have both alleles,
 * times the number of those. */
SPE_EXPORT SPE_CLONES void spe_equilibrium(const int32_t *counts, int64_t n_groups, int64_t n,
                                           const int32_t *sizes, int64_t from, int64_t to,
                                           int64_t mid_p, double *expected, double *two_sided,
                                           double *excess) {
  for (int64_t i = from; i < to; i++) {
    double hets = 0, people = 0, n_told = 0, least[2] = {2, 2};
    for (int64_t g = 0; g < n_groups; g++) {
      const int32_t *c = counts + (g * n + i) * N_COUNTS;
      int32_t called = sizes[g] - c[LOST], single = 2 * called - c[AN];
      if (single < c[HEMI]) single = c[HEMI];
      int32_t reference = called - c[HET] - c[HOM] - single;
      double of = reference + c[HET] + c[HOM], alternates = c[HET] + 2.0 * c[HOM], found[2];
      if (of <= 0) continue;
      people += of;
      if (alternates <= 0 || alternates >= 2 * of) continue;
      hets += alternates * (2 * of - alternates) / (2 * of - 1);
      n_told++;
      test(reference, c[HET], c[HOM], (int)mid_p, found, found + 1);
      for (int k = 0; k < 2; k++)
        if (found[k] < least[k]) least[k] = found[k];
    }
    double alone = people > 0 ? (mid_p ? 0.5 : 1) : __builtin_nan("");
    expected[i] = people > 0 ? hets / people : __builtin_nan("");
    two_sided[i] = n_told == 0 ? alone : least[0] * n_told < 1 ? least[0] * n_told : 1;
    excess[i] = n_told == 0 ? alone : least[1] * n_told < 1 ? least[1] * n_told : 1;
  }
}
