/* VCF text into packed calls and columns: one output row for each alternate allele.
 *
 * What is not plainly right is left to the reader in Python, line by line: its number goes into
 * `odd`. So this code needs no words, and whatever it accepts that reader accepts too, with the
 * same calls. The layout of a value is told in gdi_spe/store/calls.py.
 */
#include <string.h>

#include "spe.h"

enum { GQ, DP, AD, N_KEYS };
enum { IN_GQ, IN_DP, IN_AD_REFERENCE, IN_AD_ALTERNATE, N_VALUES };
enum { MAX_ALTERNATES = 64, MAX_FIELDS = 64, PLANES = 1, HAPLOID = 2, EXCEPTIONS = 4 };

#define NO_VALUE INT32_MIN

/* Strings of a column as Arrow lays them out: offsets, one more than rows, and bytes. */
typedef struct {
  int32_t *offsets;
  uint8_t *bytes;
  int64_t capacity;
} strings;

/* One chunk of whole lines, and where its rows go. gdi_spe/store/kernels/text.py mirrors it. */
typedef struct {
  const uint8_t *text;
  int64_t n_bytes, n_samples;
  const int32_t *place;          /* of each column's sample in the calls, or NULL: as they come */
  uint64_t *scratch;             /* 6 planes, then twice n_samples exceptions */
  int64_t max_rows, max_runs, max_odd;
  int32_t *line, *position;      /* one a row; the first line of the text is 0 */
  int16_t *allele_index;
  int32_t *fields;               /* 5 a row: where QUAL, FILTER, INFO, FORMAT start, and its end */
  uint8_t *id_is_there;          /* one bit a row */
  strings id, reference, alternate, calls;
  int32_t *runs;                 /* 3 each: first row, start and end of the chromosome's name */
  int32_t *odd;                  /* 3 each: line, its start and end */
  int64_t min_gq, min_dp;        /* calls below become missing; 0: none does */
  int32_t *low;                  /* one a row: how many did so, told at a record's first row */
  uint64_t *phase;               /* 2 planes a row: written with "|", first allele is this; or NULL */
  int32_t *values[N_VALUES];     /* one a row and sample, NO_VALUE where there is none; or NULL */
  int64_t n_consumed, n_lines, n_rows, n_runs, n_odd;
} chunk;

/* The calls of one line for one alternate allele. */
typedef struct {
  uint64_t *low, *high, *haploid, *exceptions;
  int64_t n_words, n_exceptions;
  int is_haploid;
} calls;

typedef struct {
  const uint8_t *start[9], *end[9]; /* the fixed columns */
  const uint8_t *samples, *line_end;
  int32_t position;
  int n_alternates, n_fields, key[N_KEYS]; /* where in FORMAT a field is, 0 if it is not there */
  const uint8_t *alternate[MAX_ALTERNATES], *alternate_end[MAX_ALTERNATES];
} record;

static int64_t words(int64_t n) { return (n + 63) / 64; }
static int is_mark(uint8_t c) { return c == '/' || c == '|'; }
static int is_digit(uint8_t c) { return (uint8_t)(c - '0') < 10; }

static int is_base(uint8_t c) {
  c &= 0xDF;
  return c == 'A' || c == 'C' || c == 'G' || c == 'T' || c == 'N';
}

/* ---- one call ---------------------------------------------------------------------------- */

static void put(calls *to, int64_t sample, int ploidy, int n_alternate, int n_missing) {
  uint64_t bit = 1ull << (sample & 63), code = (uint64_t)n_alternate;
  if (ploidy > 2 || (ploidy == 2 && n_missing == 1)) {
    to->exceptions[to->n_exceptions++] = (uint64_t)sample | (uint64_t)ploidy << 32 |
                                         (uint64_t)n_alternate << 40 | (uint64_t)n_missing << 48;
    code = 3;
  } else if (n_missing) {
    code = 3;
  }
  if (code & 1) to->low[sample >> 6] |= bit;
  if (code & 2) to->high[sample >> 6] |= bit;
  if (ploidy == 1) {
    to->haploid[sample >> 6] |= bit;
    to->is_haploid = 1;
  }
}

