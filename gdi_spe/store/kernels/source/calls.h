/* How one value of packed calls lies in memory; see gdi_spe/store/calls.py for the format. */
#ifndef SPE_CALLS_H
#define SPE_CALLS_H

#include <stddef.h>
#include <string.h>

#include "spe.h"

enum { SPE_PLANES = 1, SPE_HAPLOID = 2, SPE_EXCEPTIONS = 4, SPE_MISSING = 3 };
#define SPE_PAD 0xFFFFFFFFu

typedef uint32_t __attribute__((may_alias)) spe_u32;

typedef struct __attribute__((may_alias)) {
  uint32_t sample;
  uint8_t ploidy, n_alternate, n_missing, zero;
} spe_exception;

/* The parts of one value; a part that is not there is NULL or of length 0. */
typedef struct {
  const spe_u32 *entries;
  int64_t n_entries;
  const uint64_t *low, *high, *haploid;
  const spe_exception *exceptions;
  int64_t n_exceptions;
} spe_value;

/* Take a value apart. Only for values that spe_calls_validate has let pass. */
static SPE_INLINE spe_value spe_open(const uint64_t *words, int64_t start, int64_t end,
                                     int64_t n_words) {
  uint64_t header = words[start];
  const uint64_t *next = words + start + 1;
  spe_value value = {0};
  if (header & SPE_PLANES) {
    value.low = next;
    value.high = next + n_words;
    next += 2 * n_words;
  } else {
    value.entries = (const spe_u32 *)next;
    value.n_entries = (int64_t)(header >> 32);
    next += (value.n_entries + 1) / 2;
  }
  if (header & SPE_HAPLOID) {
    value.haploid = next;
    next += n_words;
  }
  value.exceptions = (const spe_exception *)next;
  value.n_exceptions = words + end - next;
  return value;
}

static SPE_INLINE int spe_bit(const uint64_t *plane, uint32_t sample) {
  return plane ? (int)(plane[sample >> 6] >> (sample & 63) & 1) : 0;
}

static SPE_INLINE int64_t spe_words_of(int64_t n_samples) { return (n_samples + 63) / 64; }

#endif
