/* Blocks of bgzip: find them in a buffer, inflate them side by side.
 *
 * A block is a gzip member of at most 64 KiB whose extra field BC says how long it is
 * (SAM specification, 4.1). Every length is checked against the buffer before it is followed.
 */
#include <libdeflate.h>

#include "spe.h"

enum { HEADER = 12, TRAILER = 8, MAX_TEXT = 65536 };

static uint32_t u16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }

static uint32_t u32(const uint8_t *p) { return u16(p) | u16(p + 2) << 16; }

/* Length of the block at `data` (n bytes are there); 0 if more bytes are needed, -1 if it is none. */
static int64_t block_length(const uint8_t *data, int64_t n) {
  static const uint8_t magic[4] = {0x1f, 0x8b, 8, 4};
  for (int i = 0; i < 4 && i < n; i++)
    if (data[i] != magic[i]) return -1;
  if (n < HEADER) return 0;
  int64_t extra = u16(data + 10), end = HEADER + extra;
  if (n < end) return 0;
  for (int64_t at = HEADER; at + 4 <= end; at += 4 + u16(data + at + 2)) {
    if (data[at] != 'B' || data[at + 1] != 'C' || u16(data + at + 2) != 2) continue;
    if (at + 6 > end) return -1;
    int64_t length = (int64_t)u16(data + at + 4) + 1;
    if (length <= end + TRAILER) return -1;
    return length <= n ? length : 0;
  }
  return -1;
}

/* Find the whole blocks at the start of `data` whose text together is at most max_text.
 *
 * starts (max_blocks + 1) gets where each begins and where the last ends, texts (max_blocks) how
 * long each is inflated. Returns their number; *status is 0 where more bytes are needed, 1 where
 * a limit was reached, 2 where no block begins.
 */
SPE_EXPORT int64_t spe_bgzf_blocks(const uint8_t *data, int64_t n, int64_t max_blocks,
                                   int64_t max_text, int64_t *starts, int64_t *texts,
                                   int64_t *status) {
  int64_t at = 0, text = 0, count = 0;
  *status = 1;
  starts[0] = 0;
  while (count < max_blocks) {
    int64_t length = block_length(data + at, n - at);
    if (length <= 0) {
      *status = length < 0 ? 2 : 0;
      break;
    }
    int64_t size = u32(data + at + length - 4);
    if (size > MAX_TEXT) {
      *status = 2;
      break;
    }
    if (text + size > max_text) break;
    texts[count++] = size;
    starts[count] = at += length;
    text += size;
  }
  return count;
}

/* Inflate blocks one after the other into `out` and check each; 0, or the number (from 1) of the
 * first that is damaged, or -1 without memory. */
SPE_EXPORT int64_t spe_bgzf_inflate(const uint8_t *data, int64_t n, int64_t n_blocks,
                                    const int64_t *starts, const int64_t *texts, uint8_t *out,
                                    int64_t n_out) {
  struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
  if (!inflater) return -1;
  int64_t damaged = 0, written = 0;
  for (int64_t block = 0; block < n_blocks && !damaged; block++) {
    int64_t start = starts[block], end = starts[block + 1], size = texts[block];
    damaged = block + 1;
    if (start < 0 || end > n || size < 0 || size > n_out - written) break;
    if (block_length(data + start, end - start) != end - start) break;
    int64_t body = start + HEADER + u16(data + start + 10), length = end - TRAILER - body;
    size_t used;
    if (libdeflate_deflate_decompress_ex(inflater, data + body, (size_t)length, out + written,
                                         (size_t)size, &used, 0) != LIBDEFLATE_SUCCESS)
      break;
    if ((int64_t)used != length || u32(data + end - 4) != size) break;
    if (libdeflate_crc32(0, out + written, (size_t)size) != u32(data + end - TRAILER)) break;
    written += size;
    damaged = 0;
  }
  libdeflate_free_decompressor(inflater);
  return damaged;
}
