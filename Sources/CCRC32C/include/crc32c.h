#pragma once
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli) of `length` bytes, continuing from `crc` (0 for a new sum). Uses the processor's own instruction where it has one.
uint32_t nestbox_crc32c(uint32_t crc, const void *bytes, size_t length);

/// The same sum by tables alone, for processors without the instruction and for the tests that hold both ways equal.
uint32_t nestbox_crc32c_tables(uint32_t crc, const void *bytes, size_t length);
