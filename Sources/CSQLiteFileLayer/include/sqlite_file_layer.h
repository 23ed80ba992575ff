#pragma once

#include <sqlite3.h>

/// A file layer (VFS) of SQLite over another one, which has its own way with two kinds of files; all others are the other layer's.
///
/// **Write-ahead logs** are written in larger pieces. SQLite writes each page of a transaction to its log in two calls, 24 bytes of header and the
/// page. Here they are gathered, and go to the file in one piece: at the header that marks the commit, at a sync, when another part of the log is
/// written, and when 128 KiB have come together. From the commit's header to the next transaction everything is passed on as it comes, so
/// whatever SQLite calls committed is in the file. What is gathered is read where it is. When it cannot be written, the call that had it written
/// fails, and the next such call tries again; a commit's bytes are not tried again, as SQLite takes back the transaction.
///
/// **Files of databases without a path**, which go with their connection, are in memory up to `temporary_bytes` bytes. What is larger is the other
/// layer's file, map included, which is not made before that.
///
/// Source: `walWriteOneFrame` and `walRewriteChecksums` of SQLite 3.40, and its file format, "The Write-Ahead Log"; `pagerOpentemp`.
///
/// Registers it over the layer named `base` (NULL for the system's) under a name of its own. Returns NULL when there is no such layer or no memory.
sqlite3_vfs *nestbox_sqlite_layer_files(const char *base, sqlite3_int64 temporary_bytes);

/// Takes the layer away again, when all that was opened through it is closed.
void nestbox_sqlite_forget_layer(sqlite3_vfs *layer);
