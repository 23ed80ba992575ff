// The limit of writing: rows like those of nestbox's items, put into SQLite by prepared statements, a number of them a transaction.
// The table, the settings of the connection and the order of the keys are nestbox's; there is no request and no JSON.
//
//     sqlite-limit DATABASE ITEM-FILE ROWS-PER-TRANSACTION
//
// Five or more `#` in the item stand for the digits of a number that no row had before. Reads a number of rows from each line of the input, puts
// so many, and prints: rows, seconds, CPU seconds.
#define _GNU_SOURCE
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static sqlite3 *database;
static char item[1 << 16];
static size_t item_count;
static uint64_t next_key;

static void check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    fprintf(stderr, "sqlite-limit: %s\n", sqlite3_errmsg(database));
    exit(1);
}

static void execute(const char *sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL)); }

static sqlite3_stmt *prepared(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
    return statement;
}

static void run(sqlite3_stmt *statement) {
    check(sqlite3_step(statement));
    sqlite3_reset(statement);
}

// As in the load.
static uint64_t mixed(uint64_t number) {
    number *= 0x9E3779B97F4A7C15u;
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9u;
    number = (number ^ number >> 27) * 0x94D049BB133111EBu;
    return number ^ number >> 31;
}

static double clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    FILE *file = fopen(argv[2], "rb");
    if (!file) return 1;
    item_count = fread(item, 1, sizeof item - 1, file);
    fclose(file);
    char *digits = strstr(item, "#####");
    size_t digit_count = digits ? strspn(digits, "#") : 0;
    long per_transaction = atol(argv[3]);
    if (!digits || per_transaction < 1) return 2;

    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    check(sqlite3_open_v2(argv[1], &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
    execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
            "PRAGMA mmap_size=1073741824; PRAGMA secure_delete=OFF; PRAGMA wal_autocheckpoint=16384;"
            "CREATE TABLE items(id INTEGER PRIMARY KEY, key BLOB NOT NULL, hash INTEGER NOT NULL, size INTEGER NOT NULL,"
            "  item BLOB NOT NULL);"
            "CREATE UNIQUE INDEX items_key ON items(key, hash)");
    sqlite3_stmt *begin = prepared("BEGIN IMMEDIATE"), *commit = prepared("COMMIT");
    sqlite3_stmt *insert = prepared("INSERT INTO items(key, hash, size, item) VALUES (?1, ?2, ?3, ?4)");
    char key[64] = {0};  // The digits and the two zero bytes that end a key.
    char line[64];
    while (fgets(line, sizeof line, stdin)) {
        long rows = atol(line);
        double started = clock_seconds(), used = cpu_seconds();
        for (long row = 0; row < rows; row++) {
            if (row % per_transaction == 0) run(begin);
            uint64_t number = mixed(next_key++), rest = number;
            for (size_t digit = digit_count; digit-- > 0; rest /= 10) digits[digit] = (char)('0' + rest % 10);
            memcpy(key, digits, digit_count);
            sqlite3_bind_blob(insert, 1, key, (int)digit_count + 2, SQLITE_STATIC);
            sqlite3_bind_int64(insert, 2, (sqlite3_int64)(number & 0xFFFFFFFF));
            sqlite3_bind_int64(insert, 3, (sqlite3_int64)item_count - 40);
            sqlite3_bind_blob(insert, 4, item, (int)item_count, SQLITE_STATIC);
            run(insert);
            if (row % per_transaction == per_transaction - 1 || row == rows - 1) run(commit);
        }
        printf("%ld %.6f %.6f\n", rows, clock_seconds() - started, cpu_seconds() - used);
        fflush(stdout);
    }
}
