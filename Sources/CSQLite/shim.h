#pragma once
#include <sqlite3.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/// Lets SQLite allocate memory without keeping account of it; to be called before anything else of SQLite.
static inline int nestbox_sqlite_disable_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

/// Gives freed memory back to the system, where the allocator would keep it.
static inline void nestbox_sqlite_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
