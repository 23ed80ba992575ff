#pragma once
#include <sqlite3.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/// Gives freed memory back to the system, where the allocator would keep it.
static inline void nestbox_sqlite_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
