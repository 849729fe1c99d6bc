/* Genotypes as bits, a row a variant, and how two variants go together among some people.
 *
 * A row has three planes: calls of two like alleles, those of them that are the alternate, and
 * calls that are known. As numbers, genotypes are -1, 0 and 1: correlations do not see the shift.
 */
#include <math.h>

#include "calls.h"

/* Codes of one value, a byte each. */
static void codes_of(const spe_value *v, int64_t n_samples, uint8_t *out) {
  if (!v->low) {
    memset(out, 0, (size_t)n_samples);
    for (int64_t i = 0; i < v->n_entries; i++) out[v->entries[i] >> 2] = v->entries[i] & 3;
    return;
  }
  for (int64_t w = 0; w < spe_words_of(n_samples); w++) {
    uint64_t low = v->low[w], high = v->high[w];
    int64_t last = n_samples - w * 64 < 64 ? n_samples - w * 64 : 64;
    for (int64_t b = 0; b < last; b++)
      out[w * 64 + b] = (uint8_t)((low >> b & 1) | (high >> b & 1) << 1);
  }
}

/* Planes of variants from..to for some people; scratch has room for a value's codes. */
SPE_EXPORT void spe_linkage_bits(const uint64_t *words, const int64_t *starts,
                                 const int64_t *ends, int64_t from, int64_t to, int64_t n_samples,
                                 const int64_t *people, int64_t n_people, uint8_t *scratch,
                                 uint64_t *like, uint64_t *alternate, uint64_t *known) {
  const int64_t n_words = (n_people + 63) / 64;
  for (int64_t i = from; i < to; i++) {
    spe_value v = spe_open(words, starts[i], ends[i], spe_words_of(n_samples));
    codes_of(&v, n_samples, scratch);
    for (int64_t w = 0; w < n_words; w++) {
      uint64_t l = 0, a = 0, k = 0;
      const int64_t last = n_people - w * 64 < 64 ? n_people - w * 64 : 64;
      for (int64_t b = 0; b < last; b++) {
        const uint64_t code = scratch[people[w * 64 + b]];
        l |= (uint64_t)(code == 0 || code == 2) << b;
        a |= (uint64_t)(code == 2) << b;
        k |= (uint64_t)(code != SPE_MISSING) << b;
      }
      like[i * n_words + w] = l;
      alternate[i * n_words + w] = a;
      known[i * n_words + w] = k;
    }
  }
}

/* Genotypes of variants from..to as numbers: numbers[variant][code] for each person. */
SPE_EXPORT void spe_linkage_numbers(const uint64_t *words, const int64_t *starts,
                                    const int64_t *ends, int64_t from, int64_t to,
                                    int64_t n_samples, const int64_t *people, int64_t n_people,
                                    uint8_t *scratch, const float *numbers, float *out) {
  for (int64_t i = from; i < to; i++) {
    spe_value v = spe_open(words, starts[i], ends[i], spe_words_of(n_samples));
    codes_of(&v, n_samples, scratch);
    const float *own = numbers + i * 4;
    float *row = out + i * n_people;
    for (int64_t j = 0; j < n_people; j++) row[j] = own[scratch[people[j]]];
  }
}

typedef struct {
  int64_t n_words;
  const uint64_t *like, *alternate, *known;
  const int64_t *sums; /* of each row: known calls, the sum of its numbers, and of their squares */
} rows;

