/* BGZF, the blocked gzip of VCF files (SAM specification, section 4.1). */
#include <libdeflate.h>
#include <string.h>

#include "spe.h"

#define BLOCK 0xff00 /* bytes of input in a block; a block itself is less than 64 KiB */
#define HEADER 18
#define FOOTER 8

static void put32(uint8_t *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (uint8_t)(value >> (8 * i));
}

/* One block, or 0 where it does not fit. */
static int64_t block(struct libdeflate_compressor *with, const uint8_t *in, int64_t n_in,
                     uint8_t *out, int64_t room) {
  static const uint8_t start[16] = {31, 139, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 66, 67, 2, 0};
  if (room < HEADER + FOOTER) return 0;
  int64_t most = room < 0x10000 ? room : 0x10000;
  size_t packed = libdeflate_deflate_compress(with, in, (size_t)n_in, out + HEADER,
                                              (size_t)(most - HEADER - FOOTER));
  if (packed == 0) return 0;
  int64_t size = HEADER + (int64_t)packed + FOOTER;
  memcpy(out, start, sizeof start);
  out[16] = (uint8_t)(size - 1);
  out[17] = (uint8_t)((size - 1) >> 8);
  put32(out + size - 8, libdeflate_crc32(0, in, (size_t)n_in));
  put32(out + size - 4, (uint32_t)n_in);
  return size;
}

/* Compress into blocks; returns the bytes written, or -1 where there is no room or no memory.
   The compressor's own memory is the only one that a kernel asks for. */
SPE_EXPORT int64_t spe_bgzf_pack(const uint8_t *in, int64_t n_in, int level, uint8_t *out,
                                 int64_t room) {
  struct libdeflate_compressor *with = libdeflate_alloc_compressor(level);
  if (with == NULL) return -1;
  int64_t written = 0;
  for (int64_t at = 0; at < n_in && written >= 0; at += BLOCK) {
    int64_t n_block = n_in - at < BLOCK ? n_in - at : BLOCK;
    int64_t size = block(with, in + at, n_block, out + written, room - written);
    written = size ? written + size : -1;
  }
  libdeflate_free_compressor(with);
  return written;
}
