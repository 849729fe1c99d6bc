/* Records of BCF 2 into lines of VCF (VCF specification, chapter "BCF specification").
 *
 * Every length that the bytes tell is checked against what is there before it is followed, and
 * every write against the room that is left. gdi_spe/store/kernels/numpy_bcf.py is the twin.
 */
#include <stdio.h>
#include <string.h>

#include "spe.h"

enum { VOID = 0, INT8 = 1, INT16 = 2, INT32 = 3, FLOAT = 5, CHAR = 7 };
enum { MORE = 0, FULL = 1, DAMAGED = 2, BAD_KEY = 3, BAD_CONTIG = 4, BAD_SAMPLES = 5, BAD_TEXT = 6 };
enum { FIXED = 24, MAX_FORMATS = 255 };
static const uint32_t FLOAT_MISSING = 0x7F800001, FLOAT_END = 0x7F800002;

/* Names by number: starts has one more than names; a number without a name has none of length. */
typedef struct {
  const uint8_t *bytes;
  const int64_t *starts;
  int64_t n;
} names;

/* Mirrored by _Task in gdi_spe/store/kernels/bcf.py. */
typedef struct {
  const uint8_t *data;
  int64_t n_data;
  names keys, contigs;
  int64_t n_samples, gt_key;
  uint8_t *out;
  int64_t n_out;
  int64_t consumed, written, n_records;
} task;

typedef struct {
  const uint8_t *at, *end;
} span;

typedef struct {
  uint8_t *at, *end;
  int status; /* 0, or why the record cannot be written */
} sink;

typedef struct {
  int type;
  int64_t n, size; /* values, and bytes of all of them */
  const uint8_t *data;
} typed;

static uint32_t u16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }
static uint32_t u32(const uint8_t *p) { return u16(p) | u16(p + 2) << 16; }

/* ---- reading ----------------------------------------------------------------------------- */

static int width_of(int type) {
  return type == INT8 || type == CHAR ? 1 : type == INT16 ? 2 : type == INT32 || type == FLOAT ? 4 : 0;
}

/* One whole number; the values that BCF reserves come as below -(1 << 40). */
static const int64_t MISSING = -(1LL << 40) - 1, END = -(1LL << 40) - 2;

static int64_t whole(int type, const uint8_t *p) {
  int32_t value, lowest;
  if (type == INT8) value = (int8_t)p[0], lowest = INT8_MIN;
  else if (type == INT16) value = (int16_t)u16(p), lowest = INT16_MIN;
  else value = (int32_t)u32(p), lowest = INT32_MIN;
  if (value == lowest) return MISSING;
  return value == lowest + 1 ? END : value;
}

/* Read what kind of values follow and how many, without the values; 0 if the bytes end. */
static int read_kind(span *from, typed *to) {
  if (from->at == from->end) return 0;
  int byte = *from->at++;
  to->type = byte & 15, to->n = byte >> 4;
  if (to->type != VOID && !width_of(to->type)) return 0;
  if (to->n < 15) return 1;
  if (from->at == from->end) return 0;
  int length = *from->at++, type = length & 15;
  if (length >> 4 != 1 || type < INT8 || type > INT32) return 0;
  if (from->end - from->at < width_of(type)) return 0;
  to->n = whole(type, from->at);
  from->at += width_of(type);
  return to->n >= 0;
}

/* Take the values that were announced, `times` over; 0 if the bytes end. */
static int read_values(span *from, typed *to, int64_t times) {
  int64_t width = width_of(to->type), left = from->end - from->at;
  if (width && to->n > left / width) return 0;
  int64_t each = to->n * width;
  if (times && each > left / times) return 0;
  to->data = from->at, to->size = each;
  from->at += each * times;
  return 1;
}

static int read_typed(span *from, typed *to) { return read_kind(from, to) && read_values(from, to, 1); }

static int64_t read_key(span *from, const names *known) {
  typed key;
  if (!read_typed(from, &key) || key.n != 1 || key.type < INT8 || key.type > INT32) return -1;
  int64_t number = whole(key.type, key.data);
  int is_known = number >= 0 && number < known->n && known->starts[number] < known->starts[number + 1];
  return is_known ? number : -1;
}

/* ---- writing ----------------------------------------------------------------------------- */

static int has_room(sink *to, int64_t n) {
  if (to->end - to->at >= n) return 1;
  if (!to->status) to->status = FULL;
  return 0;
}

static void put(sink *to, uint8_t c) {
  if (has_room(to, 1)) *to->at++ = c;
}

static void put_name(sink *to, const names *known, int64_t number) {
  int64_t n = known->starts[number + 1] - known->starts[number];
  if (!has_room(to, n)) return;
  memcpy(to->at, known->bytes + known->starts[number], (size_t)n);
  to->at += n;
}

