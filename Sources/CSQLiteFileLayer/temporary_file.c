#include "layer.h"

#include <string.h>

enum { room_min = 64 << 10 };

static struct temporary *of(sqlite3_file *file) { return (struct temporary *)file; }

static sqlite3_file *own(sqlite3_file *file) { return (sqlite3_file *)(of(file) + 1); }

static int has_file(sqlite3_file *file) { return own(file)->pMethods != NULL; }

// How many of the bytes at this place are in memory, if there is room for them.
static int in_memory(const struct temporary *temporary, int count, sqlite3_int64 offset) {
    sqlite3_int64 left = temporary->room_max - offset;
    return left <= 0 ? 0 : left < count ? (int)left : count;
}

static int make_room(struct temporary *temporary, sqlite3_int64 needed) {
    if (needed <= temporary->room) return SQLITE_OK;
    sqlite3_int64 room = temporary->room > 0 ? temporary->room : room_min;
    while (room < needed) room *= 2;
    if (room > temporary->room_max) room = temporary->room_max;
    unsigned char *start = sqlite3_realloc64(temporary->start, (sqlite3_uint64)room);
    if (!start) return SQLITE_IOERR_NOMEM;
    memset(start + temporary->room, 0, (size_t)(room - temporary->room));
    temporary->start = start;
    temporary->room = room;
    return SQLITE_OK;
}

static int write_rest(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    if (!has_file(file)) {
        int code = of(file)->base->xOpen(of(file)->base, NULL, own(file), of(file)->flags, NULL);
        if (code != SQLITE_OK) return code;
    }
    return own(file)->pMethods->xWrite(own(file), bytes, count, offset - of(file)->room_max);
}

static int write_temporary(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct temporary *temporary = of(file);
    int first = in_memory(temporary, count, offset);
    if (first > 0) {
        int code = make_room(temporary, offset + first);
        if (code != SQLITE_OK) return code;
        memcpy(temporary->start + offset, bytes, (size_t)first);
    }
    if (first < count) {
        int code = write_rest(file, (const char *)bytes + first, count - first, offset + first);
        if (code != SQLITE_OK) return code;
    }
    if (offset + count > temporary->size) temporary->size = offset + count;
    return SQLITE_OK;
}

static int read_temporary(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    struct temporary *temporary = of(file);
    sqlite3_int64 left = temporary->size - offset;
    if (left < count) {
        // As SQLite wants it: zeros behind the end, and to be told.
        memset(bytes, 0, (size_t)count);
        int code = left > 0 ? read_temporary(file, bytes, (int)left, offset) : SQLITE_OK;
        return code == SQLITE_OK ? SQLITE_IOERR_SHORT_READ : code;
    }
    int first = in_memory(temporary, count, offset);
    sqlite3_int64 there = temporary->room - offset;
    int copied = there <= 0 ? 0 : there < first ? (int)there : first;
    if (copied > 0) memcpy(bytes, temporary->start + offset, (size_t)copied);
    // What was passed over in writing.
    memset((char *)bytes + copied, 0, (size_t)(first - copied));
    if (first == count) return SQLITE_OK;
    sqlite3_int64 place = offset + first - temporary->room_max;
    return own(file)->pMethods->xRead(own(file), (char *)bytes + first, count - first, place);
}

static int truncate_temporary(sqlite3_file *file, sqlite3_int64 size) {
    struct temporary *temporary = of(file);
    if (size < temporary->room) memset(temporary->start + size, 0, (size_t)(temporary->room - size));
    temporary->size = size;
    if (!has_file(file)) return SQLITE_OK;
    sqlite3_int64 rest = size - temporary->room_max;
    return own(file)->pMethods->xTruncate(own(file), rest > 0 ? rest : 0);
}

// Nothing of it is to outlive a crash.
static int sync_temporary(sqlite3_file *file, int flags) { return SQLITE_OK; }

static int size_of_temporary(sqlite3_file *file, sqlite3_int64 *size) {
    *size = of(file)->size;
    return SQLITE_OK;
}

static int close_temporary(sqlite3_file *file) {
    sqlite3_free(of(file)->start);
    return has_file(file) ? own(file)->pMethods->xClose(own(file)) : SQLITE_OK;
}

// Nobody else can open it.
static int lock_temporary(sqlite3_file *file, int lock) { return SQLITE_OK; }

static int check_lock(sqlite3_file *file, int *result) {
    *result = 0;
    return SQLITE_OK;
}

static int control_temporary(sqlite3_file *file, int operation, void *argument) { return SQLITE_NOTFOUND; }

static int sector_size(sqlite3_file *file) { return 4096; }

static int characteristics(sqlite3_file *file) { return 0; }

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = close_temporary,
    .xRead = read_temporary,
    .xWrite = write_temporary,
    .xTruncate = truncate_temporary,
    .xSync = sync_temporary,
    .xFileSize = size_of_temporary,
    .xLock = lock_temporary,
    .xUnlock = lock_temporary,
    .xCheckReservedLock = check_lock,
    .xFileControl = control_temporary,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
};

void nestbox_sqlite_open_temporary(sqlite3_vfs *base, sqlite3_int64 bytes, sqlite3_file *file, int flags, int *out_flags) {
    *of(file) = (struct temporary){.head.pMethods = &methods, .base = base, .flags = flags, .room_max = bytes};
    own(file)->pMethods = NULL;
    if (out_flags) *out_flags = flags;
}
