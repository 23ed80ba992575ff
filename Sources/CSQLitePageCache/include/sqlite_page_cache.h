#pragma once

#include <sqlite3.h>

/// Lets SQLite's page cache look for pages behind a database's new end only if there may be any; to be called before anything else of
/// SQLite.
///
/// When SQLite balances a B-tree, it swaps the numbers of two pages by way of a third one, that of the page which holds the lock byte, at
/// 1 GiB. Its page cache then takes that for the largest number it has, and looks through all of its pages at the commit, each
/// time: with 64 MiB of pages a sixth of what writing costs. Source: `balance_nonroot` and `pcache1Truncate` of SQLite 3.40.
///
/// Returns SQLITE_OK, or the code with which SQLite refuses.
int nestbox_sqlite_bound_truncation(void);

/// The page cache as SQLite has it since, for whoever checks it.
const sqlite3_pcache_methods2 *nestbox_sqlite_page_cache(void);
