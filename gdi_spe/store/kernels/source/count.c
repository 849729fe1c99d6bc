/* Allele and genotype counts of groups of samples, straight from packed calls. */
#include "calls.h"

enum { AC, AN, HET, HOM, HEMI, LOST, N_COUNTS };

/* Calls of each sort in one group. */
typedef struct {
  int64_t het, hom, hemi, missing, missing_haploid, haploid;
} tally;

/* The groups: bits of the samples of each, and for each four of them the groups of a sample. */
typedef struct {
  int64_t n_groups, n_words;
  const uint64_t *members;   /* n_groups x n_words */
  const uint64_t *of_sample; /* n_groups / 4 x n_samples: bit 16 * g where it is in group g */
  int64_t n_samples;
  const uint64_t *one;       /* samples that can have one allele only, or NULL */
  const int32_t *n_members, *n_one;
} groups;

static SPE_INLINE int64_t four_at_most(const groups *of, int64_t base) {
  return of->n_groups - base < 4 ? of->n_groups - base : 4;
}

static SPE_INLINE int64_t ones(uint64_t word) { return __builtin_popcountll(word); }

static SPE_INLINE void finish(const tally *t, int64_t n_members, int32_t *out) {
  int64_t called = n_members - t->haploid - (t->missing - t->missing_haploid);
  out[AC] = (int32_t)(t->het + 2 * t->hom + t->hemi);
  out[AN] = (int32_t)(2 * called + t->haploid - t->missing_haploid);
  out[HET] = (int32_t)t->het;
  out[HOM] = (int32_t)t->hom;
  out[HEMI] = (int32_t)t->hemi;
  out[LOST] = (int32_t)t->missing;
}

/* Calls that are all of two alleles and as written, which is what most variants have alone. */
typedef struct {
  int64_t het, hom, missing;
} plain;

/* Four groups at a time, in lanes of 16 bits that are emptied before they are full. */
static SPE_INLINE void list_plain(const spe_value *v, const uint64_t *of_sample, plain *t) {
  for (int g = 0; g < 4; g++) t[g] = (plain){0, 0, 0};
  for (int64_t from = 0; from < v->n_entries; from += 0xFFFF) {
    int64_t to = v->n_entries - from > 0xFFFF ? from + 0xFFFF : v->n_entries;
    uint64_t all = 0, low = 0, high = 0;
    for (int64_t i = from; i < to; i++) {
      uint64_t entry = v->entries[i], in = of_sample[entry >> 2];
      all += in;
      low += in & -(entry & 1);
      high += in & -(entry >> 1 & 1);
      __asm__("" : "+r"(all)); /* most lists are short: gathering four at a time is slower */
    }
    for (int g = 0; g < 4; g++) {
      int64_t any = all >> 16 * g & 0xFFFF, a = low >> 16 * g & 0xFFFF, b = high >> 16 * g & 0xFFFF;
      t[g].het += any - b;
      t[g].hom += any - a;
      t[g].missing += a + b - any;
    }
  }
}

static SPE_INLINE void add_call(tally *t, uint32_t code, int single, int written) {
  int torn = code == 1 && single && !written; /* two different alleles where there is one */
  int lost = code == SPE_MISSING || torn;
  t->het += code == 1 && !single && !written;
  t->hom += code == 2 && !single;
  t->hemi += (code == 1 && written) || (code == 2 && single);
  t->missing += lost;
  t->missing_haploid += lost && (single || written);
}

static SPE_INLINE void list_ruled(const spe_value *v, const uint64_t *of_sample,
                                  const uint64_t *one, tally *t) {
  for (int64_t i = 0; i < v->n_entries; i++) {
    uint32_t sample = v->entries[i] >> 2, code = v->entries[i] & 3;
    uint64_t in = of_sample[sample];
    int single = spe_bit(one, sample), written = spe_bit(v->haploid, sample);
    for (int g = 0; g < 4; g++)
      if (in >> 16 * g & 1) add_call(t + g, code, single, written);
  }
}

static SPE_INLINE plain planes_plain(const spe_value *v, const uint64_t *in, int64_t n) {
  int64_t low = 0, high = 0, both = 0;
  for (int64_t w = 0; w < n; w++) {
    uint64_t a = v->low[w] & in[w], b = v->high[w] & in[w];
    low += ones(a);
    high += ones(b);
    both += ones(a & b);
  }
  return (plain){low - both, high - both, both};
}