/* Text up to its padding; what would end a column or a part of it is refused. */
static void put_text(sink *to, const uint8_t *p, int64_t n, const char *ends) {
  const uint8_t *padding = memchr(p, 0, (size_t)n);
  int64_t length = padding ? padding - p : n;
  for (int64_t i = length; i < n; i++)
    if (p[i]) to->status = BAD_TEXT;
  for (int64_t i = 0; i < length; i++)
    if (p[i] < ' ' || p[i] == 127 || strchr(ends, p[i])) to->status = p[i] == 7 ? to->status : BAD_TEXT;
  if (to->status || !has_room(to, length + 1)) return;
  if (!length) *to->at++ = '.';
  for (int64_t i = 0; i < length; i++) *to->at++ = p[i] == 7 ? '.' : p[i];
}

static void put_whole(sink *to, int64_t value) {
  uint8_t digits[24];
  int n = 0, is_negative = value < 0;
  if (is_negative) value = -value;
  do digits[n++] = (uint8_t)('0' + value % 10);
  while (value /= 10);
  if (!has_room(to, n + 1)) return;
  if (is_negative) *to->at++ = '-';
  while (n) *to->at++ = digits[--n];
}

static void put_float(sink *to, uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  if (!has_room(to, 24)) return;
  if (value != value) { /* %g would tell the sign of what has none */
    memcpy(to->at, "nan", 3);
    to->at += 3;
    return;
  }
  to->at += snprintf((char *)to->at, 24, "%g", (double)value);
}

/* The values of one vector, by commas, up to the mark that ends it. */
static void put_vector(sink *to, int type, int64_t n, const uint8_t *p, const char *ends) {
  if (type == CHAR) {
    put_text(to, p, n, ends);
    return;
  }
  int width = width_of(type), n_put = 0;
  for (int64_t i = 0; i < n && !to->status; i++, p += width) {
    int64_t value = type == FLOAT ? 0 : whole(type, p);
    if (type == FLOAT ? u32(p) == FLOAT_END : value == END) break;
    if (n_put++) put(to, ',');
    if (type == FLOAT ? u32(p) == FLOAT_MISSING : value == MISSING) put(to, '.');
    else if (type == FLOAT) put_float(to, u32(p));
    else put_whole(to, value);
  }
  if (!n_put) put(to, '.');
}

/* One genotype: (allele + 1) << 1 | is phased; a short one is padded. */
static void put_genotype(sink *to, int type, int64_t n, const uint8_t *p) {
  int width = width_of(type), n_put = 0;
  for (int64_t i = 0; i < n && !to->status; i++, p += width) {
    int64_t value = whole(type, p);
    if (value == END || value == MISSING) break; /* BCF 2.1 pads by missing */
    if (value < 0) {
      to->status = DAMAGED;
      return;
    }
    if (n_put++) put(to, value & 1 ? '|' : '/');
    if (value >> 1) put_whole(to, (value >> 1) - 1);
    else put(to, '.');
  }
  if (!n_put) put(to, '.');
}

/* All samples' genotypes where each has two alleles below nine; 0 if one has not. */
static int put_plain_genotypes(sink *to, const uint8_t *p, int64_t n_samples) {
  if (n_samples > (to->end - to->at) / 4) return 0;
  uint8_t odd = 0, *out = to->at;
  for (int64_t i = 0; i < n_samples; i++) {
    uint8_t first = p[2 * i], second = p[2 * i + 1];
    odd |= (uint8_t)((first > 19) | (second > 19));
    out[4 * i] = '\t';
    out[4 * i + 1] = (uint8_t)(first < 2 ? '.' : '0' - 1 + (first >> 1));
    out[4 * i + 2] = second & 1 ? '|' : '/';
    out[4 * i + 3] = (uint8_t)(second < 2 ? '.' : '0' - 1 + (second >> 1));
  }
  if (odd) return 0;
  to->at += 4 * n_samples;
  return 1;
}

/* ---- a record ---------------------------------------------------------------------------- */

static int put_alleles(sink *to, span *from, int n_alleles) {
  for (int i = 0; i < n_alleles; i++) {
    typed allele;
    if (!read_typed(from, &allele) || (allele.type != CHAR && allele.n)) return DAMAGED;
    put(to, i < 2 ? '\t' : ',');
    if (allele.type == CHAR) put_text(to, allele.data, allele.n, ",");
    else put(to, '.');
  }
  if (n_alleles == 1) put(to, '\t'), put(to, '.');
  return 0;
}

static int put_filters(sink *to, span *from, const names *keys) {
  typed filters;
  if (!read_typed(from, &filters) || filters.type > INT32) return DAMAGED;
  int n_put = 0;
  put(to, '\t');
  for (int64_t i = 0; i < filters.n && filters.type != VOID; i++) {
    int64_t number = whole(filters.type, filters.data + i * width_of(filters.type));
    if (number == END) break;
    if (number == MISSING) continue;
    if (number < 0 || number >= keys->n || keys->starts[number] == keys->starts[number + 1])
      return BAD_KEY;
    if (n_put++) put(to, ';');
    put_name(to, keys, number);
  }
  if (!n_put) put(to, '.');
  return 0;
}

