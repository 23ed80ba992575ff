#include "crc32.h"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>

typedef __m128i vector;

// One step of folding: 128 bits of remainder are moved on by the distance that `by` stands for, onto `next`.
__attribute__((target("pclmul,sse4.1"))) static inline vector fold(vector remainder, vector next, vector by) {
    vector low = _mm_clmulepi64_si128(remainder, by, 0x00);
    vector high = _mm_clmulepi64_si128(remainder, by, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

// The remainder, not inverted, of a multiple of 16 bytes, at least 64. The method and the constants, powers of x modulo the polynomial, are
// those of Intel's paper "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction" (2009), bit-reflected.
__attribute__((target("pclmul,sse4.1"))) static uint32_t folded(const unsigned char *bytes, size_t count, uint32_t crc) {
    const vector by64 = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
    const vector by16 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
    const vector by8 = _mm_set_epi64x(0, 0x0163cd6124);
    const vector polynomial = _mm_set_epi64x(0x01f7011641, 0x01db710641);
    const vector lowHalves = _mm_setr_epi32(-1, 0, -1, 0);
    const vector *next = (const vector *)bytes;
    vector a = _mm_xor_si128(_mm_loadu_si128(next), _mm_cvtsi32_si128((int)crc));
    vector b = _mm_loadu_si128(next + 1), c = _mm_loadu_si128(next + 2), d = _mm_loadu_si128(next + 3);
    for (next += 4, count -= 64; count >= 64; next += 4, count -= 64) {
        a = fold(a, _mm_loadu_si128(next), by64);
        b = fold(b, _mm_loadu_si128(next + 1), by64);
        c = fold(c, _mm_loadu_si128(next + 2), by64);
        d = fold(d, _mm_loadu_si128(next + 3), by64);
    }
    a = fold(fold(fold(a, b, by16), c, by16), d, by16);
    for (; count >= 16; next += 1, count -= 16) a = fold(a, _mm_loadu_si128(next), by16);
    // 128 bits to 64, then to 32 by Barrett's reduction.
    a = _mm_xor_si128(_mm_srli_si128(a, 8), _mm_clmulepi64_si128(a, by16, 0x10));
    a = _mm_xor_si128(_mm_srli_si128(a, 4), _mm_clmulepi64_si128(_mm_and_si128(a, lowHalves), by8, 0x00));
    vector quotient = _mm_clmulepi64_si128(_mm_and_si128(a, lowHalves), polynomial, 0x10);
    a = _mm_xor_si128(a, _mm_clmulepi64_si128(_mm_and_si128(quotient, lowHalves), polynomial, 0x00));
    return (uint32_t)_mm_extract_epi32(a, 1);
}

uint32_t nestbox_crc32(const void *bytes, size_t count) {
    if (count < 64 || !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) {
        return (uint32_t)crc32_z(0, bytes, count);
    }
    size_t whole = count & ~(size_t)15;
    uint32_t crc = ~folded(bytes, whole, ~(uint32_t)0);
    return (uint32_t)crc32_z(crc, (const unsigned char *)bytes + whole, count - whole);
}
#else
uint32_t nestbox_crc32(const void *bytes, size_t count) { return (uint32_t)crc32_z(0, bytes, count); }
#endif