/* Read one genotype, of any ploidy; return its end, or NULL if it is none. */
static const uint8_t *any_call(const uint8_t *p, const uint8_t *end, int n_alternates, int index,
                               calls *to, int64_t sample) {
  int ploidy = 0, n_alternate = 0, n_missing = 0;
  if (p < end && is_mark(*p)) p++;
  for (;;) {
    if (p < end && *p == '.') {
      n_missing++, p++;
    } else {
      int allele = 0, n_digits = 0;
      for (; p < end && is_digit(*p) && n_digits < 5; p++, n_digits++) allele = allele * 10 + *p - '0';
      if (n_digits == 0 || n_digits == 5 || allele > n_alternates) return NULL;
      n_alternate += allele == index;
    }
    if (++ploidy > 255) return NULL;
    if (p == end || !is_mark(*p)) break;
    p++;
  }
  if (p < end && *p != ':' && *p != '\t') return NULL;
  put(to, sample, ploidy, n_alternate, n_missing);
  return p;
}

/* Skip the fields after a genotype; return where the sample ends, or NULL if there are too many. */
static const uint8_t *after_fields(const uint8_t *p, const uint8_t *end, int n_left) {
  for (; p < end && *p != '\t'; p++) n_left -= *p == ':';
  return n_left < 0 ? NULL : p;
}

/* Read the samples from one on, of which `p` is the start; 0 if a line is odd. */
static int by_steps(const record *r, const uint8_t *p, int64_t sample, int64_t n, int index,
                    calls *to) {
  for (; sample < n; sample++) {
    p = any_call(p, r->line_end, r->n_alternates, index, to, sample);
    if (p == NULL) return 0;
    p = after_fields(p, r->line_end, r->n_fields - 1);
    if (p == NULL || (p == r->line_end) != (sample + 1 == n)) return 0;
    p++;
  }
  return 1;
}

/* ---- GT alone, four bytes a sample ------------------------------------------------------- */

/* One regular call, "a/c": 0 if it is not. */
static int regular_call(const uint8_t *p, uint8_t top, uint8_t wanted, calls *to, int64_t sample) {
  uint8_t a = p[0], c = p[2];
  int lost_a = a == '.', lost_c = c == '.';
  if (!is_mark(p[1]) || !(lost_a || (uint8_t)(a - '0') <= top)) return 0;
  if (!(lost_c || (uint8_t)(c - '0') <= top)) return 0;
  if (a != '0' || c != '0') put(to, sample, 2, (a == wanted) + (c == wanted), lost_a + lost_c);
  return 1;
}

static int stride_plain(const uint8_t *p, int64_t from, int64_t n, uint8_t top, uint8_t wanted,
                        calls *to) {
  for (int64_t i = from; i < n; i++) {
    if (!regular_call(p + 4 * i, top, wanted, to, i)) return 0;
    if (i + 1 < n && p[4 * i + 3] != '\t') return 0;
  }
  return 1;
}

#ifdef SPE_X86
#include <immintrin.h>

static inline __attribute__((always_inline)) SPE_AVX2 __m256i load(const uint8_t *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}

/* Eight samples: their code's two bits, and who is half missing; 0 if one is not regular. */
SPE_AVX2 static inline int eight(__m256i v, uint8_t top, uint8_t wanted, uint32_t *low,
                                 uint32_t *high, uint32_t *half) {
  __m256i digit = _mm256_sub_epi8(v, _mm256_set1_epi8('0'));
  __m256i dot = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('.'));
  __m256i known = _mm256_cmpeq_epi8(_mm256_min_epu8(digit, _mm256_set1_epi8((char)top)), digit);
  __m256i mark = _mm256_or_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('|')),
                                 _mm256_cmpeq_epi8(v, _mm256_set1_epi8('/')));
  __m256i tab = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\t'));
  uint32_t alleles = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(dot, known)) & 0x55555555u;
  uint32_t marks = (uint32_t)_mm256_movemask_epi8(mark) & 0x22222222u;
  uint32_t tabs = (uint32_t)_mm256_movemask_epi8(tab) & 0x88888888u;
  uint32_t alt = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8((char)wanted)));
  uint32_t lost = (uint32_t)_mm256_movemask_epi8(dot);
  uint32_t a = _pext_u32(alt, 0x11111111u), c = _pext_u32(alt, 0x44444444u);
  uint32_t lost_a = _pext_u32(lost, 0x11111111u), lost_c = _pext_u32(lost, 0x44444444u);
  *low = (a ^ c) | lost_a | lost_c;
  *high = (a & c) | lost_a | lost_c;
  *half = lost_a ^ lost_c;
  return (alleles | marks | tabs) == 0xFFFFFFFFu;
}

