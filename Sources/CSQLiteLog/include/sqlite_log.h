#pragma once

#include <sqlite3.h>

/// A file layer (VFS) of SQLite over another one, which gathers the writes to a write-ahead log; all other files are the other layer's own.
///
/// SQLite writes each page of a transaction to its log in two calls, 24 bytes of header and the page. Here they are gathered, and go to the
/// file in one piece: at the header that marks the commit, at a sync, when another part of the log is written, and when 128 KiB have come together.
/// From the commit's header to the next transaction everything is passed on as it comes, so whatever SQLite calls committed is in the file.
/// What is gathered is read where it is. When it cannot be written, the call that had it written fails, and the next such call tries again; a
/// commit's bytes are not tried again, as SQLite takes back the transaction.
///
/// Source: `walWriteOneFrame` and `walRewriteChecksums` of SQLite 3.40, and its file format, "The Write-Ahead Log".
///
/// Registers it over the layer named `base` (NULL for the system's) under a name of its own. Returns NULL when there is no such layer or no memory.
sqlite3_vfs *nestbox_sqlite_gather_log(const char *base);

/// Takes the layer away again, when all that was opened through it is closed.
void nestbox_sqlite_forget_log(sqlite3_vfs *layer);
