#include "sqlite_page_cache.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    lock_byte = 0x40000000,
    line = 64,       // bytes that a processor's cache takes at a time
    alignment = 8,   // of a page's content, as SQLite needs it
    overrun = 16,    // bytes that SQLite may read behind a page of a damaged file (`pcache1.c`)
    smallest = 64,   // pages that a cache has room for at first
};

// A cached page. In the same allocation follow what SQLite keeps about it, and its content: what is read of a page first lies side by side.
struct page {
    sqlite3_pcache_page shown;
    unsigned number;
    unsigned place;  // of it in the list of all pages
    bool is_pinned;  // SQLite uses it: it must stay where it is
    bool is_recent;  // was used again since it came or the hand went by
};

// A place of the table; free where there is no page.
struct slot {
    unsigned number;
    struct page *page;
};

struct cache {
    size_t content_offset;  // of a page's content in its allocation
    size_t page_bytes;      // of the allocation
    bool is_purgeable;      // can be read again, so that pages may be dropped
    unsigned pages_max;
    unsigned pinned;
    unsigned largest;    // number that a page may have
    unsigned lock_page;  // a number which no page has for longer than a swap
    unsigned count;
    unsigned room;        // for pages in the list; the table has twice as many slots
    unsigned shift;       // that leaves of a 32-bit hash a slot's index
    unsigned hand;        // of the clock: the place in the list where it looks next for a page to drop
    struct page **pages;  // all of them, in no order
    struct slot *slots;   // the same by number: open addressing, the next slot is tried
};

static struct cache *of(sqlite3_pcache *cache) { return (struct cache *)cache; }

// MARK: The table

// Fibonacci hashing: the numbers cached of a large file lie in runs, which a remainder would pile onto each other.
static unsigned home(const struct cache *cache, unsigned number) { return number * 2654435769u >> cache->shift; }

static unsigned after(const struct cache *cache, unsigned index) { return (index + 1) & (2 * cache->room - 1); }

// The slot with this number, or the free one where it belongs.
static struct slot *slot_for(const struct cache *cache, unsigned number) {
    unsigned index = home(cache, number);
    while (cache->slots[index].page && cache->slots[index].number != number) index = after(cache, index);
    return &cache->slots[index];
}

static void enter(struct cache *cache, struct page *page, unsigned number) {
    page->number = number;
    *slot_for(cache, number) = (struct slot){number, page};
    if (number > cache->largest && number != cache->lock_page) cache->largest = number;
}

// Frees a slot, and moves into it what comes later in its run and may lie there, so that no search ends too early.
static void vacate(struct cache *cache, struct slot *slot) {
    unsigned hole = (unsigned)(slot - cache->slots);
    unsigned mask = 2 * cache->room - 1;
    for (unsigned index = after(cache, hole); cache->slots[index].page; index = after(cache, index)) {
        unsigned distance = (index - home(cache, cache->slots[index].number)) & mask;
        if (distance < ((index - hole) & mask)) continue;
        cache->slots[hole] = cache->slots[index];
        hole = index;
    }
    cache->slots[hole].page = NULL;
}

// Makes room for so many pages, a power of two and not below `count`. False, and nothing changed, if there is no memory.
static bool resize(struct cache *cache, unsigned room) {
    struct slot *slots = calloc(2 * (size_t)room, sizeof *slots);
    struct page **pages = malloc(room * sizeof *pages);
    if (!slots || !pages) {
        free(slots);
        free(pages);
        return false;
    }
    if (cache->count > 0) memcpy(pages, cache->pages, cache->count * sizeof *pages);
    free(cache->pages);
    free(cache->slots);
    cache->pages = pages;
    cache->slots = slots;
    cache->room = room;
    cache->shift = 31;
    for (unsigned size = room; size > 1; size /= 2) cache->shift--;
    for (unsigned place = 0; place < cache->count; place++) {
        unsigned number = pages[place]->number;
        *slot_for(cache, number) = (struct slot){number, pages[place]};
    }
    return true;
}