static SPE_INLINE int is_plain(const spe_value *v, const groups *of) {
  return !of->one && !v->haploid && !v->n_exceptions;
}

/* Up to four groups from `base` on. */
static SPE_INLINE void plain_four(const spe_value *v, const groups *of, int64_t base, int64_t n,
                                  plain *t) {
  if (!v->low) {
    list_plain(v, of->of_sample + base / 4 * of->n_samples, t);
    return;
  }
  for (int64_t g = 0; g < n; g++)
    t[g] = planes_plain(v, of->members + (base + g) * of->n_words, of->n_words);
}

static SPE_INLINE void planes_ruled(const spe_value *v, const uint64_t *in, const uint64_t *one,
                                    int64_t n, tally *t) {
  for (int64_t w = 0; w < n; w++) {
    uint64_t a = v->low[w] & in[w], b = v->high[w] & in[w];
    uint64_t single = one ? one[w] : 0, written = v->haploid ? v->haploid[w] : 0;
    uint64_t torn = a & ~b & single & ~written, lost = (a & b) | torn;
    t->het += ones(a & ~b & ~single & ~written);
    t->hom += ones(b & ~a & ~single);
    t->hemi += ones((a & ~b & written) | (b & ~a & single));
    t->missing += ones(lost);
    t->missing_haploid += ones(lost & (single | written));
  }
}

static SPE_INLINE int64_t n_haploid(const spe_value *v, const uint64_t *in, const uint64_t *one,
                                    int64_t n) {
  int64_t total = 0;
  for (int64_t w = 0; w < n; w++) total += ones((v->haploid[w] | (one ? one[w] : 0)) & in[w]);
  return total;
}

/* Exceptions were taken for missing calls so far; put right what is known of them. */
static SPE_INLINE void add_exception(const spe_exception *e, int single, int32_t *out) {
  int called = e->ploidy - e->n_missing, alternates = e->n_alternate, whole = e->n_missing == 0;
  int same = whole && (alternates == 0 || alternates == called);
  int hemi = single && same && alternates > 0;
  out[AC] += single ? hemi : alternates;
  out[AN] += single ? same : called;
  out[HET] += whole && !single && !same;
  out[HOM] += whole && !single && alternates == called;
  out[HEMI] += hemi;
  out[LOST] -= single ? same : whole;
}

static SPE_INLINE void count_four_plain(const spe_value *v, const groups *of, int64_t base,
                                        int64_t n, int32_t *out, int64_t stride) {
  plain t[4];
  plain_four(v, of, base, n, t);
  for (int64_t g = 0; g < n; g++) {
    int32_t *own = out + g * stride;
    own[AC] = (int32_t)(t[g].het + 2 * t[g].hom);
    own[AN] = 2 * (of->n_members[base + g] - (int32_t)t[g].missing);
    own[HET] = (int32_t)t[g].het;
    own[HOM] = (int32_t)t[g].hom;
    own[HEMI] = 0;
    own[LOST] = (int32_t)t[g].missing;
  }
}

/* Counts of up to four groups from `base` on, `stride` apart. */
static SPE_INLINE void count_four(const spe_value *v, const groups *of, int64_t base, int64_t n,
                                  int32_t *out, int64_t stride) {
  if (is_plain(v, of)) {
    count_four_plain(v, of, base, n, out, stride);
    return;
  }
  tally t[4] = {{0}};
  if (!v->low) list_ruled(v, of->of_sample + base / 4 * of->n_samples, of->one, t);
  for (int64_t g = 0; g < n; g++) {
    const uint64_t *in = of->members + (base + g) * of->n_words;
    int32_t *own = out + g * stride;
    if (v->low) planes_ruled(v, in, of->one, of->n_words, t + g);
    t[g].haploid = v->haploid ? n_haploid(v, in, of->one, of->n_words) : of->n_one[base + g];
    finish(t + g, of->n_members[base + g], own);
    for (int64_t i = 0; i < v->n_exceptions; i++) {
      uint32_t sample = v->exceptions[i].sample;
      if (spe_bit(in, sample)) add_exception(v->exceptions + i, spe_bit(of->one, sample), own);
    }
  }
}

static SPE_INLINE void count_all(const uint64_t *words, const int64_t *starts,
                                 const int64_t *ends, int64_t from, int64_t to,
                                 const groups *of, int32_t *out, int64_t stride) {
  for (int64_t i = from; i < to; i++) {
    spe_value v = spe_open(words, starts[i], ends[i], of->n_words);
    for (int64_t base = 0; base < of->n_groups; base += 4)
      count_four(&v, of, base, four_at_most(of, base), out + base * stride + i * N_COUNTS, stride);
  }
}

