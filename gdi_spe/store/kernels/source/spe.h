/* What the kernels share. No kernel allocates, prints or keeps state: arrays come in, numbers go out. */
#ifndef SPE_H
#define SPE_H

#include <stdint.h>

/* Raised whenever a signature changes, so that a library of another build is not used. */
#define SPE_ABI 5

#define SPE_EXPORT __attribute__((visibility("default")))

#if defined(__x86_64__)
#define SPE_X86 1
#define SPE_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define SPE_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define SPE_CLONES
#endif

/* Small parts that are compiled into each of their callers, with the instructions those may use. */
#define SPE_INLINE inline __attribute__((always_inline))

/* Has this processor AVX2 and BMI2, and has nobody asked for the plain code? */
SPE_EXPORT extern int spe_has_avx2;

#endif
