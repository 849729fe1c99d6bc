/* Genotypes as the text of VCF records. */
#include <string.h>

#include "spe.h"

/* Put cells of four bytes together: a haploid one has two ("1\t"), which its last byte, 0, tells.
   `out` has room for 4 * n bytes; returns how many were written. */
SPE_EXPORT int64_t spe_squeeze_cells(const uint8_t *cells, int64_t n, uint8_t *out) {
  int64_t at = 0;
  for (int64_t i = 0; i < n; i++) {
    memcpy(out + at, cells + 4 * i, 4);
    at += cells[4 * i + 3] ? 4 : 2;
  }
  return at;
}
