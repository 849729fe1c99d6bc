/* Calls of chosen people of several datasets, brought together at the places they have in a cohort. */
#include "calls.h"

enum { OWN, STAND_IN, REFERENCE, ABSENT };

/* One dataset: its values, which of them serves each row of the cohort, and where people go. */
typedef struct {
  const uint64_t *words;
  const int64_t *starts, *ends;
  int64_t n_samples;
  const int64_t *rows;    /* row of the dataset, for kinds OWN and STAND_IN */
  const uint8_t *kinds;   /* what the dataset knows of each row of the cohort */
  const int32_t *place;   /* of each sample; beyond the last word for those left out */
  const uint64_t *chosen; /* samples that have a place */
  const uint64_t *places; /* places in the cohort that this dataset fills */
} spe_source;

/* One row of the cohort while it is put together; each plane has a word more than it needs, for
   those who are left out. */
typedef struct {
  uint64_t *low, *high, *haploid;
  spe_exception *odd;
  int64_t n_odd, n_words, n_samples;
  int has_haploid;
} spe_row;

static SPE_INLINE void set_bit(uint64_t *plane, uint32_t place, uint64_t bit) {
  plane[place >> 6] |= bit << (place & 63);
}

static SPE_INLINE void move_bits(uint64_t bits, const int32_t *place, uint64_t *to) {
  for (; bits; bits &= bits - 1) set_bit(to, (uint32_t)place[__builtin_ctzll(bits)], 1);
}

static SPE_INLINE void move_list(const spe_value *v, const spe_source *from, int is_own,
                                 spe_row *row) {
  for (int64_t i = 0; i < v->n_entries; i++) {
    uint32_t place = (uint32_t)from->place[v->entries[i] >> 2];
    uint64_t code = v->entries[i] & 3;
    if (!is_own && code != SPE_MISSING) continue;
    set_bit(row->low, place, code & 1);
    set_bit(row->high, place, code >> 1);
  }
}

static SPE_INLINE void move_planes(const spe_value *v, const spe_source *from, int is_own,
                                   spe_row *row) {
  int64_t n = spe_words_of(from->n_samples);
  for (int64_t w = 0; w < n; w++) {
    uint64_t low = v->low[w] & from->chosen[w], high = v->high[w] & from->chosen[w];
    if (!is_own) low = high = low & high;
    move_bits(low, from->place + w * 64, row->low);
    move_bits(high, from->place + w * 64, row->high);
  }
}

static SPE_INLINE void move_haploid(const spe_value *v, const spe_source *from, spe_row *row) {
  int64_t n = spe_words_of(from->n_samples);
  for (int64_t w = 0; w < n; w++)
    move_bits(v->haploid[w] & from->chosen[w], from->place + w * 64, row->haploid);
  row->has_haploid = 1;
}

static SPE_INLINE void move_exceptions(const spe_value *v, const spe_source *from, int is_own,
                                       spe_row *row) {
  for (int64_t i = 0; i < v->n_exceptions && row->n_odd < row->n_samples; i++) {
    spe_exception e = v->exceptions[i];
    if (!spe_bit(from->chosen, e.sample)) continue;
    e.sample = (uint32_t)from->place[e.sample];
    if (!is_own) e.n_alternate = 0;
    row->odd[row->n_odd++] = e;
  }
}

/* Does somebody chosen carry this dataset's allele, as written? */
static SPE_INLINE int carried(const spe_value *v, const spe_source *from) {
  for (int64_t i = 0; i < v->n_entries; i++)
    if ((v->entries[i] & 3) != SPE_MISSING && spe_bit(from->chosen, v->entries[i] >> 2)) return 1;
  for (int64_t w = 0; v->low && w < spe_words_of(from->n_samples); w++)
    if ((v->low[w] ^ v->high[w]) & from->chosen[w]) return 1;
  for (int64_t i = 0; i < v->n_exceptions; i++)
    if (v->exceptions[i].n_alternate && spe_bit(from->chosen, v->exceptions[i].sample)) return 1;
  return 0;
}

static void sift(spe_exception *e, int64_t at, int64_t n) {
  for (int64_t child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && e[child + 1].sample > e[child].sample) child++;
    if (e[at].sample >= e[child].sample) return;
    spe_exception swapped = e[at];
    e[at] = e[child];
    e[child] = swapped;
  }
}

static void sort_exceptions(spe_exception *e, int64_t n) {
  int64_t i = 1;
  while (i < n && e[i - 1].sample < e[i].sample) i++;
  if (i >= n) return;
  for (i = n / 2 - 1; i >= 0; i--) sift(e, i, n);
  for (i = n - 1; i > 0; i--) {
    spe_exception last = e[0];
    e[0] = e[i];
    e[i] = last;
    sift(e, 0, i);
  }
}

static SPE_INLINE void clear(spe_row *row) {
  size_t n_bytes = (size_t)(row->n_words + 1) * 8;
  memset(row->low, 0, n_bytes);
  memset(row->high, 0, n_bytes);
  if (row->has_haploid) memset(row->haploid, 0, n_bytes);
  row->has_haploid = 0;
  row->n_odd = 0;
}