#ifdef SPE_X86
SPE_AVX2 static void count_wide(const uint64_t *words, const int64_t *starts, const int64_t *ends,
                                int64_t from, int64_t to, const groups *of, int32_t *out,
                                int64_t stride) {
  count_all(words, starts, ends, from, to, of, out, stride);
}
#endif

/* Count variants from..to of n in groups of samples; out is n_groups x n x 6. */
SPE_EXPORT void spe_calls_count(const uint64_t *words, const int64_t *starts, const int64_t *ends,
                                int64_t n, int64_t from, int64_t to, int64_t n_samples,
                                int64_t n_groups, const uint64_t *members,
                                const uint64_t *of_sample, const uint64_t *one,
                                const int32_t *n_members, const int32_t *n_one, int32_t *out) {
  groups of = {n_groups, spe_words_of(n_samples), members, of_sample, n_samples, one,
               n_members, n_one};
#ifdef SPE_X86
  if (spe_has_avx2) {
    count_wide(words, starts, ends, from, to, &of, out, n * N_COUNTS);
    return;
  }
#endif
  count_all(words, starts, ends, from, to, &of, out, n * N_COUNTS);
}

/* Alleles and called alleles of up to four groups from `base` on. */
static SPE_INLINE void alleles_of_four(const spe_value *v, const groups *of, int64_t base,
                                       int64_t n, int64_t *count, int64_t *number) {
  if (is_plain(v, of)) {
    plain t[4];
    plain_four(v, of, base, n, t);
    for (int64_t g = 0; g < n; g++) {
      count[g] = t[g].het + 2 * t[g].hom;
      number[g] = 2 * (of->n_members[base + g] - t[g].missing);
    }
    return;
  }
  int32_t four[4 * N_COUNTS];
  count_four(v, of, base, n, four, N_COUNTS);
  for (int64_t g = 0; g < n; g++) {
    count[g] = four[g * N_COUNTS + AC];
    number[g] = four[g * N_COUNTS + AN];
  }
}

/* Alleles of variants from..to in each group: column g of each output starts at g * stride. */
static SPE_INLINE void alleles_all(const uint64_t *words, const int64_t *starts,
                                   const int64_t *ends, int64_t from, int64_t to,
                                   const groups *of, int64_t stride, int64_t *count,
                                   int64_t *number, double *frequency) {
  for (int64_t i = from; i < to; i++) {
    spe_value v = spe_open(words, starts[i], ends[i], of->n_words);
    for (int64_t base = 0; base < of->n_groups; base += 4) {
      int64_t n = four_at_most(of, base);
      int64_t alleles[4], called[4];
      alleles_of_four(&v, of, base, n, alleles, called);
      for (int64_t g = 0; g < n; g++) {
        const int64_t at = (base + g) * stride + i;
        count[at] = alleles[g];
        number[at] = called[g];
        frequency[at] = called[g] ? (double)alleles[g] / (double)called[g] : __builtin_nan("");
      }
    }
  }
}

#ifdef SPE_X86
SPE_AVX2 static void alleles_wide(const uint64_t *words, const int64_t *starts,
                                  const int64_t *ends, int64_t from, int64_t to,
                                  const groups *of, int64_t stride, int64_t *count,
                                  int64_t *number, double *frequency) {
  alleles_all(words, starts, ends, from, to, of, stride, count, number, frequency);
}
#endif

/* Count alleles of variants from..to in groups of samples, and divide: NaN where none is called. */
SPE_EXPORT void spe_calls_alleles(const uint64_t *words, const int64_t *starts,
                                  const int64_t *ends, int64_t from, int64_t to,
                                  int64_t n_samples, int64_t n_groups, const uint64_t *members,
                                  const uint64_t *of_sample, const uint64_t *one,
                                  const int32_t *n_members, const int32_t *n_one, int64_t stride,
                                  int64_t *count, int64_t *number, double *frequency) {
  groups of = {n_groups, spe_words_of(n_samples), members, of_sample, n_samples, one,
               n_members, n_one};
#ifdef SPE_X86
  if (spe_has_avx2) {
    alleles_wide(words, starts, ends, from, to, &of, stride, count, number, frequency);
    return;
  }
#endif
  alleles_all(words, starts, ends, from, to, &of, stride, count, number, frequency);
}
