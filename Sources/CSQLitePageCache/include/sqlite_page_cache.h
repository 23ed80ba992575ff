#pragma once

#include <sqlite3.h>

/// Gives SQLite a page cache that costs less than its own where pages are found, which is most of the time; to be called before anything else
/// of SQLite. It is for one thread: connections of several threads each have caches, and share nothing.
///
/// A page that SQLite begins to use is fetched from memory as a whole, ahead of what SQLite looks at one after the other.
///
/// SQLite's own chains all pages in the order of their use, and so changes two other pages at each use of one. This one marks a page that is
/// used again, and when it is full goes round, takes away marks, and drops the first page without one (the clock, or second chance).
///
/// Where a database was cut back it looks for pages behind the new end only if there may be any. When SQLite balances a B-tree, it swaps the
/// numbers of two pages by way of a third one, that of the page which holds the lock byte, at 1 GiB. Its own cache then takes that for the
/// largest number it has, and looks through all of its pages at the commit, each time: with 64 MiB of pages a sixth of what writing
/// costs. Source: `balance_nonroot` and `pcache1Truncate` of SQLite 3.40.
///
/// Returns SQLITE_OK, or the code with which SQLite refuses.
int nestbox_sqlite_use_page_cache(void);

/// The page cache, for whoever checks it.
const sqlite3_pcache_methods2 *nestbox_sqlite_page_cache(void);

/// SQLite's own, to check the other against; known after `nestbox_sqlite_use_page_cache`.
const sqlite3_pcache_methods2 *nestbox_sqlite_own_page_cache(void);
