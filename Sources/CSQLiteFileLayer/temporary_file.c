#include "layer.h"

#include <string.h>

enum {
    // Pieces, and not one that grows: the C library keeps much of the heap once a large one has been freed. SQLite's own layer writes less than
    // 128 KiB at a time, and fails with more.
    piece_size = 64 << 10,
};

static struct temporary *of(sqlite3_file *file) { return (struct temporary *)file; }

static sqlite3_file *own(sqlite3_file *file) { return (sqlite3_file *)(of(file) + 1); }

static int has_file(sqlite3_file *file) { return own(file)->pMethods != NULL; }

static sqlite3_int64 piece_count(sqlite3_int64 size) { return (size + piece_size - 1) / piece_size; }

// Makes it so large, with zeros.
static int grow(struct temporary *temporary, sqlite3_int64 size) {
    if (!temporary->pieces) {
        sqlite3_uint64 table = sizeof *temporary->pieces * (sqlite3_uint64)piece_count(temporary->size_max);
        temporary->pieces = sqlite3_malloc64(table);
        if (!temporary->pieces) return SQLITE_IOERR_NOMEM;
    }
    for (sqlite3_int64 number = piece_count(temporary->size); number < piece_count(size); number++) {
        unsigned char *piece = sqlite3_malloc(piece_size);
        if (!piece) return SQLITE_IOERR_NOMEM;
        memset(piece, 0, piece_size);
        temporary->pieces[number] = piece;
        temporary->size = (number + 1) * piece_size < size ? (number + 1) * piece_size : size;
    }
    temporary->size = size;
    return SQLITE_OK;
}

static void shrink(struct temporary *temporary, sqlite3_int64 size) {
    for (sqlite3_int64 number = piece_count(size); number < piece_count(temporary->size); number++) {
        sqlite3_free(temporary->pieces[number]);
    }
    int rest = (int)(size % piece_size);
    if (rest > 0) memset(temporary->pieces[size / piece_size] + rest, 0, (size_t)(piece_size - rest));
    temporary->size = size;
}

// The bytes at this place as far as they are in one piece, up to `count`, which becomes how many.
static unsigned char *part(const struct temporary *temporary, sqlite3_int64 offset, int *count) {
    int place = (int)(offset % piece_size);
    if (*count > piece_size - place) *count = piece_size - place;
    return temporary->pieces[offset / piece_size] + place;
}

// Makes the base's file of what is in memory. When that fails it stays there.
static int leave_memory(sqlite3_file *file) {
    struct temporary *temporary = of(file);
    int code = temporary->base->xOpen(temporary->base, NULL, own(file), temporary->flags, NULL);
    for (sqlite3_int64 at = 0; code == SQLITE_OK && at < temporary->size; at += piece_size) {
        int count = temporary->size - at < piece_size ? (int)(temporary->size - at) : piece_size;
        code = own(file)->pMethods->xWrite(own(file), temporary->pieces[at / piece_size], count, at);
    }
    if (code != SQLITE_OK) {
        if (has_file(file)) own(file)->pMethods->xClose(own(file));
        own(file)->pMethods = NULL;
        return code;
    }
    own(file)->pMethods->xFileControl(own(file), SQLITE_FCNTL_MMAP_SIZE, &temporary->map_max);
    shrink(temporary, 0);
    return SQLITE_OK;
}

static int write_temporary(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    struct temporary *temporary = of(file);
    int is_small = !has_file(file) && offset + count <= temporary->size_max;
    int code = is_small && offset + count > temporary->size ? grow(temporary, offset + count) : SQLITE_OK;
    if (!is_small && !has_file(file)) code = leave_memory(file);
    if (code != SQLITE_OK) return code;
    if (!is_small) return own(file)->pMethods->xWrite(own(file), bytes, count, offset);
    for (int done = 0, now; done < count; done += now) {
        now = count - done;
        unsigned char *to = part(temporary, offset + done, &now);
        memcpy(to, (const char *)bytes + done, (size_t)now);
    }
    return SQLITE_OK;
}

static int read_temporary(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
    struct temporary *temporary = of(file);
    if (has_file(file)) return own(file)->pMethods->xRead(own(file), bytes, count, offset);
    sqlite3_int64 left = temporary->size - offset;
    int there = left <= 0 ? 0 : left < count ? (int)left : count;
    for (int done = 0, now; done < there; done += now) {
        now = there - done;
        const unsigned char *from = part(temporary, offset + done, &now);
        memcpy((char *)bytes + done, from, (size_t)now);
    }
    if (there == count) return SQLITE_OK;
    // As SQLite wants it: zeros behind the end, and to be told.
    memset((char *)bytes + there, 0, (size_t)(count - there));
    return SQLITE_IOERR_SHORT_READ;
}

static int truncate_temporary(sqlite3_file *file, sqlite3_int64 size) {
    if (has_file(file)) return own(file)->pMethods->xTruncate(own(file), size);
    if (size < of(file)->size) shrink(of(file), size);
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
    shrink(of(file), 0);
    sqlite3_free(of(file)->pieces);
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
    *of(file) = (struct temporary){.head.pMethods = &methods, .base = base, .flags = flags, .size_max = bytes};
    own(file)->pMethods = NULL;
    if (out_flags) *out_flags = flags;
}
