#pragma once

#include <sqlite3.h>

// A write-ahead log whose writes are gathered. The base's own file lies behind it.
struct log {
    sqlite3_file head;
    sqlite3_int64 start;     // where the gathered bytes belong in the file
    int count;               // of gathered bytes
    int is_committing;       // whether the header of a commit was the last one
    unsigned char *gathered; // NULL without memory: then all is passed on
};

int nestbox_sqlite_open_log(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *out_flags);

// A file that goes with its connection: in memory as long as it is small, then in a file of the base's, which lies behind it.
struct temporary {
    sqlite3_file head;
    sqlite3_vfs *base;
    int flags;                // to open the base's file with
    sqlite3_int64 map_max;    // how much of the base's file may be mapped
    sqlite3_int64 size;       // of what is in memory
    sqlite3_int64 size_max;
    unsigned char **pieces;   // of the memory; what lies beyond `size` in one is zero, and there are none beyond that
};

void nestbox_sqlite_open_temporary(sqlite3_vfs *base, sqlite3_int64 bytes, sqlite3_file *file, int flags, int *out_flags);
