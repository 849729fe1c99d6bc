/* Tell whether bytes in memory are still what they were: as fast as they can be read.
 *
 * A check against accidents, not a seal: who wants to can find other bytes with the same number.
 */
#include <string.h>

#include "spe.h"

/* Odd numbers without a pattern: the golden ratio's, and those of splitmix64's finaliser. */
static const uint64_t PLACE = 0x9E3779B97F4A7C15u, FIRST = 0xBF58476D1CE4E5B9u,
                      SECOND = 0x94D049BB133111EBu;

/* What one word says at its place; sums of these do not depend on who adds them up. */
static SPE_INLINE uint64_t mixed(uint64_t word, uint64_t at) {
  uint64_t x = (word ^ (at + 1) * PLACE) * FIRST;
  return (x ^ x >> 32) * SECOND;
}

/* Words from..to of n_bytes; the last one is filled up with zeros. */
SPE_EXPORT SPE_CLONES uint64_t spe_fingerprint(const uint8_t *bytes, int64_t n_bytes,
                                               int64_t from, int64_t to) {
  const int64_t n_whole = n_bytes / 8, end = to < n_whole ? to : n_whole;
  uint64_t sum = 0;
  for (int64_t i = from; i < end; i++) {
    uint64_t word;
    memcpy(&word, bytes + 8 * i, 8);
    sum += mixed(word, (uint64_t)i);
  }
  if (to > n_whole && n_bytes % 8) {
    uint64_t word = 0;
    memcpy(&word, bytes + 8 * n_whole, (size_t)(n_bytes % 8));
    sum += mixed(word, (uint64_t)n_whole);
  }
  return sum;
}