// MARK: Pages

static struct page *add(struct cache *cache) {
    if (cache->count == cache->room && !resize(cache, 2 * cache->room)) return NULL;
    struct page *page = malloc(cache->page_bytes);
    if (!page) return NULL;
    page->shown.pExtra = page + 1;
    page->shown.pBuf = (char *)page + cache->content_offset;
    page->place = cache->count;
    cache->pages[cache->count++] = page;
    return page;
}

static void drop(struct cache *cache, struct page *page) {
    vacate(cache, slot_for(cache, page->number));
    struct page *last = cache->pages[--cache->count];
    cache->pages[page->place] = last;
    last->place = page->place;
    cache->pinned -= page->is_pinned;
    free(page);
}

// A page that SQLite does not use, and has not used again since it came or the hand went by; NULL if it uses all.
static struct page *page_to_drop(struct cache *cache) {
    if (cache->pinned == cache->count) return NULL;
    for (;;) {
        if (cache->hand >= cache->count) cache->hand = 0;
        struct page *page = cache->pages[cache->hand++];
        if (page->is_pinned) continue;
        if (!page->is_recent) return page;
        page->is_recent = false;
    }
}

static void drop_down_to(struct cache *cache, unsigned count) {
    struct page *page;
    while (cache->count > count && (page = page_to_drop(cache))) drop(cache, page);
}

// MARK: What SQLite calls, each as its documentation of sqlite3_pcache_methods2 has it

static sqlite3_pcache_methods2 own;

// SQLite takes other memory than pages from its own cache as well, which is to be ready for that.
static int initialize(void *argument) {
    (void)argument;
    return own.xInit(own.pArg);
}

static void terminate(void *argument) {
    (void)argument;
    own.xShutdown(own.pArg);
}

static void destroy(sqlite3_pcache *cache) {
    for (unsigned place = 0; place < of(cache)->count; place++) free(of(cache)->pages[place]);
    free(of(cache)->pages);
    free(of(cache)->slots);
    free(cache);
}

static sqlite3_pcache *create(int page_size, int extra_size, int is_purgeable) {
    struct cache *cache = calloc(1, sizeof *cache);
    if (!cache) return NULL;
    cache->content_offset = (sizeof(struct page) + (size_t)extra_size + alignment - 1) / alignment * alignment;
    cache->page_bytes = cache->content_offset + (size_t)page_size + overrun;
    cache->is_purgeable = is_purgeable;
    cache->pages_max = UINT32_MAX;
    cache->lock_page = (unsigned)(lock_byte / page_size) + 1;
    if (resize(cache, smallest)) return (sqlite3_pcache *)cache;
    free(cache);
    return NULL;
}

static void set_size(sqlite3_pcache *cache, int pages) {
    if (!of(cache)->is_purgeable) return;
    of(cache)->pages_max = (unsigned)pages;
    drop_down_to(of(cache), of(cache)->pages_max);
}

static int page_count(sqlite3_pcache *cache) { return (int)of(cache)->count; }

// A page without a number: a new one while there is room and memory, else one that is not used, else a new one in spite of the room.
static struct page *page_to_fill(struct cache *cache) {
    struct page *page = cache->count < cache->pages_max ? add(cache) : NULL;
    if (page) return page;
    page = page_to_drop(cache);
    if (!page) return add(cache);
    vacate(cache, slot_for(cache, page->number));
    return page;
}

static struct page *make(struct cache *cache, unsigned number, int create) {
    // SQLite asks softly while it has pages that it could write out and unpin instead; so does its own cache draw the line.
    if (create == 1 && cache->pinned >= (uint64_t)cache->pages_max * 9 / 10) return NULL;
    struct page *page = page_to_fill(cache);
    if (!page) return NULL;
    // By this SQLite knows that what it keeps about the page is yet to be set.
    *(void **)page->shown.pExtra = NULL;
    page->is_pinned = true;
    page->is_recent = false;
    cache->pinned++;
    enter(cache, page, number);
    return page;
}