/* 64 samples at a time; those without an alternate cost two instructions for eight. */
SPE_AVX2 static int stride_wide(const uint8_t *p, int64_t n, uint8_t top, uint8_t wanted,
                                calls *to) {
  uint32_t plain = (uint32_t)'0' | (uint32_t)p[1] << 8 | (uint32_t)'0' << 16 | (uint32_t)'\t' << 24;
  const __m256i usual = _mm256_set1_epi32((int)plain);
  int64_t i = 0;
  if (!is_mark(p[1])) return 0;
  for (; 4 * (i + 64) < 4 * n; i += 64) {
    const uint8_t *q = p + 4 * i;
    __m256i other = _mm256_setzero_si256();
    for (int j = 0; j < 8; j++)
      other = _mm256_or_si256(other, _mm256_xor_si256(load(q + 32 * j), usual));
    if (_mm256_testz_si256(other, other)) continue;
    uint64_t low = 0, high = 0;
    for (int j = 0; j < 8; j++) {
      uint32_t one, two, half;
      if (!eight(load(q + 32 * j), top, wanted, &one, &two, &half)) return 0;
      low |= (uint64_t)one << (8 * j);
      high |= (uint64_t)two << (8 * j);
      for (; half; half &= half - 1) {
        int64_t at = 8 * j + __builtin_ctz(half);
        int n_alternate = (q[4 * at] == wanted) + (q[4 * at + 2] == wanted);
        put(to, i + at, 2, n_alternate, 1);
      }
    }
    to->low[i >> 6] |= low;
    to->high[i >> 6] |= high;
  }
  return stride_plain(p, i, n, top, wanted, to);
}

/* Genotypes in variable places: find the tabs, look at the four bytes after each. */
SPE_AVX2 static int fields_wide(const record *r, int64_t n, int index, uint8_t top, uint8_t wanted,
                                calls *to) {
  const uint8_t *last = r->samples - 1, *q = last, *end = r->line_end;
  const __m256i tab = _mm256_set1_epi8('\t'), colon = _mm256_set1_epi8(':');
  int64_t sample = 0;
  int n_colons = 0; /* of this sample, so far */
  for (; end - q >= 40; q += 32) {
    __m256i v = load(q);
    uint32_t tabs = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, tab));
    uint32_t colons = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, colon));
    int seen = 0;
    for (; tabs; tabs &= tabs - 1) {
      int before = __builtin_popcount(colons & ((tabs & -tabs) - 1));
      if (n_colons + before - seen >= r->n_fields && sample) return 0;
      n_colons = 0, seen = before;
      last = q + __builtin_ctz(tabs);
      if (sample == n) return 0;
      if (!((last[4] == ':' || last[4] == '\t') && regular_call(last + 1, top, wanted, to, sample)) &&
          any_call(last + 1, end, r->n_alternates, index, to, sample) == NULL)
        return 0;
      sample++;
    }
    n_colons += __builtin_popcount(colons) - seen;
  }
  if (!sample) return by_steps(r, r->samples, 0, n, index, to);
  q = after_fields(last + 1, end, r->n_fields - 1);
  if (q == NULL || (q == end) != (sample == n)) return 0;
  return q == end || by_steps(r, q + 1, sample, n, index, to);
}
#endif

/* ---- one line ---------------------------------------------------------------------------- */

static int read_calls(const record *r, int64_t n, int index, calls *to) {
  uint8_t top = (uint8_t)(r->n_alternates < 9 ? r->n_alternates : 9);
  uint8_t wanted = (uint8_t)(index < 10 && index <= r->n_alternates ? '0' + index : 0xFF);
  int is_regular = r->n_fields == 1 && r->line_end - r->samples == 4 * n - 1;
  int64_t n_words = to->n_words;
  for (int attempt = is_regular ? 0 : 1; attempt < 2; attempt++) {
    memset(to->low, 0, (size_t)n_words * 24); /* low, high and haploid lie together */
    to->n_exceptions = to->is_haploid = 0;
#ifdef SPE_X86
    if (spe_has_avx2) {
      if (attempt ? fields_wide(r, n, index, top, wanted, to)
                  : stride_wide(r->samples, n, top, wanted, to))
        return 1;
      continue;
    }
#endif
    if (attempt ? by_steps(r, r->samples, 0, n, index, to)
                : stride_plain(r->samples, 0, n, top, wanted, to))
      return 1;
  }
  return 0;
}

