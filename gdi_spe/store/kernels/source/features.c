/* What this processor can do, asked once. */
#include "spe.h"

int spe_has_avx2 = 0;

SPE_EXPORT int spe_abi(void) { return SPE_ABI; }

/* Choose the code to run; returns 1 where the wide instructions are used. */
SPE_EXPORT int spe_choose(int allow_wide) {
#ifdef SPE_X86
  __builtin_cpu_init();
  spe_has_avx2 = allow_wide && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
#else
  (void)allow_wide;
#endif
  return spe_has_avx2;
}