/* The correlation of two rows among those known in both; NaN where one does not vary. */
static SPE_INLINE double correlation(const rows *of, int64_t a, int64_t b, int64_t n_people) {
  const uint64_t *la = of->like + a * of->n_words, *lb = of->like + b * of->n_words;
  const uint64_t *ta = of->alternate + a * of->n_words, *tb = of->alternate + b * of->n_words;
  const int64_t *sa = of->sums + 3 * a, *sb = of->sums + 3 * b;
  int64_t both = 0, apart = 0;
  for (int64_t w = 0; w < of->n_words; w++) {
    const uint64_t l = la[w] & lb[w];
    both += __builtin_popcountll(l);
    apart += __builtin_popcountll(l & (ta[w] ^ tb[w]));
  }
  int64_t n = n_people, x = sa[1], y = sb[1], xx = sa[2], yy = sb[2];
  if (sa[0] < n_people || sb[0] < n_people) {
    const uint64_t *ka = of->known + a * of->n_words, *kb = of->known + b * of->n_words;
    int64_t alt_x = 0, alt_y = 0;
    n = xx = yy = 0;
    for (int64_t w = 0; w < of->n_words; w++) {
      n += __builtin_popcountll(ka[w] & kb[w]);
      xx += __builtin_popcountll(la[w] & kb[w]);
      yy += __builtin_popcountll(lb[w] & ka[w]);
      alt_x += __builtin_popcountll(ta[w] & kb[w]);
      alt_y += __builtin_popcountll(tb[w] & ka[w]);
    }
    x = 2 * alt_x - xx;
    y = 2 * alt_y - yy;
  }
  const double between = (double)n * (double)(both - 2 * apart) - (double)x * (double)y;
  const double vx = (double)n * (double)xx - (double)x * (double)x;
  const double vy = (double)n * (double)yy - (double)y * (double)y;
  return vx > 0 && vy > 0 ? between / sqrt(vx * vy) : __builtin_nan("");
}

#ifdef SPE_X86
#define LINKAGE __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define LINKAGE
#endif

/* Correlations of rows first[i] and second[i]. */
SPE_EXPORT LINKAGE void spe_linkage_pairs(const uint64_t *like, const uint64_t *alternate,
                                          const uint64_t *known, const int64_t *sums,
                                          int64_t n_words, int64_t n_people, const int64_t *first,
                                          const int64_t *second, int64_t from, int64_t to,
                                          double *out) {
  const rows of = {n_words, like, alternate, known, sums};
  for (int64_t i = from; i < to; i++) out[i] = correlation(&of, first[i], second[i], n_people);
}

/* Keep rows in order unless one that was kept, within `window` positions before, correlates more
 * than r2 allows. The first n_fixed rows are kept already. */
SPE_EXPORT LINKAGE void spe_linkage_prune(const uint64_t *like, const uint64_t *alternate,
                                          const uint64_t *known, const int64_t *sums,
                                          int64_t n_words, int64_t n_people, int64_t n_rows,
                                          int64_t n_fixed, const int64_t *positions,
                                          int64_t window, double max_r2, int64_t *kept,
                                          uint8_t *stays) {
  const rows of = {n_words, like, alternate, known, sums};
  int64_t n_kept = 0, near = 0;
  for (int64_t i = 0; i < n_rows; i++) {
    while (near < n_kept && positions[kept[near]] < positions[i] - window) near++;
    int stay = 1;
    for (int64_t k = n_kept - 1; i >= n_fixed && stay && k >= near; k--) {
      const double r = correlation(&of, kept[k], i, n_people);
      stay = !(r * r > max_r2 + 1e-9); /* rounding alone parts nobody */
    }
    stays[i] = (uint8_t)stay;
    if (stay) kept[n_kept++] = i;
  }
}

/* How many people have each of nine pairs of genotypes: out[pair][3 * a + b], where a and b are
 * copies of the alternate allele of rows first[i] and second[i]. */
SPE_EXPORT LINKAGE void spe_linkage_tables(const uint64_t *like, const uint64_t *alternate,
                                           const uint64_t *known, const int64_t *sums,
                                           int64_t n_words, int64_t n_people,
                                           const int64_t *first, const int64_t *second,
                                           int64_t from, int64_t to, int64_t *out) {
  (void)sums;
  (void)n_people;
  for (int64_t i = from; i < to; i++) {
    const int64_t a = first[i] * n_words, b = second[i] * n_words;
    int64_t *own = out + 9 * i;
    for (int k = 0; k < 9; k++) own[k] = 0;
    for (int64_t w = 0; w < n_words; w++) {
      const uint64_t la = like[a + w], ta = alternate[a + w], ha = known[a + w] & ~la;
      const uint64_t lb = like[b + w], tb = alternate[b + w], hb = known[b + w] & ~lb;
      const uint64_t of_a[3] = {la & ~ta, ha, ta}, of_b[3] = {lb & ~tb, hb, tb};
      for (int k = 0; k < 9; k++) own[k] += __builtin_popcountll(of_a[k / 3] & of_b[k % 3]);
    }
  }
}
