/* Calls of each sample over many variants, straight from packed calls. */
#include "calls.h"

enum { ABSENT = 0, ONE = 1 };
/* What is counted of a sample: complete calls of each sort, calls that are not complete, complete
 * calls of one allele, alternates (those of half-missing calls too). */
enum { HET, HOM, HEMI, LOST, SINGLE, ALTERNATES, N_FIELDS };

/* Counts of one kind of variants: N_FIELDS x n_samples. */
static SPE_INLINE void add_call(int32_t *counts, int64_t n, int64_t s, uint32_t code, int rule,
                                int written) {
  if (rule == ABSENT) return;
  int single = rule == ONE || written;
  int torn = code == 1 && rule == ONE && !written; /* two different alleles where there is one */
  if (code == SPE_MISSING || torn) {
    counts[LOST * n + s]++;
    if (rule == ONE) counts[SINGLE * n + s]--; /* it was counted for each variant */
    else if (written) counts[SINGLE * n + s]--;
    return;
  }
  counts[HET * n + s] += code == 1 && !single;
  counts[HOM * n + s] += code == 2 && !single;
  counts[HEMI * n + s] += single;
  counts[ALTERNATES * n + s] += single ? 1 : (int32_t)code;
}

/* Exceptions were taken for missing calls so far; put right what is known of them. */
static void add_exception(int32_t *counts, int64_t n, const spe_exception *e, int rule) {
  if (rule == ABSENT) return;
  int64_t s = e->sample;
  int called = e->ploidy - e->n_missing, alternates = e->n_alternate, whole = e->n_missing == 0;
  int same = whole && (alternates == 0 || alternates == called), single = rule == ONE;
  int hemi = single && same && alternates > 0;
  counts[HET * n + s] += whole && !single && !same;
  counts[HOM * n + s] += whole && !single && same && alternates > 0;
  counts[HEMI * n + s] += hemi;
  counts[LOST * n + s] -= single ? same : whole;
  counts[SINGLE * n + s] += single && same;
  counts[ALTERNATES * n + s] += single ? hemi : alternates;
}

/* Count variants from..to. kinds: the kind of each variant; counts: a block of N_FIELDS x
 * n_samples for each kind, added to; expected: NULL or a rule for each sample; weights: NULL or a
 * number of each variant, summed over the calls that are not complete into lost[sample]. */
SPE_EXPORT void spe_calls_by_sample(const uint64_t *words, const int64_t *starts,
                                    const int64_t *ends, int64_t from, int64_t to, int64_t n,
                                    const int8_t *expected, const uint8_t *kinds,
                                    const double *weights, int32_t *counts, double *lost) {
  for (int64_t i = from; i < to; i++) {
    spe_value v = spe_open(words, starts[i], ends[i], spe_words_of(n));
    int32_t *own = counts + (int64_t)kinds[i] * N_FIELDS * n;
    if (expected || v.haploid)
      for (int64_t s = 0; s < n; s++)
        own[SINGLE * n + s] += (expected && expected[s] == ONE) ||
                               (spe_bit(v.haploid, (uint32_t)s) && !(expected && expected[s] == ABSENT));
    for (int64_t k = 0; k < v.n_entries; k++) {
      uint32_t s = v.entries[k] >> 2, code = v.entries[k] & 3;
      int rule = expected ? expected[s] : 2;
      add_call(own, n, s, code, rule, spe_bit(v.haploid, s));
      if (weights && code == SPE_MISSING) lost[s] += weights[i];
    }
    for (int64_t w = 0; v.low && w < spe_words_of(n); w++)
      for (uint64_t left = v.low[w] | v.high[w]; left; left &= left - 1) {
        uint32_t s = (uint32_t)(w * 64 + __builtin_ctzll(left));
        uint32_t code = (uint32_t)(spe_bit(v.low, s) | spe_bit(v.high, s) << 1);
        int rule = expected ? expected[s] : 2;
        add_call(own, n, s, code, rule, spe_bit(v.haploid, s));
        if (weights && code == SPE_MISSING) lost[s] += weights[i];
      }
    for (int64_t k = 0; k < v.n_exceptions; k++) {
      int rule = expected ? expected[v.exceptions[k].sample] : 2;
      add_exception(own, n, v.exceptions + k, rule);
    }
  }
}
