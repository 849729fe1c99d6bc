/* Packed calls as one number a call: codes, dosages, alleles. */
#include "calls.h"

#ifdef SPE_X86
#include <immintrin.h>
#endif

enum { ABSENT = 0, ONE = 1 };

/* Eight bits as eight bytes of 0 or 1. */
static SPE_INLINE uint64_t spread(uint64_t bits) {
  uint64_t bytes = ((bits & 0x7F) * 0x0002040810204081ull & 0x0101010101010101ull);
  return bytes | (bits & 0x80) << 49;
}

/* Write the codes of two planes, a byte each; a missing call becomes `missing`. */
static SPE_INLINE void planes_plain(const spe_value *v, int64_t n_samples, uint8_t missing,
                                    uint8_t *out) {
  for (int64_t i = 0; i < n_samples; i += 8) {
    uint64_t low = v->low[i >> 6] >> (i & 63) & 0xFF, high = v->high[i >> 6] >> (i & 63) & 0xFF;
    uint64_t both = spread(low & high);
    uint64_t bytes = (spread(low) | spread(high) << 1) ^ both * (uint8_t)(missing ^ SPE_MISSING);
    memcpy(out + i, &bytes, (size_t)(n_samples - i < 8 ? n_samples - i : 8));
  }
}

#ifdef SPE_X86
SPE_AVX2 static SPE_INLINE __m256i spread_32(uint32_t bits) {
  const __m256i byte_of = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                           2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i bit_of = _mm256_set1_epi64x((long long)0x8040201008040201ull);
  __m256i all = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), byte_of);
  return _mm256_cmpeq_epi8(_mm256_and_si256(all, bit_of), bit_of);
}

SPE_AVX2 static void planes_wide(const spe_value *v, int64_t n_samples, uint8_t missing,
                                 uint8_t *out) {
  const __m256i one = _mm256_set1_epi8(1), two = _mm256_set1_epi8(2);
  const __m256i lost = _mm256_set1_epi8((char)(missing ^ SPE_MISSING));
  int64_t i = 0;
  for (; i + 32 <= n_samples; i += 32) {
    __m256i low = spread_32((uint32_t)(v->low[i >> 6] >> (i & 63)));
    __m256i high = spread_32((uint32_t)(v->high[i >> 6] >> (i & 63)));
    __m256i code = _mm256_or_si256(_mm256_and_si256(low, one), _mm256_and_si256(high, two));
    __m256i both = _mm256_and_si256(_mm256_and_si256(low, high), lost);
    _mm256_storeu_si256((__m256i *)(out + i), _mm256_xor_si256(code, both));
  }
  for (; i < n_samples; i++) {
    int code = spe_bit(v->low, (uint32_t)i) | spe_bit(v->high, (uint32_t)i) << 1;
    out[i] = code == SPE_MISSING ? missing : (uint8_t)code;
  }
}
#endif

static void fill(const spe_value *v, int64_t n_samples, uint8_t missing, uint8_t *out) {
  if (!v->low) {
    memset(out, 0, (size_t)n_samples);
    for (int64_t i = 0; i < v->n_entries; i++) {
      uint8_t code = v->entries[i] & 3;
      out[v->entries[i] >> 2] = code == SPE_MISSING ? missing : code;
    }
    return;
  }
#ifdef SPE_X86
  if (spe_has_avx2) {
    planes_wide(v, n_samples, missing, out);
    return;
  }
#endif
  planes_plain(v, n_samples, missing, out);
}

/* Codes of variants from..to, a byte each: 0, 1, 2 alternates, 3 missing. */
SPE_EXPORT void spe_calls_codes(const uint64_t *words, const int64_t *starts, const int64_t *ends,
                                int64_t from, int64_t to, int64_t n_samples, uint8_t *out) {
  for (int64_t i = from; i < to; i++) {
    spe_value v = spe_open(words, starts[i], ends[i], spe_words_of(n_samples));
    fill(&v, n_samples, SPE_MISSING, out + i * n_samples);
  }
}

static void apply_rule(const spe_value *v, int64_t n_samples, const int8_t *expected,
                       int8_t *out) {
  for (int64_t s = 0; s < n_samples; s++) {
    if (expected[s] == ABSENT) out[s] = -1;
    if (expected[s] != ONE) continue;
    if (out[s] == 1 && !spe_bit(v->haploid, (uint32_t)s)) out[s] = -1;
    if (out[s] > 1) out[s] = 1;
  }
}

/* Alternates of an exception that is wholly known; -1 where the rule leaves nothing known. */
static int8_t odd_dosage(const spe_exception *e, const int8_t *expected) {
  int rule = expected ? expected[e->sample] : 2;
  int same = e->n_alternate == 0 || e->n_alternate == e->ploidy;
  if (e->n_missing || rule == ABSENT || (rule == ONE && !same)) return -1;
  if (rule == ONE) return e->n_alternate > 0;
  return (int8_t)(e->n_alternate < 127 ? e->n_alternate : 127);
}

