#include "layer.h"

#include <string.h>

enum {
    frame_header = 24,
    page_min = 512,
    // SQLite's own layer writes less than 128 KiB at a time.
    gathered_max = (128 << 10) - 1,
};

static struct log *of(sqlite3_file *file) { return (struct log *)file; }

static sqlite3_file *own(sqlite3_file *file) { return (sqlite3_file *)(of(file) + 1); }

// Hands the gathered bytes on. When that fails they stay, for what comes next; but not those of a commit: SQLite takes the transaction back, and
// they must not come to the file after that.
static int pass_on(sqlite3_file *file) {
    struct log *log = of(file);
    if (log->count == 0) return SQLITE_OK;
    int code = own(file)->pMethods->xWrite(own(file), log->gathered, log->count, log->start);
    if (code == SQLITE_OK || log->is_committing) log->count = 0;
    return code;
}

// Whether these bytes of the file are all among the gathered ones.
static int is_gathered(const struct log *log, int count, sqlite3_int64 offset) {
    return offset >= log->start && offset + count <= log->start + log->count;
}

// Whether some of them are.
static int is_partly_gathered(const struct log *log, int count, sqlite3_int64 offset) {
    return offset < log->start + log->count && offset + count > log->start;
}

static int write_log(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct log *log = of(file);
    if (count == frame_header) {
        const unsigned char *pages = (const unsigned char *)bytes + 4;
        log->is_committing = (pages[0] | pages[1] | pages[2] | pages[3]) != 0;
    }
    int is_frame = count == frame_header || count >= page_min;
    int follows = offset == log->start + log->count && is_frame && count <= gathered_max - log->count;
    if (!is_gathered(log, count, offset) && !(log->count > 0 && follows)) {
        int code = pass_on(file);
        if (code != SQLITE_OK) return code;
        if (!log->gathered || count > gathered_max || !is_frame) {
            return own(file)->pMethods->xWrite(own(file), bytes, count, offset);
        }
        log->start = offset;
    }
    int place = (int)(offset - log->start);
    memcpy(log->gathered + place, bytes, (size_t)count);
    if (place + count > log->count) log->count = place + count;
    return log->is_committing ? pass_on(file) : SQLITE_OK;
}

// What is gathered is read where it is, so that a full disk does not keep a transaction from its own pages.
static int read_log(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    struct log *log = of(file);
    if (log->count > 0 && is_gathered(log, count, offset)) {
        memcpy(bytes, log->gathered + (offset - log->start), (size_t)count);
        return SQLITE_OK;
    }
    int code = is_partly_gathered(log, count, offset) ? pass_on(file) : SQLITE_OK;
    return code == SQLITE_OK ? own(file)->pMethods->xRead(own(file), bytes, count, offset) : code;
}

static int truncate_log(sqlite3_file *file, sqlite3_int64 size) {
    struct log *log = of(file);
    if (size <= log->start) {
        log->count = 0;
    } else if (size < log->start + log->count) {
        log->count = (int)(size - log->start);
    }
    return own(file)->pMethods->xTruncate(own(file), size);
}

static int sync_log(sqlite3_file *file, int flags) {
    int code = pass_on(file);
    return code == SQLITE_OK ? own(file)->pMethods->xSync(own(file), flags) : code;
}

static int size_of_log(sqlite3_file *file, sqlite3_int64 *size) {
    struct log *log = of(file);
    int code = own(file)->pMethods->xFileSize(own(file), size);
    if (code == SQLITE_OK && log->count > 0 && *size < log->start + log->count) *size = log->start + log->count;
    return code;
}

static int control_log(sqlite3_file *file, int operation, void *argument) {
    return own(file)->pMethods->xFileControl(own(file), operation, argument);
}

// What is still gathered belongs to no commit.
static int close_log(sqlite3_file *file) {
    sqlite3_free(of(file)->gathered);
    return own(file)->pMethods->xClose(own(file));
}

static int lock_log(sqlite3_file *file, int lock) { return own(file)->pMethods->xLock(own(file), lock); }

static int unlock_log(sqlite3_file *file, int lock) { return own(file)->pMethods->xUnlock(own(file), lock); }

static int check_lock(sqlite3_file *file, int *result) {
    return own(file)->pMethods->xCheckReservedLock(own(file), result);
}

static int sector_size(sqlite3_file *file) { return own(file)->pMethods->xSectorSize(own(file)); }

static int characteristics(sqlite3_file *file) { return own(file)->pMethods->xDeviceCharacteristics(own(file)); }

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_log,
    .xRead = read_log,
    .xWrite = write_log,
    .xTruncate = truncate_log,
    .xSync = sync_log,
    .xFileSize = size_of_log,
    .xLock = lock_log,
    .xUnlock = unlock_log,
    .xCheckReservedLock = check_lock,
    .xFileControl = control_log,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

int nestbox_sqlite_open_log(sqlite3_vfs *base, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    *of(file) = (struct log){.head.pMethods = NULL};
    own(file)->pMethods = NULL;
    int code = base->xOpen(base, name, own(file), flags, out_flags);
    // Without methods SQLite does not close it.
    if (!own(file)->pMethods) return code;
    of(file)->gathered = sqlite3_malloc(gathered_max);
    file->pMethods = &methods;
    return code;
}