static int put_info(sink *to, span *from, const names *keys, int n_info) {
  put(to, '\t');
  for (int i = 0; i < n_info; i++) {
    int64_t key = read_key(from, keys);
    if (key < 0) return BAD_KEY;
    typed value;
    if (!read_typed(from, &value)) return DAMAGED;
    if (i) put(to, ';');
    put_name(to, keys, key);
    if (value.type == VOID || !value.n) continue;
    put(to, '=');
    put_vector(to, value.type, value.n, value.data, ";");
  }
  if (!n_info) put(to, '.');
  return 0;
}

static int put_samples(sink *to, span *from, const task *t, int n_formats) {
  typed fields[MAX_FORMATS];
  int64_t key[MAX_FORMATS];
  put(to, '\t');
  for (int f = 0; f < n_formats; f++) {
    key[f] = read_key(from, &t->keys);
    if (key[f] < 0) return BAD_KEY;
    if (!read_kind(from, &fields[f]) || !read_values(from, &fields[f], t->n_samples)) return DAMAGED;
    if (key[f] == t->gt_key && fields[f].type == FLOAT) return DAMAGED;
    if (f) put(to, ':');
    put_name(to, &t->keys, key[f]);
  }
  if (!n_formats) put(to, '.');
  if (to->status) return to->status;
  int is_gt_alone = n_formats == 1 && key[0] == t->gt_key && fields[0].type == INT8;
  if (is_gt_alone && fields[0].n == 2 && put_plain_genotypes(to, fields[0].data, t->n_samples)) return 0;
  for (int64_t sample = 0; sample < t->n_samples && !to->status; sample++) {
    put(to, '\t');
    if (!n_formats) put(to, '.');
    for (int f = 0; f < n_formats && !to->status; f++) {
      const typed *field = &fields[f];
      const uint8_t *p = field->data + sample * field->size;
      if (f) put(to, ':');
      if (key[f] == t->gt_key && field->type >= INT8 && field->type <= INT32)
        put_genotype(to, field->type, field->n, p);
      else if (field->type == VOID) put(to, '.');
      else put_vector(to, field->type, field->n, p, ":");
    }
  }
  return 0;
}

static int put_record(sink *to, span shared, span individual, const task *t) {
  const uint8_t *fixed = shared.at;
  int64_t contig = (int32_t)u32(fixed), position = (int32_t)u32(fixed + 4);
  uint32_t quality = u32(fixed + 12), n_samples = u32(fixed + 20) & 0xFFFFFF;
  int n_info = (int)u16(fixed + 16), n_alleles = (int)u16(fixed + 18), n_formats = fixed[23];
  shared.at += FIXED;
  if (contig < 0 || contig >= t->contigs.n || t->contigs.starts[contig] == t->contigs.starts[contig + 1])
    return BAD_CONTIG;
  if (position < -1 || !n_alleles) return DAMAGED;
  if (n_samples != t->n_samples || (n_formats && !n_samples)) return BAD_SAMPLES;
  put_name(to, &t->contigs, contig);
  put(to, '\t');
  put_whole(to, position + 1);
  put(to, '\t');
  typed id;
  if (!read_typed(&shared, &id) || (id.type != CHAR && id.n)) return DAMAGED;
  if (id.type == CHAR) put_text(to, id.data, id.n, "");
  else put(to, '.');
  int status = put_alleles(to, &shared, n_alleles);
  if (status) return status;
  put(to, '\t');
  if (quality == FLOAT_MISSING) put(to, '.');
  else put_float(to, quality);
  status = put_filters(to, &shared, &t->keys);
  if (!status) status = put_info(to, &shared, &t->keys, n_info);
  if (!status && n_samples) status = put_samples(to, &individual, t, n_formats);
  put(to, '\n');
  if (status) return status;
  return shared.at == shared.end && individual.at == individual.end ? 0 : DAMAGED;
}

/* Write whole records as lines; returns 0 where the bytes end, 1 where the room does, else why the
 * record after `n_records` is refused. */
SPE_EXPORT int64_t spe_bcf_text(task *t) {
  t->consumed = t->written = t->n_records = 0;
  while (t->n_data - t->consumed >= 8) {
    const uint8_t *p = t->data + t->consumed;
    int64_t n_shared = u32(p), n_individual = u32(p + 4);
    if (n_shared < FIXED) return DAMAGED;
    if (t->n_data - t->consumed - 8 < n_shared + n_individual) return MORE;
    span shared = {p + 8, p + 8 + n_shared}, individual = {shared.end, shared.end + n_individual};
    sink to = {t->out + t->written, t->out + t->n_out, 0};
    int status = put_record(&to, shared, individual, t);
    if (to.status || status) return to.status ? to.status : status; /* the first breach */
    t->written = to.at - t->out;
    t->consumed += 8 + n_shared + n_individual;
    t->n_records++;
  }
  return MORE;
}
