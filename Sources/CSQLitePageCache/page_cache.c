#include "sqlite_page_cache.h"

#include <stddef.h>

enum { lock_byte = 0x40000000 };

// SQLite's own page cache, which does the work.
static sqlite3_pcache_methods2 own;

// The same with the functions below.
static sqlite3_pcache_methods2 methods;

// A cache of it, and what is known of the numbers of its pages.
struct cache {
    sqlite3_pcache *own;
    unsigned largest;    // that a page may have
    unsigned lock_page;  // which no page has for longer than a swap
};

static struct cache *of(sqlite3_pcache *cache) { return (struct cache *)cache; }

static sqlite3_pcache *create(int page_size, int extra_size, int is_purgeable) {
    struct cache *cache = sqlite3_malloc(sizeof *cache);
    if (!cache) return NULL;
    *cache = (struct cache){own.xCreate(page_size, extra_size, is_purgeable), 0, (unsigned)(lock_byte / page_size) + 1};
    if (cache->own) return (sqlite3_pcache *)cache;
    sqlite3_free(cache);
    return NULL;
}

static void destroy(sqlite3_pcache *cache) {
    own.xDestroy(of(cache)->own);
    sqlite3_free(cache);
}

static void note(struct cache *cache, unsigned number) {
    if (number > cache->largest && number != cache->lock_page) cache->largest = number;
}

static sqlite3_pcache_page *fetch(sqlite3_pcache *cache, unsigned number, int create) {
    sqlite3_pcache_page *page = own.xFetch(of(cache)->own, number, create);
    if (page) note(of(cache), number);
    return page;
}

static void rekey(sqlite3_pcache *cache, sqlite3_pcache_page *page, unsigned number, unsigned new_number) {
    own.xRekey(of(cache)->own, page, number, new_number);
    note(of(cache), new_number);
}

static void truncate(sqlite3_pcache *cache, unsigned limit) {
    if (limit > of(cache)->largest) return;
    own.xTruncate(of(cache)->own, limit);
    of(cache)->largest = limit > 0 ? limit - 1 : 0;
}

static void set_size(sqlite3_pcache *cache, int pages) { own.xCachesize(of(cache)->own, pages); }

static int page_count(sqlite3_pcache *cache) { return own.xPagecount(of(cache)->own); }

static void unpin(sqlite3_pcache *cache, sqlite3_pcache_page *page, int discard) {
    own.xUnpin(of(cache)->own, page, discard);
}

static void shrink(sqlite3_pcache *cache) { own.xShrink(of(cache)->own); }

int nestbox_sqlite_bound_truncation(void) {
    int code = sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &own);
    if (code != SQLITE_OK) return code;
    methods = own;
    methods.xCreate = create;
    methods.xCachesize = set_size;
    methods.xPagecount = page_count;
    methods.xFetch = fetch;
    methods.xUnpin = unpin;
    methods.xRekey = rekey;
    methods.xTruncate = truncate;
    methods.xDestroy = destroy;
    methods.xShrink = shrink;
    return sqlite3_config(SQLITE_CONFIG_PCACHE2, &methods);
}

const sqlite3_pcache_methods2 *nestbox_sqlite_page_cache(void) { return &methods; }
