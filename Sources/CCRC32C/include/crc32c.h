#pragma once
#include <stddef.h>
#include <stdint.h>

/// CRC-32C (Castagnoli) of `length` bytes, continuing from `crc` (0 for a new sum).
uint32_t nestbox_crc32c(uint32_t crc, const void *bytes, size_t length);