/* Alternate alleles of variants from..to; `expected` is NULL or a rule for each sample. */
SPE_EXPORT void spe_calls_dosages(const uint64_t *words, const int64_t *starts,
                                  const int64_t *ends, int64_t from, int64_t to,
                                  int64_t n_samples, const int8_t *expected, int8_t *out) {
  for (int64_t i = from; i < to; i++) {
    spe_value v = spe_open(words, starts[i], ends[i], spe_words_of(n_samples));
    int8_t *own = out + i * n_samples;
    fill(&v, n_samples, 0xFF, (uint8_t *)own);
    if (expected) apply_rule(&v, n_samples, expected, own);
    for (int64_t k = 0; k < v.n_exceptions; k++)
      own[v.exceptions[k].sample] = odd_dosage(v.exceptions + k, expected);
  }
}

static const int8_t ALLELES[2][4][2] = {{{0, 0}, {0, 1}, {1, 1}, {-1, -1}},
                                        {{0, -2}, {1, -2}, {1, -2}, {-1, -2}}};

/* Alleles as written of variants from..to, two bytes a call. */
SPE_EXPORT void spe_calls_genotypes(const uint64_t *words, const int64_t *starts,
                                    const int64_t *ends, int64_t from, int64_t to,
                                    int64_t n_samples, int8_t *out) {
  for (int64_t i = from; i < to; i++) {
    spe_value v = spe_open(words, starts[i], ends[i], spe_words_of(n_samples));
    int8_t *own = out + i * 2 * n_samples;
    /* The codes lie in the second half until they have become pairs, from the first on. */
    uint8_t *codes = (uint8_t *)own + n_samples;
    fill(&v, n_samples, SPE_MISSING, codes);
    for (int64_t s = 0; s < n_samples; s++)
      memcpy(own + 2 * s, ALLELES[spe_bit(v.haploid, (uint32_t)s)][codes[s]], 2);
    for (int64_t k = 0; k < v.n_exceptions; k++) {
      const spe_exception *e = v.exceptions + k;
      if (e->ploidy == 2 && e->n_missing == 1) own[2 * (int64_t)e->sample] = (int8_t)e->n_alternate;
    }
  }
}

/* Does a call carry the alternate allele under the rule of its sample? */
static int carries(const spe_value *v, uint32_t sample, uint32_t code, int rule, int64_t *odd) {
  while (*odd < v->n_exceptions && v->exceptions[*odd].sample < sample) ++*odd;
  if (rule == ABSENT) return 0;
  if (code == SPE_MISSING) {
    const spe_exception *e = v->exceptions + *odd;
    if (*odd >= v->n_exceptions || e->sample != sample) return 0;
    return e->n_alternate > 0 && (rule != ONE || (!e->n_missing && e->n_alternate == e->ploidy));
  }
  return code == 2 || rule != ONE || spe_bit(v->haploid, sample);
}

static int64_t find_carriers(const spe_value *v, int64_t n_words, const int8_t *expected,
                             int64_t variant, int64_t *variants, int64_t *samples) {
  int64_t n = 0, odd = 0;
  for (int64_t i = 0; i < v->n_entries; i++) {
    uint32_t sample = v->entries[i] >> 2;
    if (!carries(v, sample, v->entries[i] & 3, expected ? expected[sample] : 2, &odd)) continue;
    if (samples) { variants[n] = variant; samples[n] = sample; }
    n++;
  }
  for (int64_t w = 0; v->low && w < n_words; w++)
    for (uint64_t left = v->low[w] | v->high[w]; left; left &= left - 1) {
      uint32_t sample = (uint32_t)(w * 64 + __builtin_ctzll(left));
      uint32_t code = (uint32_t)(spe_bit(v->low, sample) | spe_bit(v->high, sample) << 1);
      if (!carries(v, sample, code, expected ? expected[sample] : 2, &odd)) continue;
      if (samples) { variants[n] = variant; samples[n] = sample; }
      n++;
    }
  return n;
}

/* Who carries variants from..to. Without `samples`, `places[i]` becomes how many carry variant i;
   with it, `places[i]` says where the carriers of variant i go. */
SPE_EXPORT void spe_calls_carriers(const uint64_t *words, const int64_t *starts,
                                   const int64_t *ends, int64_t from, int64_t to,
                                   int64_t n_samples, const int8_t *expected, int64_t *places,
                                   int64_t *variants, int64_t *samples) {
  int64_t n_words = spe_words_of(n_samples);
  for (int64_t i = from; i < to; i++) {
    spe_value v = spe_open(words, starts[i], ends[i], n_words);
    if (samples)
      find_carriers(&v, n_words, expected, i, variants + places[i], samples + places[i]);
    else
      places[i] = find_carriers(&v, n_words, expected, i, NULL, NULL);
  }
}
