/* One look at every value when it is loaded; after it the other kernels stay inside it. */
#include "calls.h"

enum { FINE, SHAPE, SAMPLE, BITS, EXCEPTION };

static int64_t tail_of(const uint64_t *plane, int64_t n_samples) {
  return (n_samples & 63) && plane[n_samples >> 6] >> (n_samples & 63);
}

/* Do the parts that the header announces fill the value exactly? */
static int has_shape(const uint64_t *words, int64_t start, int64_t end, int64_t n_words) {
  uint64_t header = words[start];
  int64_t n_entries = (int64_t)(header >> 32), n = end - start - 1;
  if (header & 0xFFFFFFF8u) return 0;
  if (header & SPE_PLANES && n_entries) return 0;
  n -= header & SPE_PLANES ? 2 * n_words : (n_entries + 1) / 2;
  n -= header & SPE_HAPLOID ? n_words : 0;
  return header & SPE_EXCEPTIONS ? n > 0 : n == 0;
}

static int check_list(const spe_value *v, int64_t n_samples) {
  int64_t last = -1;
  for (int64_t i = 0; i < v->n_entries; i++) {
    int64_t sample = v->entries[i] >> 2;
    uint32_t code = v->entries[i] & 3;
    if (sample <= last || sample >= n_samples) return SAMPLE;
    if (!code || (code == 2 && spe_bit(v->haploid, (uint32_t)sample))) return BITS;
    last = sample;
  }
  return v->n_entries & 1 && v->entries[v->n_entries] != SPE_PAD ? BITS : FINE;
}

static int check_planes(const spe_value *v, int64_t n_samples, int64_t n_words) {
  uint64_t wrong = 0;
  if (tail_of(v->low, n_samples) || tail_of(v->high, n_samples)) return BITS;
  for (int64_t w = 0; v->haploid && w < n_words; w++)
    wrong |= v->haploid[w] & v->high[w] & ~v->low[w];
  return wrong ? BITS : FINE;
}

static int is_missing(const spe_value *v, uint32_t sample, int64_t *at) {
  if (v->low) return spe_bit(v->low, sample) && spe_bit(v->high, sample);
  while (*at < v->n_entries && v->entries[*at] >> 2 < sample) ++*at;
  return *at < v->n_entries && v->entries[*at] == (sample << 2 | SPE_MISSING);
}

static int check_exceptions(const spe_value *v, int64_t n_samples) {
  int64_t last = -1, at = 0;
  for (int64_t i = 0; i < v->n_exceptions; i++) {
    const spe_exception *e = v->exceptions + i;
    if ((int64_t)e->sample <= last || e->sample >= n_samples) return SAMPLE;
    last = e->sample;
    if (e->zero || e->ploidy < 2 || e->n_alternate + e->n_missing > e->ploidy) return EXCEPTION;
    if (!is_missing(v, e->sample, &at) || spe_bit(v->haploid, e->sample)) return EXCEPTION;
  }
  return FINE;
}

static int check_value(const uint64_t *words, int64_t start, int64_t end, int64_t n_samples) {
  int64_t n_words = spe_words_of(n_samples);
  if (!has_shape(words, start, end, n_words)) return SHAPE;
  spe_value v = spe_open(words, start, end, n_words);
  if (v.haploid && tail_of(v.haploid, n_samples)) return BITS;
  int found = v.low ? check_planes(&v, n_samples, n_words) : check_list(&v, n_samples);
  return found ? found : check_exceptions(&v, n_samples);
}

/* Return 0, or 8 * the first broken value of from..to + what is wrong with it. */
SPE_EXPORT int64_t spe_calls_validate(const uint64_t *words, int64_t n_words,
                                      const int64_t *starts, const int64_t *ends, int64_t from,
                                      int64_t to, int64_t n_samples) {
  for (int64_t i = from; i < to; i++) {
    int found = SHAPE;
    if (starts[i] >= 0 && starts[i] < ends[i] && ends[i] <= n_words)
      found = check_value(words, starts[i], ends[i], n_samples);
    if (found) return i * 8 + found;
  }
  return 0;
}
