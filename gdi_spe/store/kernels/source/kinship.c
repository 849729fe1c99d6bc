/* Genotypes that two people share, over many variants, by counting bits.
 *
 * Planes are a row a person, a bit a variant: heterozygous, both reference, both alternate. A
 * missing call has no bit in any of them.
 */
#include "spe.h"

#ifdef SPE_X86
#define KINSHIP __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define KINSHIP
#endif

enum { TILE = 16 };

/* both_het and opposite are a row a first person, a column a second one: variants at which both
 * are heterozygous, and at which they are homozygous for different alleles; added to. Two second
 * people at a time share what is loaded of the first. */
SPE_EXPORT KINSHIP void spe_kinship(const uint64_t *het, const uint64_t *low, const uint64_t *high,
                                    int64_t n_words, int64_t first, int64_t n_first,
                                    int64_t second, int64_t n_second, int32_t *both_het,
                                    int32_t *opposite) {
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
