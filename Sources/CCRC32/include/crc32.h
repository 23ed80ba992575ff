#pragma once
#include <stddef.h>
#include <stdint.h>

/// The CRC-32 of Ethernet, gzip and AWS's `x-amz-crc32` (reflected polynomial 0xEDB88320), by the processor's carry-less multiplication
/// where it has one, else by zlib.
uint32_t nestbox_crc32(const void *bytes, size_t count);
