#include "layer.h"

#include <string.h>

enum {
    room_min = 64 << 10,
    // SQLite's own layer writes less than 128 KiB at a time, and fails with more.
    piece_max = 64 << 10,
};

static struct temporary *of(sqlite3_file *file) { return (struct temporary *)file; }

static sqlite3_file *own(sqlite3_file *file) { return (sqlite3_file *)(of(file) + 1); }

static int has_file(sqlite3_file *file) { return own(file)->pMethods != NULL; }

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

// Makes the base's file of what is in memory. When that fails it stays there.
static int leave_memory(sqlite3_file *file) {
    struct temporary *temporary = of(file);
    int code = temporary->base->xOpen(temporary->base, NULL, own(file), temporary->flags, NULL);
    for (sqlite3_int64 at = 0; code == SQLITE_OK && at < temporary->size; at += piece_max) {
        int count = temporary->size - at < piece_max ? (int)(temporary->size - at) : piece_max;
        code = own(file)->pMethods->xWrite(own(file), temporary->start + at, count, at);
    }
    if (code != SQLITE_OK) {
        if (has_file(file)) own(file)->pMethods->xClose(own(file));
        own(file)->pMethods = NULL;
        return code;
    }
    own(file)->pMethods->xFileControl(own(file), SQLITE_FCNTL_MMAP_SIZE, &temporary->map_max);
    sqlite3_free(temporary->start);
    temporary->start = NULL;
    return SQLITE_OK;
}

static int write_temporary(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct temporary *temporary = of(file);
    sqlite3_int64 end = offset + count;
    if (!has_file(file) && end <= temporary->room_max) {
        int code = make_room(temporary, end);
        if (code != SQLITE_OK) return code;
        memcpy(temporary->start + offset, bytes, (size_t)count);
        if (end > temporary->size) temporary->size = end;
        return SQLITE_OK;
    }
    if (!has_file(file)) {
        int code = leave_memory(file);
        if (code != SQLITE_OK) return code;
    }
    return own(file)->pMethods->xWrite(own(file), bytes, count, offset);
}

static int read_temporary(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    if (has_file(file)) return own(file)->pMethods->xRead(own(file), bytes, count, offset);
    sqlite3_int64 left = of(file)->size - offset;
    int there = left <= 0 ? 0 : left < count ? (int)left : count;
    if (there > 0) memcpy(bytes, of(file)->start + offset, (size_t)there);
    if (there == count) return SQLITE_OK;
    // As SQLite wants it: zeros behind the end, and to be told.
    memset((char *)bytes + there, 0, (size_t)(count - there));
    return SQLITE_IOERR_SHORT_READ;
}

static int truncate_temporary(sqlite3_file *file, sqlite3_int64 size) {
    struct temporary *temporary = of(file);
    if (has_file(file)) return own(file)->pMethods->xTruncate(own(file), size);
    if (size < temporary->size) {
        memset(temporary->start + size, 0, (size_t)(temporary->size - size));
        temporary->size = size;
    }
    return SQLITE_OK;
}

// Nothing of it is to outlive a crash.
static int sync_temporary(sqlite3_file *file, int flags) { return SQLITE_OK; }

static int size_of_temporary(sqlite3_file *file, sqlite3_int64 *size) {
    if (has_file(file)) return own(file)->pMethods->xFileSize(own(file), size);
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

// Until there is a file, what is said about its map is kept for it.
static int control_temporary(sqlite3_file *file, int operation, void *argument) {
    if (has_file(file)) return own(file)->pMethods->xFileControl(own(file), operation, argument);
    if (operation != SQLITE_FCNTL_MMAP_SIZE) return SQLITE_NOTFOUND;
    sqlite3_int64 wanted = *(sqlite3_int64 *)argument;
    *(sqlite3_int64 *)argument = of(file)->map_max;
    if (wanted >= 0) of(file)->map_max = wanted;
    return SQLITE_OK;
}

static int sector_size(sqlite3_file *file) { return 4096; }

static int characteristics(sqlite3_file *file) { return 0; }

static int has_map(sqlite3_file *file) { return has_file(file) && own(file)->pMethods->iVersion >= 3; }

// Memory that grows moves, so SQLite gets copies of it.
static int fetch(sqlite3_file *file, sqlite3_int64 offset, int count, void **page) {
    if (has_map(file)) return own(file)->pMethods->xFetch(own(file), offset, count, page);
    *page = NULL;
    return SQLITE_OK;
}

static int unfetch(sqlite3_file *file, sqlite3_int64 offset, void *page) {
    return has_map(file) ? own(file)->pMethods->xUnfetch(own(file), offset, page) : SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 3,
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
    .xFetch = fetch,
    .xUnfetch = unfetch,
};

void nestbox_sqlite_open_temporary(sqlite3_vfs *base, sqlite3_int64 bytes, sqlite3_file *file, int flags, int *out_flags) {
    *of(file) = (struct temporary){.head.pMethods = &methods, .base = base, .flags = flags, .room_max = bytes};
    own(file)->pMethods = NULL;
    if (out_flags) *out_flags = flags;
}
