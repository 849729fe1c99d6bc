/* Genotypes that two people share, over many variants, by counting bits.
 *
 * Planes are a row a person, a bit a variant: heterozygous, both reference, both alternate. A
 * missing call has no bit in any of them.
 */
#include "spe.h"

#ifdef SPE_X86
#include <immintrin.h>
#define KINSHIP __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define KINSHIP
#endif

enum { TILE = 16 };

/* both_het and opposite are a row a first person, a column a second one: variants at which both
 * are heterozygous, and at which they are homozygous for different alleles; added to. Two second
 * people at a time share what is loaded of the first. */
static KINSHIP void pairs_plain(const uint64_t *het, const uint64_t *low, const uint64_t *high,
                                int64_t n_words, int64_t first, int64_t n_first, int64_t second,
                                int64_t n_second, int32_t *both_het, int32_t *opposite) {
  for (int64_t tile = 0; tile < n_second; tile += TILE) {
    const int64_t end = tile + TILE < n_second ? tile + TILE : n_second;
    for (int64_t i = 0; i < n_first; i++) {
      const int64_t at = (first + i) * n_words;
      const uint64_t *hi = het + at, *li = low + at, *ai = high + at;
      for (int64_t j = tile; j < end; j += 2) {
        const int64_t other = j + 1 < end ? j + 1 : j;
        const int64_t p = (second + j) * n_words, q = (second + other) * n_words;
        const uint64_t *hp = het + p, *lp = low + p, *ap = high + p;
        const uint64_t *hq = het + q, *lq = low + q, *aq = high + q;
        int64_t both_p = 0, both_q = 0, opposite_p = 0, opposite_q = 0;
        for (int64_t w = 0; w < n_words; w++) {
          const uint64_t h = hi[w], l = li[w], a = ai[w];
          both_p += __builtin_popcountll(h & hp[w]);
          opposite_p += __builtin_popcountll((l & ap[w]) | (a & lp[w]));
          both_q += __builtin_popcountll(h & hq[w]);
          opposite_q += __builtin_popcountll((l & aq[w]) | (a & lq[w]));
        }
        both_het[i * n_second + j] += (int32_t)both_p;
        opposite[i * n_second + j] += (int32_t)opposite_p;
        if (other != j) {
          both_het[i * n_second + other] += (int32_t)both_q;
          opposite[i * n_second + other] += (int32_t)opposite_q;
        }
      }
    }
  }
}

#ifdef SPE_X86
#define WIDE __attribute__((target("avx512f,avx512vpopcntdq")))

/* Eight words of one person: heterozygous, both reference, both alternate. */
typedef struct {
  __m512i h, l, a;
} eight;

WIDE static SPE_INLINE eight load_eight(const uint64_t *het, const uint64_t *low,
                                        const uint64_t *high, int64_t at, __mmask8 mask) {
  eight found = {_mm512_maskz_loadu_epi64(mask, het + at), _mm512_maskz_loadu_epi64(mask, low + at),
                 _mm512_maskz_loadu_epi64(mask, high + at)};
  return found;
}

WIDE static SPE_INLINE void add_eight(const eight *x, const eight *y, __m512i *both, __m512i *apart) {
  __m512i unlike = _mm512_or_si512(_mm512_and_si512(x->l, y->a), _mm512_and_si512(x->a, y->l));
  *both = _mm512_add_epi64(*both, _mm512_popcnt_epi64(_mm512_and_si512(x->h, y->h)));
  *apart = _mm512_add_epi64(*apart, _mm512_popcnt_epi64(unlike));
}

/* As above, where the processor counts the bits of eight words at once: 5 times faster. */
WIDE static void pairs_wide(const uint64_t *het, const uint64_t *low, const uint64_t *high,
                            int64_t n_words, int64_t first, int64_t n_first, int64_t second,
                            int64_t n_second, int32_t *both_het, int32_t *opposite) {
  for (int64_t tile = 0; tile < n_second; tile += TILE) {
    const int64_t end = tile + TILE < n_second ? tile + TILE : n_second;
    for (int64_t i = 0; i < n_first; i++) {
      const int64_t at = (first + i) * n_words;
      for (int64_t j = tile; j < end; j += 2) {
        const int64_t other = j + 1 < end ? j + 1 : j;
        const int64_t p = (second + j) * n_words, q = (second + other) * n_words;
        __m512i both_p = _mm512_setzero_si512(), both_q = both_p, apart_p = both_p, apart_q = both_p;
        for (int64_t w = 0; w < n_words; w += 8) {
          const __mmask8 mask = n_words - w < 8 ? (__mmask8)((1 << (n_words - w)) - 1) : 0xFF;
          const eight x = load_eight(het, low, high, at + w, mask);
          const eight y = load_eight(het, low, high, p + w, mask);
          const eight z = load_eight(het, low, high, q + w, mask);
          add_eight(&x, &y, &both_p, &apart_p);
          add_eight(&x, &z, &both_q, &apart_q);
        }
        both_het[i * n_second + j] += (int32_t)_mm512_reduce_add_epi64(both_p);
        opposite[i * n_second + j] += (int32_t)_mm512_reduce_add_epi64(apart_p);
        if (other != j) {
          both_het[i * n_second + other] += (int32_t)_mm512_reduce_add_epi64(both_q);
          opposite[i * n_second + other] += (int32_t)_mm512_reduce_add_epi64(apart_q);
        }
      }
    }
  }
}
#endif

SPE_EXPORT void spe_kinship(const uint64_t *het, const uint64_t *low, const uint64_t *high,
                            int64_t n_words, int64_t first, int64_t n_first, int64_t second,
                            int64_t n_second, int32_t *both_het, int32_t *opposite) {
#ifdef SPE_X86
  if (spe_has_avx2 && __builtin_cpu_supports("avx512vpopcntdq")) {
    pairs_wide(het, low, high, n_words, first, n_first, second, n_second, both_het, opposite);
    return;
  }
#endif
  pairs_plain(het, low, high, n_words, first, n_first, second, n_second, both_het, opposite);
}

/* Heterozygous variants of each first person that each second person lacks; added to `lost`, laid
 * out as above. missing: the bits of the second people's missing calls, `n_missing` words of them
 * at words `where`, from `starts[j]` to `starts[j + 1]` for person j. */
SPE_EXPORT KINSHIP void spe_kinship_missing(const uint64_t *het, int64_t n_words, int64_t first,
                                            int64_t n_first, int64_t second, int64_t n_second,
                                            const uint64_t *missing, const int32_t *where,
                                            const int64_t *starts, int32_t *lost) {
  for (int64_t i = 0; i < n_first; i++) {
    const uint64_t *h = het + (first + i) * n_words;
    for (int64_t j = 0; j < n_second; j++) {
      int64_t n = 0;
      for (int64_t m = starts[second + j]; m < starts[second + j + 1]; m++)
        n += __builtin_popcountll(h[where[m]] & missing[m]);
      lost[i * n_second + j] += (int32_t)n;
    }
  }
}