/* Put everybody where they stand in the calls; the second half of the scratch takes the result. */
static void rearrange(calls *from, calls *to, const int32_t *place) {
  memset(to->low, 0, (size_t)from->n_words * 24);
  to->n_exceptions = 0;
  to->is_haploid = from->is_haploid;
  const uint64_t *planes[3] = {from->low, from->high, from->haploid};
  uint64_t *targets[3] = {to->low, to->high, to->haploid};
  for (int k = 0; k < 3; k++)
    for (int64_t w = 0; w < from->n_words; w++)
      for (uint64_t bits = planes[k][w]; bits; bits &= bits - 1) {
        int64_t at = place[w * 64 + __builtin_ctzll(bits)];
        targets[k][at >> 6] |= 1ull << (at & 63);
      }
  /* Exceptions sorted by their new place: a list that two passes of counting would not beat. */
  for (int64_t i = 0; i < from->n_exceptions; i++) {
    uint64_t word = from->exceptions[i], at = (uint64_t)place[(uint32_t)word];
    to->exceptions[to->n_exceptions++] = (word >> 32 << 32) | at;
  }
  for (int64_t gap = to->n_exceptions / 2; gap > 0; gap /= 2)
    for (int64_t i = gap; i < to->n_exceptions; i++) {
      uint64_t word = to->exceptions[i];
      int64_t j = i;
      for (; j >= gap && (uint32_t)to->exceptions[j - gap] > (uint32_t)word; j -= gap)
        to->exceptions[j] = to->exceptions[j - gap];
      to->exceptions[j] = word;
    }
}

static uint8_t *copy_words(uint8_t *out, const uint64_t *from, int64_t n) {
  memcpy(out, from, (size_t)n * 8);
  return out + 8 * n;
}

static uint8_t *write_list(uint8_t *out, const calls *c, int64_t n_carriers) {
  for (int64_t w = 0; w < c->n_words; w++)
    for (uint64_t bits = c->low[w] | c->high[w]; bits; bits &= bits - 1) {
      int at = __builtin_ctzll(bits);
      uint32_t code = (uint32_t)((c->low[w] >> at & 1) | (c->high[w] >> at & 1) << 1);
      uint32_t entry = (uint32_t)(w * 64 + at) << 2 | code;
      memcpy(out, &entry, 4);
      out += 4;
    }
  if (n_carriers & 1) {
    memset(out, 0xFF, 4);
    out += 4;
  }
  return out;
}

/* Write one value; return its end. There is room for it: see `largest`. */
static uint8_t *write_value(uint8_t *out, const calls *c, int64_t n_samples) {
  int64_t n_carriers = 0;
  for (int64_t w = 0; w < c->n_words; w++) n_carriers += __builtin_popcountll(c->low[w] | c->high[w]);
  int is_list = n_carriers * 16 <= n_samples;
  uint32_t head[2] = {(is_list ? 0u : PLANES) | (c->is_haploid ? HAPLOID : 0u) |
                          (c->n_exceptions ? EXCEPTIONS : 0u),
                      is_list ? (uint32_t)n_carriers : 0u};
  memcpy(out, head, 8);
  out += 8;
  if (is_list) {
    out = write_list(out, c, n_carriers);
  } else {
    out = copy_words(out, c->low, c->n_words);
    out = copy_words(out, c->high, c->n_words);
  }
  if (c->is_haploid) out = copy_words(out, c->haploid, c->n_words);
  return copy_words(out, c->exceptions, c->n_exceptions);
}

/* No value of this many samples is longer: head, three planes (a list is shorter), exceptions. */
static int64_t largest(const calls *c) { return 16 + 24 * c->n_words + 8 * c->n_exceptions; }

/* ---- the fixed columns ------------------------------------------------------------------- */

static int is_plain_text(const uint8_t *p, const uint8_t *end) {
  uint8_t all = 0;
  for (; p < end; p++) all |= *p;
  return all < 0x80;
}

/* Names of contigs as VCF 4.5 has them (1.4.7); what stands in angle brackets is odd. */
static int is_contig(const uint8_t *p, const uint8_t *end) {
  if (p == end || *p == '*' || *p == '=' || *p == '#') return 0;
  for (; p < end; p++) {
    uint8_t letter = *p | 0x20;
    if (!is_digit(*p) && !(letter >= 'a' && letter <= 'z') && !(*p && strchr("!#$%&*+./:;=?@^_|~-", *p)))
      return 0;
  }
  return 1;
}