/* Put one row together; return the first dataset in which somebody chosen carries it, or -1. */
static SPE_INLINE int gather(const spe_source *sources, int64_t n_sources, int64_t at,
                             spe_row *row) {
  int first = -1;
  clear(row);
  for (int64_t s = 0; s < n_sources; s++) {
    const spe_source *from = sources + s;
    int is_own = from->kinds[at] == OWN;
    if (from->kinds[at] == ABSENT)
      for (int64_t w = 0; w < row->n_words; w++) {
        row->low[w] |= from->places[w];
        row->high[w] |= from->places[w];
      }
    if (!is_own && from->kinds[at] != STAND_IN) continue;
    int64_t i = from->rows[at];
    spe_value v =
        spe_open(from->words, from->starts[i], from->ends[i], spe_words_of(from->n_samples));
    if (v.low) move_planes(&v, from, is_own, row);
    else move_list(&v, from, is_own, row);
    if (v.haploid) move_haploid(&v, from, row);
    if (v.n_exceptions) move_exceptions(&v, from, is_own, row);
    if (is_own && first < 0 && carried(&v, from)) first = (int)s;
  }
  sort_exceptions(row->odd, row->n_odd);
  return first;
}

static SPE_INLINE int64_t n_calls(const spe_row *row) {
  int64_t total = 0;
  for (int64_t w = 0; w < row->n_words; w++)
    total += __builtin_popcountll(row->low[w] | row->high[w]);
  return total;
}

static SPE_INLINE int any(const uint64_t *plane, int64_t n_words) {
  uint64_t all = 0;
  for (int64_t w = 0; w < n_words; w++) all |= plane[w];
  return all != 0;
}

static SPE_INLINE uint64_t *put_list(const spe_row *row, int64_t n, uint64_t *out) {
  spe_u32 *entry = (spe_u32 *)out;
  for (int64_t w = 0; w < row->n_words; w++)
    for (uint64_t left = row->low[w] | row->high[w]; left; left &= left - 1) {
      int bit = __builtin_ctzll(left);
      uint32_t code = (uint32_t)((row->low[w] >> bit & 1) | (row->high[w] >> bit & 1) << 1);
      *entry++ = (uint32_t)(w * 64 + bit) << 2 | code;
    }
  if (n & 1) *entry = SPE_PAD;
  return out + (n + 1) / 2;
}

static SPE_INLINE uint64_t *put_plane(const uint64_t *plane, int64_t n_words, uint64_t *out) {
  memcpy(out, plane, (size_t)n_words * 8);
  return out + n_words;
}

/* Write the row; return its words, or 0 where there is no room. */
static SPE_INLINE int64_t put(const spe_row *row, uint64_t *out, int64_t room) {
  int64_t n = n_calls(row);
  int is_sparse = n * 16 <= row->n_samples;
  int haploid = row->has_haploid && any(row->haploid, row->n_words);
  int64_t size = 1 + (is_sparse ? (n + 1) / 2 : 2 * row->n_words) +
                 (haploid ? row->n_words : 0) + row->n_odd;
  if (size > room) return 0;
  uint64_t kind = (is_sparse ? 0 : SPE_PLANES) | (haploid ? SPE_HAPLOID : 0) |
                  (row->n_odd ? SPE_EXCEPTIONS : 0);
  uint64_t *next = out;
  *next++ = kind | (is_sparse ? (uint64_t)n << 32 : 0);
  if (is_sparse) {
    next = put_list(row, n, next);
  } else {
    next = put_plane(row->low, row->n_words, next);
    next = put_plane(row->high, row->n_words, next);
  }
  if (haploid) next = put_plane(row->haploid, row->n_words, next);
  memcpy(next, row->odd, (size_t)row->n_odd * 8);
  return size;
}

static SPE_INLINE int64_t merge_all(const spe_source *sources, int64_t n_sources, int64_t from,
                                    int64_t to, int keep_all, spe_row *row, uint64_t *out,
                                    int64_t room, int64_t *lengths, int32_t *first) {
  row->has_haploid = 1;
  for (int64_t i = from; i < to; i++) {
    first[i] = gather(sources, n_sources, i, row);
    lengths[i] = 0;
    if (first[i] < 0 && !keep_all) continue;
    lengths[i] = put(row, out, room);
    if (!lengths[i]) return i;
    out += lengths[i];
    room -= lengths[i];
  }
  return to;
}

#ifdef SPE_X86
SPE_AVX2 static int64_t merge_wide(const spe_source *sources, int64_t n_sources, int64_t from,
                                   int64_t to, int keep_all, spe_row *row, uint64_t *out,
                                   int64_t room, int64_t *lengths, int32_t *first) {
  return merge_all(sources, n_sources, from, to, keep_all, row, out, room, lengths, first);
}
#endif

/* Write rows from..to of a cohort of n_samples, one after the other, as long as there is room;
   return the first row that was not written. `lengths` tells the words of each, 0 for an allele
   that nobody chosen carries (written all the same with keep_all); `first` the first dataset that
   carries it, or -1. `scratch` has 3 * (words of a plane + 1) + n_samples words. */
SPE_EXPORT int64_t spe_calls_merge(const spe_source *sources, int64_t n_sources, int64_t from,
                                   int64_t to, int64_t n_samples, int64_t keep_all,
                                   uint64_t *scratch, uint64_t *out, int64_t room,
                                   int64_t *lengths, int32_t *first) {
  int64_t n = spe_words_of(n_samples);
  spe_row row = {scratch, scratch + n + 1, scratch + 2 * (n + 1),
                 (spe_exception *)(scratch + 3 * (n + 1)), 0, n, n_samples, 1};
#ifdef SPE_X86
  if (spe_has_avx2)
    return merge_wide(sources, n_sources, from, to, (int)keep_all, &row, out, room, lengths,
                      first);
#endif
  return merge_all(sources, n_sources, from, to, (int)keep_all, &row, out, room, lengths, first);
}