// SQLite looks at a page here and there: what it keeps about it, the head, places by halving, a row. Each of them would wait for the memory in
// turn; asked for at once they come together.
static void fetch_ahead(const struct cache *cache, const struct page *page) {
    for (size_t offset = line; offset < cache->page_bytes; offset += line)
        __builtin_prefetch((const char *)page + offset);
}

static sqlite3_pcache_page *fetch(sqlite3_pcache *cache, unsigned number, int create) {
    struct page *page = slot_for(of(cache), number)->page;
    if (!page) {
        page = create ? make(of(cache), number, create) : NULL;
        return page ? &page->shown : NULL;
    }
    if (!page->is_pinned) {
        fetch_ahead(of(cache), page);
        page->is_pinned = true;
        of(cache)->pinned++;
    }
    page->is_recent = true;
    return &page->shown;
}

static void unpin(sqlite3_pcache *cache, sqlite3_pcache_page *shown, int discard) {
    struct page *page = (struct page *)shown;
    if (discard || of(cache)->count > of(cache)->pages_max) {
        drop(of(cache), page);
        return;
    }
    of(cache)->pinned -= page->is_pinned;
    page->is_pinned = false;
}

static void rekey(sqlite3_pcache *cache, sqlite3_pcache_page *shown, unsigned number, unsigned new_number) {
    struct page *other = slot_for(of(cache), new_number)->page;
    if (other && &other->shown != shown) drop(of(cache), other);
    vacate(of(cache), slot_for(of(cache), number));
    enter(of(cache), (struct page *)shown, new_number);
}

static void truncate_from(sqlite3_pcache *shown, unsigned limit) {
    struct cache *cache = of(shown);
    if (limit > cache->largest) return;
    unsigned largest = cache->largest;
    cache->largest = limit > 0 ? limit - 1 : 0;
    // A transaction that is undone takes a few pages from the end: they are looked up, instead of all slots looked at.
    if (largest - limit < cache->room) {
        for (unsigned distance = 0; distance <= largest - limit; distance++) {
            struct page *page = slot_for(cache, limit + distance)->page;
            if (page) drop(cache, page);
        }
        return;
    }
    // A slot whose page goes may hold another one afterwards.
    for (unsigned index = 0; index < 2 * cache->room;) {
        struct slot slot = cache->slots[index];
        if (slot.page && slot.number >= limit)
            drop(cache, slot.page);
        else
            index++;
    }
}

static void shrink(sqlite3_pcache *shown) {
    struct cache *cache = of(shown);
    drop_down_to(cache, 0);
    unsigned room = smallest;
    while (room < cache->count) room *= 2;
    // Without memory for smaller tables the larger ones stay.
    if (room < cache->room) resize(cache, room);
}

static const sqlite3_pcache_methods2 methods = {
    .iVersion = 1,
    .xInit = initialize,
    .xShutdown = terminate,
    .xCreate = create,
    .xCachesize = set_size,
    .xPagecount = page_count,
    .xFetch = fetch,
    .xUnpin = unpin,
    .xRekey = rekey,
    .xTruncate = truncate_from,
    .xDestroy = destroy,
    .xShrink = shrink,
};

int nestbox_sqlite_use_page_cache(void) {
    if (own.xInit) return SQLITE_OK;
    int code = sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &own);
    if (code != SQLITE_OK) return code;
    return sqlite3_config(SQLITE_CONFIG_PCACHE2, &methods);
}

const sqlite3_pcache_methods2 *nestbox_sqlite_page_cache(void) { return &methods; }

const sqlite3_pcache_methods2 *nestbox_sqlite_own_page_cache(void) { return &own; }