static int read_position(record *r) {
  int64_t value = 0, n = r->end[1] - r->start[1];
  if (n < 1 || n > 10) return 0;
  for (const uint8_t *p = r->start[1]; p < r->end[1]; p++) {
    if (!is_digit(*p)) return 0;
    value = value * 10 + *p - '0';
  }
  r->position = (int32_t)value;
  return value <= INT32_MAX;
}

static int is_plain_id(const uint8_t *p, const uint8_t *end) {
  if (p == end || *p == ';' || end[-1] == ';' || !is_plain_text(p, end)) return 0;
  for (; p < end; p++)
    if (*p <= ' ' || *p == 127 || (*p == ';' && p[1] == ';')) return 0;
  return 1;
}

static int is_bases(const uint8_t *p, const uint8_t *end) {
  if (p == end) return 0;
  for (; p < end; p++)
    if (!is_base(*p)) return 0;
  return 1;
}

static int is_same_allele(const uint8_t *a, const uint8_t *a_end, const uint8_t *b,
                          const uint8_t *b_end) {
  if (a_end - a != b_end - b) return 0;
  for (; a < a_end; a++, b++)
    if ((*a & 0xDF) != (*b & 0xDF)) return 0;
  return 1;
}

/* A number that is not negative, or none. */
static int is_quality(const uint8_t *p, const uint8_t *end) {
  if (end - p == 1 && *p == '.') return 1;
  if (p == end || !is_digit(*p)) return 0;
  while (p < end && is_digit(*p)) p++;
  if (p < end && *p == '.') p++;
  while (p < end && is_digit(*p)) p++;
  return p == end;
}

/* ".", PASS, or names parted by semicolons. */
static int is_filter(const uint8_t *p, const uint8_t *end) {
  if (end - p == 1 && *p == '.') return 1;
  const uint8_t *name = p;
  for (;; p++) {
    if (p < end && *p != ';') {
      if (*p <= ' ' || *p == 127 || *p == ',') return 0;
      continue;
    }
    if (p == name || (p - name == 1 && (*name == '0' || *name == '.'))) return 0;
    name = p + 1;
    if (p == end) return 1;
  }
}

/* Cut ALT at its commas: bases and "*", or "." alone, and none twice or as REF. */
static int read_alternates(record *r) {
  const uint8_t *p = r->start[4], *end = r->end[4];
  r->n_alternates = 0;
  if (end - p == 1 && *p == '.') return 1;
  for (;; p++) {
    int n = r->n_alternates;
    if (n == MAX_ALTERNATES) return 0;
    r->alternate[n] = p;
    while (p < end && *p != ',') p++;
    r->alternate_end[n] = p;
    if (!(p - r->alternate[n] == 1 && p[-1] == '*') && !is_bases(r->alternate[n], p)) return 0;
    if (is_same_allele(r->start[3], r->end[3], r->alternate[n], p)) return 0;
    for (int i = 0; i < n; i++)
      if (is_same_allele(r->alternate[i], r->alternate_end[i], r->alternate[n], p)) return 0;
    r->n_alternates++;
    if (p == end) return 1;
  }
}

