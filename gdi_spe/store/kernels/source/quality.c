/* What is told of the calls of each variant, from what count.c counted. */
#include "spe.h"

enum { AC, AN, HET, HOM, HEMI, LOST, N_COUNTS };
enum { ALLELES, CALLED_ALLELES, CALLED, NOT_CALLED, HOM_REF, HETS, HOM_VAR, HEMIS, NON_REF };
enum { FREQUENCY, CALL_RATE };

static SPE_INLINE double share(double part, double whole) {
  return whole > 0 ? part / whole : __builtin_nan("");
}

/* Variants from..to, of whom `able` can have a complete call: row r of the numbers and of the
 * shares begins at r * stride. */
SPE_EXPORT SPE_CLONES void spe_quality(const int32_t *counts, const int64_t *able, int64_t from,
                                       int64_t to, int64_t stride, int64_t *numbers,
                                       double *shares) {
  for (int64_t i = from; i < to; i++) {
    const int32_t *c = counts + i * N_COUNTS;
    const int64_t called = able[i] - c[LOST], non_ref = (int64_t)c[HET] + c[HOM] + c[HEMI];
    numbers[ALLELES * stride + i] = c[AC];
    numbers[CALLED_ALLELES * stride + i] = c[AN];
    numbers[CALLED * stride + i] = called;
    numbers[NOT_CALLED * stride + i] = c[LOST];
    numbers[HOM_REF * stride + i] = called - non_ref;
    numbers[HETS * stride + i] = c[HET];
    numbers[HOM_VAR * stride + i] = c[HOM];
    numbers[HEMIS * stride + i] = c[HEMI];
    numbers[NON_REF * stride + i] = non_ref;
    shares[FREQUENCY * stride + i] = share(c[AC], c[AN]);
    shares[CALL_RATE * stride + i] = share((double)called, (double)able[i]);
  }
}
