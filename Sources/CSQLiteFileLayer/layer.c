#include "sqlite_file_layer.h"

#include "layer.h"

#include <stddef.h>

struct layer {
    sqlite3_vfs vfs;
    sqlite3_vfs *base;
    sqlite3_int64 temporary_bytes;
    char name[32];
};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    struct layer *layer = (struct layer *)vfs;
    if (flags & SQLITE_OPEN_WAL) return nestbox_sqlite_open_log(layer->base, name, file, flags, out_flags);
    if (!(flags & SQLITE_OPEN_TEMP_DB)) return layer->base->xOpen(layer->base, name, file, flags, out_flags);
    nestbox_sqlite_open_temporary(layer->base, layer->temporary_bytes, file, flags, out_flags);
    return SQLITE_OK;
}

sqlite3_vfs *nestbox_sqlite_layer_files(const char *base_name, sqlite3_int64 temporary_bytes) {
    sqlite3_vfs *base = sqlite3_vfs_find(base_name);
    if (!base) return NULL;
    struct layer *layer = sqlite3_malloc(sizeof *layer);
    if (!layer) return NULL;
    // The rest is the base's: it finds what it needs in its own fields.
    layer->vfs = *base;
    layer->base = base;
    layer->temporary_bytes = temporary_bytes;
    layer->vfs.pNext = NULL;
    layer->vfs.xOpen = open_file;
    size_t own = sizeof(struct log) > sizeof(struct temporary) ? sizeof(struct log) : sizeof(struct temporary);
    layer->vfs.szOsFile = (int)own + base->szOsFile;
    sqlite3_snprintf(sizeof layer->name, layer->name, "layer-%p", (void *)layer);
    layer->vfs.zName = layer->name;
    if (sqlite3_vfs_register(&layer->vfs, 0) == SQLITE_OK) return &layer->vfs;
    sqlite3_free(layer);
    return NULL;
}

void nestbox_sqlite_forget_layer(sqlite3_vfs *layer) {
    sqlite3_vfs_unregister(layer);
    sqlite3_free(layer);
}