/* FORMAT is GT, or GT and further fields of which none is empty or there twice. */
static int read_format(record *r) {
  static const char names[N_KEYS][3] = {"GQ", "DP", "AD"};
  const uint8_t *p = r->start[8], *end = r->end[8], *keys[MAX_FIELDS];
  if (end - p < 2 || p[0] != 'G' || p[1] != 'T' || !(end - p == 2 || p[2] == ':')) return 0;
  r->n_fields = 0;
  for (int k = 0; k < N_KEYS; k++) r->key[k] = 0;
  for (;; p++) {
    int n = r->n_fields;
    if (n == MAX_FIELDS) return 0;
    keys[n] = p;
    for (; p < end && *p != ':'; p++)
      if (!is_digit(*p) && !((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') && *p != '_' && *p != '.') return 0;
    if (p == keys[n] || is_digit(*keys[n]) || *keys[n] == '.') return 0;
    for (int i = 0; i < n; i++) {
      int64_t length = p - keys[n];
      if (keys[i + 1] - keys[i] - 1 == length && !memcmp(keys[i], keys[n], (size_t)length)) return 0;
    }
    for (int k = 0; k < N_KEYS; k++)
      if (p - keys[n] == 2 && !memcmp(keys[n], names[k], 2)) r->key[k] = n;
    r->n_fields++;
    if (p == end) return 1;
  }
}

/* Where does the line end? Four bytes a sample tell it without a search. */
static const uint8_t *end_of_line(const uint8_t *p, const uint8_t *end) {
  const uint8_t *found = memchr(p, '\n', (size_t)(end - p));
  return found ? found : end;
}

/* Cut the fixed columns; 0 if the line is odd. `line_end` is set in any case. */
static int read_fixed(record *r, const uint8_t *p, const uint8_t *end, int64_t n_samples) {
  int n_columns = n_samples ? 9 : 8;
  r->line_end = end;
  if (p < end && end[-1] == '\r') r->line_end = end = end - 1;
  for (int k = 0; k < n_columns; k++) {
    const uint8_t *tab = p <= end ? memchr(p, '\t', (size_t)(end - p)) : NULL;
    int is_last = k == n_columns - 1 && !n_samples;
    if ((tab == NULL) != is_last) return 0;
    r->start[k] = p;
    r->end[k] = tab ? tab : end;
    p = r->end[k] + 1;
  }
  r->samples = p;
  if (!n_samples) {
    r->start[8] = r->end[8] = end;
    r->n_fields = 1;
  }
  return is_contig(r->start[0], r->end[0]) && read_position(r) && is_plain_id(r->start[2], r->end[2]) &&
         is_bases(r->start[3], r->end[3]) && read_alternates(r) &&
         is_quality(r->start[5], r->end[5]) && is_filter(r->start[6], r->end[6]) &&
         is_plain_text(r->start[5], r->end[7]) && (!n_samples || read_format(r));
}

/* ---- what FORMAT says beside the genotype ------------------------------------------------ */

typedef struct {
  const uint8_t *start[MAX_FIELDS], *end[MAX_FIELDS];
  int n;
} fields;

/* Cut a sample's fields; return its end. There are not more than FORMAT has: see `read_calls`. */
static const uint8_t *cut_fields(const uint8_t *p, const uint8_t *end, fields *f) {
  for (f->n = 0;; p++) {
    f->start[f->n] = p;
    while (p < end && *p != ':' && *p != '\t') p++;
    f->end[f->n++] = p;
    if (p == end || *p == '\t' || f->n == MAX_FIELDS) return p;
  }
}

/* A whole number, or none: 0 if it is something else. */
static int read_number(const uint8_t *p, const uint8_t *end, int32_t *out) {
  int64_t value = 0;
  *out = NO_VALUE;
  if (p == end || (end - p == 1 && *p == '.')) return 1;
  if (end - p > 10) return 0;
  for (; p < end; p++) {
    if (!is_digit(*p)) return 0;
    value = value * 10 + *p - '0';
  }
  *out = (int32_t)value;
  return value <= INT32_MAX;
}

/* Depths, one an allele: those of the reference and of one alternate. */
static int read_depths(const uint8_t *p, const uint8_t *end, int n_alternates, int index,
                       int32_t *reference, int32_t *alternate) {
  int allele = 0;
  *reference = *alternate = NO_VALUE;
  if (p == end || (end - p == 1 && *p == '.')) return 1;
  for (;; p++, allele++) {
    int32_t value;
    const uint8_t *start = p;
    while (p < end && *p != ',') p++;
    if (p == start || !read_number(start, p, &value)) return 0;
    if (allele == 0) *reference = value;
    if (allele == index && index > 0) *alternate = value;
    if (p == end) return allele == n_alternates;
  }
}

static int read_values(const fields *f, const record *r, int index, int32_t *out) {
  for (int k = 0; k < N_VALUES; k++) out[k] = NO_VALUE;
  for (int k = GQ; k <= DP; k++) {
    int at = r->key[k];
    if (at && at < f->n && !read_number(f->start[at], f->end[at], out + k)) return 0;
  }
  int at = r->key[AD];
  return !(at && at < f->n) || read_depths(f->start[at], f->end[at], r->n_alternates, index,
                                           out + IN_AD_REFERENCE, out + IN_AD_ALTERNATE);
}

/* Is a genotype written with bars alone, and is its first allele this one? */
static void read_phase(const uint8_t *p, const uint8_t *end, int index, int *is_phased,
                       int *is_first) {
  int allele = 0, n_bars = 0, n_slashes = 0;
  if (p < end && is_mark(*p)) p++;
  const uint8_t *start = p;
  for (; p < end && is_digit(*p); p++) allele = allele * 10 + *p - '0';
  *is_first = p > start && index > 0 && allele == index;
  for (; p < end; p++) n_bars += *p == '|', n_slashes += *p == '/';
  *is_phased = n_bars > 0 && n_slashes == 0;
}

/* Make a call missing; `at` is the next exception. Returns 1 if something of it was known. */
static int forget(calls *c, int64_t sample, int64_t at) {
  uint64_t bit = 1ull << (sample & 63), *low = c->low + (sample >> 6), *high = c->high + (sample >> 6);
  int is_odd = at < c->n_exceptions && (uint32_t)c->exceptions[at] == (uint64_t)sample;
  int was_known = !(*low & *high & bit);
  *low |= bit;
  *high |= bit;
  if (!is_odd) return was_known;
  uint64_t ploidy = c->exceptions[at] >> 32 & 0xFF, n_missing = c->exceptions[at] >> 48 & 0xFF;
  c->exceptions[at] = (uint64_t)sample | ploidy << 32 | ploidy << 48;
  return n_missing < ploidy;
}

/* A diploid call of which nothing is known is no exception. */
static void drop_forgotten(calls *c) {
  int64_t n = 0;
  for (int64_t i = 0; i < c->n_exceptions; i++) {
    uint64_t word = c->exceptions[i];
    if (!((word >> 32 & 0xFF) == 2 && (word >> 48 & 0xFF) == 2)) c->exceptions[n++] = word;
  }
  c->n_exceptions = n;
}

/* Read what else is wanted of each sample: values, phase, calls too poor to be kept. */
static int read_people(chunk *c, int64_t row, const record *r, int index, calls *found) {
  const uint8_t *p = r->samples;
  int64_t n_words = found->n_words, odd = 0;
  uint64_t *phase = c->phase ? c->phase + 2 * n_words * row : NULL;
  int32_t n_low = 0;
  if (phase) memset(phase, 0, (size_t)n_words * 16);
  for (int64_t i = 0; i < c->n_samples; i++) {
    int64_t place = c->place ? c->place[i] : i;
    int32_t value[N_VALUES];
    int is_phased, is_first, is_low;
    fields f;
    p = cut_fields(p, r->line_end, &f) + 1;
    if (!read_values(&f, r, index, value)) return 0;
    for (int k = 0; k < N_VALUES; k++)
      if (c->values[k]) c->values[k][row * c->n_samples + place] = value[k];
    while (odd < found->n_exceptions && (uint32_t)found->exceptions[odd] < (uint64_t)i) odd++;
    is_low = (value[IN_GQ] != NO_VALUE && value[IN_GQ] < c->min_gq) ||
             (value[IN_DP] != NO_VALUE && value[IN_DP] < c->min_dp);
    if (is_low) n_low += forget(found, i, odd);
    if (!phase || is_low) continue;
    read_phase(f.start[0], f.end[0], index, &is_phased, &is_first);
    phase[place >> 6] |= (uint64_t)is_phased << (place & 63);
    phase[n_words + (place >> 6)] |= (uint64_t)is_first << (place & 63);
  }
  drop_forgotten(found);
  c->low[row] = index <= 1 ? n_low : 0;
  return 1;
}

static int wants_people(const chunk *c) {
  int wants = c->phase || c->min_gq > 0 || c->min_dp > 0;
  for (int k = 0; k < N_VALUES; k++) wants |= c->values[k] != NULL;
  return wants;
}

/* ---- rows -------------------------------------------------------------------------------- */

static int add_text(strings *to, int64_t row, const uint8_t *p, const uint8_t *end, int is_upper) {
  int64_t at = to->offsets[row];
  if (to->capacity - at < end - p) return 0;
  uint8_t *out = to->bytes + at;
  for (; p < end; p++) *out++ = is_upper && *p >= 'a' && *p <= 'z' ? (uint8_t)(*p - 32) : *p;
  to->offsets[row + 1] = (int32_t)(out - to->bytes);
  return 1;
}

static int add_calls(chunk *c, int64_t row, calls *found, calls *spare) {
  if (c->place) {
    rearrange(found, spare, c->place);
    found = spare;
  }
  int64_t at = c->calls.offsets[row];
  if (c->calls.capacity - at < largest(found)) return 0;
  uint8_t *end = write_value(c->calls.bytes + at, found, c->n_samples);
  c->calls.offsets[row + 1] = (int32_t)(end - c->calls.bytes);
  return 1;
}

static int add_columns(chunk *c, int64_t row, const record *r, int index) {
  static const uint8_t none = '.';
  const uint8_t *alternate = index ? r->alternate[index - 1] : &none;
  const uint8_t *alternate_end = index ? r->alternate_end[index - 1] : &none + 1;
  int has_id = !(r->end[2] - r->start[2] == 1 && *r->start[2] == '.');
  c->line[row] = (int32_t)c->n_lines;
  c->position[row] = r->position;
  c->allele_index[row] = (int16_t)index;
  for (int k = 0; k < 4; k++) c->fields[5 * row + k] = (int32_t)(r->start[5 + k] - c->text);
  c->fields[5 * row + 4] = (int32_t)(r->end[8] - c->text);
  if (row % 8 == 0) c->id_is_there[row / 8] = 0;
  c->id_is_there[row / 8] &= (uint8_t)~(1u << row % 8);
  c->id_is_there[row / 8] |= (uint8_t)(has_id << row % 8);
  return add_text(&c->id, row, r->start[2], has_id ? r->end[2] : r->start[2], 0) &&
         add_text(&c->reference, row, r->start[3], r->end[3], 1) &&
         add_text(&c->alternate, row, alternate, alternate_end, 1);
}

/* Note where another chromosome begins; 0 if there is no room. */
static int add_run(chunk *c, const record *r) {
  const int32_t *last = c->runs + 3 * (c->n_runs - 1);
  int64_t length = r->end[0] - r->start[0];
  if (c->n_runs && last[2] - last[1] == length &&
      !memcmp(c->text + last[1], r->start[0], (size_t)length))
    return 1;
  if (c->n_runs == c->max_runs) return 0;
  int32_t *run = c->runs + 3 * c->n_runs++;
  run[0] = (int32_t)c->n_rows;
  run[1] = (int32_t)(r->start[0] - c->text);
  run[2] = (int32_t)(r->end[0] - c->text);
  return 1;
}

typedef enum { TAKEN, ODD, FULL } outcome;

static outcome add_record(chunk *c, const record *r, calls *found, calls *spare) {
  int first = r->n_alternates ? 1 : 0, last = r->n_alternates;
  int64_t n_runs = c->n_runs, row = c->n_rows;
  if (c->max_rows - row < last - first + 1 || !add_run(c, r)) return FULL;
  for (int index = first; index <= last; index++, row++) {
    outcome why = TAKEN;
    found->n_exceptions = found->is_haploid = 0;
    if (c->n_samples && !read_calls(r, c->n_samples, index ? index : 1, found)) why = ODD;
    else if (wants_people(c) &&
             !read_people(c, row, r, index, found)) why = ODD;
    else if (!add_columns(c, row, r, index) || !add_calls(c, row, found, spare)) why = FULL;
    if (why != TAKEN) {
      c->n_runs = n_runs;
      return why;
    }
  }
  c->n_rows = row;
  return TAKEN;
}

static calls in_scratch(uint64_t *at, int64_t n_samples) {
  int64_t n = words(n_samples);
  return (calls){at, at + n, at + 2 * n, at + 3 * n, n, 0, 0};
}

static int add_odd(chunk *c, const uint8_t *p, const uint8_t *end) {
  if (c->n_odd == c->max_odd) return 0;
  int32_t *odd = c->odd + 3 * c->n_odd++;
  odd[0] = (int32_t)c->n_lines;
  odd[1] = (int32_t)(p - c->text);
  odd[2] = (int32_t)(end - c->text);
  return 1;
}

/* Read lines until the text or the room ends; what was read is in `n_consumed`. */
SPE_EXPORT void spe_vcf_parse(chunk *c) {
  const uint8_t *p = c->text, *end = p + c->n_bytes;
  calls found = in_scratch(c->scratch, c->n_samples);
  calls spare = in_scratch(c->scratch + 3 * words(c->n_samples) + c->n_samples, c->n_samples);
  record r;
  c->n_lines = c->n_rows = c->n_runs = c->n_odd = 0;
  c->id.offsets[0] = c->reference.offsets[0] = c->alternate.offsets[0] = c->calls.offsets[0] = 0;
  while (p < end) {
    const uint8_t *line_end = end_of_line(p, end);
    outcome why = read_fixed(&r, p, line_end, c->n_samples) ? add_record(c, &r, &found, &spare) : ODD;
    /* A record too large for all the room there is would stop the reading for ever. */
    if (why == FULL && c->n_rows == 0) why = ODD;
    if (why == FULL || (why == ODD && !add_odd(c, p, line_end))) break;
    c->n_lines++;
    p = line_end < end ? line_end + 1 : end;
  }
  c->n_consumed = p - c->text;
}
