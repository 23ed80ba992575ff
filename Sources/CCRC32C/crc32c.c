#include "crc32c.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif
#endif

/// The reflected Castagnoli polynomial.
#define POLYNOMIAL 0x82F63B78u

/// Bytes of one lane of the three-way loop: long lanes for big inputs, short ones for what is left.
#define LONG_LANE 4096
#define SHORT_LANE 256

/// tables[k][b]: the sum of byte b followed by k zero bytes.
static uint32_t tables[8][256];

/// Operators that advance a sum over a lane of zero bytes, by byte of the sum.
static uint32_t over_long[4][256];
static uint32_t over_short[4][256];

static int hardware;

/// The product of a 32 x 32 bit matrix over GF(2) and a vector.
static uint32_t product(const uint32_t matrix[32], uint32_t vector) {
    uint32_t sum = 0;
    for (int row = 0; vector; row++, vector >>= 1)
        if (vector & 1) sum ^= matrix[row];
    return sum;
}

/// Fills `table` with the operator for `zeros` zero bytes; a power of two.
static void fill_operator(uint32_t table[4][256], size_t zeros) {
    uint32_t matrix[32], squared[32];
    // One zero byte: eight shifts of each basis vector.
    for (int bit = 0; bit < 32; bit++) {
        uint32_t sum = 1u << bit;
        for (int shift = 0; shift < 8; shift++) sum = (sum >> 1) ^ (POLYNOMIAL & -(sum & 1));
        matrix[bit] = sum;
    }
    for (; zeros > 1; zeros >>= 1) {
        for (int bit = 0; bit < 32; bit++) squared[bit] = product(matrix, matrix[bit]);
        memcpy(matrix, squared, sizeof matrix);
    }
    for (int byte = 0; byte < 4; byte++)
        for (uint32_t value = 0; value < 256; value++) table[byte][value] = product(matrix, value << (8 * byte));
}

__attribute__((constructor)) static void prepare(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t sum = byte;
        for (int shift = 0; shift < 8; shift++) sum = (sum >> 1) ^ (POLYNOMIAL & -(sum & 1));
        tables[0][byte] = sum;
    }
    for (int k = 1; k < 8; k++)
        for (int byte = 0; byte < 256; byte++)
            tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xFF];
    fill_operator(over_long, LONG_LANE);
    fill_operator(over_short, SHORT_LANE);
#if defined(__x86_64__)
    __builtin_cpu_init();
    hardware = __builtin_cpu_supports("sse4.2") != 0;
#elif defined(__aarch64__) && defined(__APPLE__)
    hardware = 1;
#elif defined(__aarch64__) && defined(__linux__)
    hardware = (getauxval(AT_HWCAP) & (1 << 7)) != 0;  // HWCAP_CRC32
#endif
}

uint32_t nestbox_crc32c_tables(uint32_t crc, const void *bytes, size_t length) {
    const uint8_t *p = bytes;
    crc = ~crc;
    while (length >= 8) {
        crc ^= (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
        crc = tables[7][crc & 0xFF] ^ tables[6][(crc >> 8) & 0xFF] ^ tables[5][(crc >> 16) & 0xFF] ^ tables[4][crc >> 24]
            ^ tables[3][p[4]] ^ tables[2][p[5]] ^ tables[1][p[6]] ^ tables[0][p[7]];
        p += 8;
        length -= 8;
    }
    while (length--) crc = (crc >> 8) ^ tables[0][(crc ^ *p++) & 0xFF];
    return ~crc;
}

#if defined(__x86_64__) || defined(__aarch64__)

#if defined(__x86_64__)
#define HARDWARE __attribute__((target("sse4.2")))
#define STEP8(sum, value) ((uint32_t)_mm_crc32_u64((sum), (value)))
#define STEP1(sum, value) _mm_crc32_u8((sum), (value))
#else
#define HARDWARE __attribute__((target("crc")))
#define STEP8(sum, value) __crc32cd((sum), (value))
#define STEP1(sum, value) __crc32cb((sum), (value))
#endif

static inline uint64_t load8(const uint8_t *p) {
    uint64_t value;
    memcpy(&value, p, 8);
    return value;
}

static inline uint32_t advance(uint32_t operator[4][256], uint32_t sum) {
    return operator[0][sum & 0xFF] ^ operator[1][(sum >> 8) & 0xFF] ^ operator[2][(sum >> 16) & 0xFF] ^ operator[3][sum >> 24];
}

/// Three lanes at once, because the instruction takes three cycles but starts one a cycle; the operators then join the lanes.
HARDWARE static uint32_t three_lanes(uint32_t crc, const uint8_t *p, size_t lane, uint32_t operator[4][256]) {
    uint32_t second = 0, third = 0;
    for (const uint8_t *end = p + lane; p < end; p += 8) {
        crc = STEP8(crc, load8(p));
        second = STEP8(second, load8(p + lane));
        third = STEP8(third, load8(p + 2 * lane));
    }
    return advance(operator, advance(operator, crc) ^ second) ^ third;
}

HARDWARE static uint32_t crc32c_hardware(uint32_t crc, const uint8_t *p, size_t length) {
    crc = ~crc;
    for (; length >= 3 * LONG_LANE; length -= 3 * LONG_LANE, p += 3 * LONG_LANE) crc = three_lanes(crc, p, LONG_LANE, over_long);
    for (; length >= 3 * SHORT_LANE; length -= 3 * SHORT_LANE, p += 3 * SHORT_LANE) crc = three_lanes(crc, p, SHORT_LANE, over_short);
    for (; length >= 8; length -= 8, p += 8) crc = STEP8(crc, load8(p));
    while (length--) crc = STEP1(crc, *p++);
    return ~crc;
}

#endif

uint32_t nestbox_crc32c(uint32_t crc, const void *bytes, size_t length) {
#if defined(__x86_64__) || defined(__aarch64__)
    if (hardware) return crc32c_hardware(crc, bytes, length);
#endif
    return nestbox_crc32c_tables(crc, bytes, length);
}
