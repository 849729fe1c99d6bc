/* Visit the calls of one packed value that are not 0; the value was validated when it was loaded. */
#ifndef SPE_WALK_H
#define SPE_WALK_H

#include "spe.h"

#define SPE_PLANES 1u
#define SPE_MISSING 3u

/* The last argument is a block that sees `sample` and `code` (1, 2 or 3 for missing). */
#define SPE_EACH_CALL(words, start, n_samples, ...)                                      \
  do {                                                                                   \
    const uint64_t *value_ = (words) + (start);                                          \
    if (!(value_[0] & SPE_PLANES)) {                                                     \
      const uint32_t *entry_ = (const uint32_t *)(value_ + 1);                           \
      const uint64_t n_entries_ = value_[0] >> 32;                                       \
      for (uint64_t j_ = 0; j_ < n_entries_; j_++) {                                     \
        const int64_t sample = entry_[j_] >> 2;                                          \
        const uint32_t code = entry_[j_] & 3u;                                           \
        __VA_ARGS__                                                                      \
      }                                                                                  \
    } else {                                                                             \
      const int64_t n_words_ = ((n_samples) + 63) / 64;                                  \
      const uint64_t *low_ = value_ + 1, *high_ = low_ + n_words_;                       \
      for (int64_t w_ = 0; w_ < n_words_; w_++) {                                        \
        uint64_t left_ = low_[w_] | high_[w_];                                           \
        while (left_) {                                                                  \
          const int bit_ = __builtin_ctzll(left_);                                       \
          const int64_t sample = (w_ << 6) | bit_;                                       \
          const uint32_t code =                                                          \
              (uint32_t)((low_[w_] >> bit_ & 1) | (high_[w_] >> bit_ & 1) << 1);         \
          left_ &= left_ - 1;                                                            \
          __VA_ARGS__                                                                    \
        }                                                                                \
      }                                                                                  \
    }                                                                                    \
  } while (0)

#endif
