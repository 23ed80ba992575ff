import KafkaWire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension PartitionLog {
    /// The part that compaction would work on; nil when there is none.
    func dirtyRange(checkpoint: Int64?, now: Int64) throws(StorageError) -> DirtyRange? {
        guard configuration.isCompacted, segments.count > 1, compaction == nil, !cannotBeCompacted else { return nil }
        let isTimed = configuration.compactionLagMillisMin > 0 || configuration.compactionLagMillisMax < .max
        let candidates = try segments.mapTyped { (segment) throws(StorageError) in
            var candidate = DirtyRange.Candidate(baseOffset: segment.baseOffset, sizeInBytes: segment.size)
            if isTimed {
                candidate.largestTimestamp = try segment.largestTimestamp()
                candidate.firstTimestamp = try segment.firstBatchTimestamp() ?? 0
            }
            return candidate
        }
        return DirtyRange(
            candidates, checkpoint: checkpoint, logStartOffset: logStartOffset, lastStableOffset: highWatermark,
            logEndOffset: logEndOffset, configuration, now: now)
    }

    /// Compacts `range` on another thread and calls `then` on the loop: with the offset up to which the log is compacted
    /// now, or nil when it could not be.
    func compact(_ range: DirtyRange, bufferBytes: Int64, now: Int64, then: @escaping (Int64?) -> Void) {
        let compacted = segments.prefix { $0.baseOffset < range.firstUncleanableOffset }
        let sources = compacted.map {
            Compaction.Source(path: $0.log.path, baseOffset: $0.baseOffset, sizeInBytes: $0.size)
        }
        let lastOffsets = producers.producers.compactMapValues { $0.batches.last?.lastOffset }
        let run = Compaction(
            directory: directory, on: disk, sources: sources, range: range, configuration, lastOffsets: lastOffsets,
            bufferBytes: bufferBytes, now: now)
        compaction = run
        background.run({ run.readKeys() }) { [self] isRead in
            guard compaction === run else { return then(nil) }
            guard isRead else { return end(run, failed: true, then) }
            let touched = sources.filter { $0.baseOffset < run.endOffset }
            let groups = DirtyRange.groups(
                touched.map { ($0.baseOffset, $0.sizeInBytes) }, endOffset: range.firstUncleanableOffset,
                segmentBytes: configuration.segmentBytes)
            clean(groups[...], run, now: now, then)
        }
    }

    private func clean(
        _ groups: ArraySlice<Range<Int>>, _ run: Compaction, now: Int64, _ then: @escaping (Int64?) -> Void
    ) {
        guard let group = groups.first else { return end(run, failed: false, then) }
        background.run({ run.clean(group) }) { [self] isClean in
            guard compaction === run else {
                run.removeCleaned(group)
                return then(nil)
            }
            guard isClean, swapIn(run, group, now: now) else { return end(run, failed: true, then) }
            clean(groups.dropFirst(), run, now: now, then)
        }
    }

    private func end(_ run: Compaction, failed: Bool, _ then: (Int64?) -> Void) {
        compaction = nil
        // As in Kafka, a log that could not be compacted is left alone until the broker is started again.
        if failed { cannotBeCompacted = true }
        then(failed ? nil : run.endOffset)
    }

    /// Puts the compacted segment in the place of those it was made from. False when it could not be begun; the log is
    /// then as it was.
    ///
    /// Once the new `.log` has `.swap` behind its name, a start after a crash finishes what is left to do.
    private func swapIn(_ run: Compaction, _ group: Range<Int>, now: Int64) -> Bool {
        let base = run.sources[group.lowerBound].baseOffset
        guard let first = segments.firstIndex(where: { $0.baseOffset == base }),
            let segment = try? Segment(
                baseOffset: base, directory: directory, openFiles: openFiles, now: now,
                suffix: Compaction.cleanedSuffix)
        else {
            run.removeCleaned(group)
            return false
        }
        let files = [segment.offsetIndex.file, segment.timeIndex.file, segment.log]
        for file in files {
            let target = String(file.path.dropLast(Compaction.cleanedSuffix.count)) + Compaction.swapSuffix
            guard file.rename(to: target) else {
                segment.remove()
                return false
            }
            onFileStep()
        }
        let replaced = first..<first + group.count
        let old = segments[replaced]
        segments.replaceSubrange(replaced, with: [segment])
        hints.removeAll()
        guard giveUp(old, now: now) == old.count else {
            // The next start finishes it; until then the new files keep their names.
            cannotBeCompacted = true
            return true
        }
        for file in files {
            file.rename(to: String(file.path.dropLast(Compaction.swapSuffix.count)))
            onFileStep()
        }
        return true
    }

    // MARK: Opening

    /// Finishes the swaps that a crash has left half done, and removes all other leftovers. Returns the base offsets of
    /// the segments that were swapped in; their indexes are to be built.
    func finishSwaps() throws(StorageError) -> Set<Int64> {
        var swapped: Set<Int64> = []
        let suffix = ".log" + Compaction.swapSuffix
        for name in disk.names(in: directory) {
            guard let base = Segment.offset(ofName: name, suffix) else { continue }
            let path = directory + "/" + name
            let end = try endOffset(ofSegmentAt: path, base: base)
            for other in disk.names(in: directory) {
                guard let offset = Segment.offset(ofName: other, ".log"), offset == base || base..<end ~= offset
                else { continue }
                for suffix in Segment.suffixes { disk.unlink(directory + "/" + Segment.name(offset, suffix)) }
            }
            guard disk.rename(path, to: directory + "/" + Segment.name(base, ".log")) == 0 else {
                throw StorageError("rename", path)
            }
            swapped.insert(base)
        }
        let leftovers = [".tmp", Segment.deletedSuffix, Compaction.cleanedSuffix, Compaction.swapSuffix]
        let names = Set(disk.names(in: directory))
        for name in names where leftovers.contains(where: name.hasSuffix) { disk.unlink(directory + "/" + name) }
        // A segment's `.log` is the first of its files to be renamed when it goes.
        for suffix in Segment.suffixes {
            for name in names {
                guard let base = Segment.offset(ofName: name, suffix), suffix != ".log",
                    !names.contains(Segment.name(base, ".log")), !swapped.contains(base)
                else { continue }
                disk.unlink(directory + "/" + name)
            }
        }
        return swapped
    }

    /// The offset behind the last batch of a segment's `.log`.
    private func endOffset(ofSegmentAt path: String, base: Int64) throws(StorageError) -> Int64 {
        let file = try SegmentFile(path: path, create: false, on: disk)
        var scanner = BatchScanner(file: file, end: try file.size())
        var end = base
        _ = try scanner.scan(from: 0) { (batch, _) in
            end = max(end, batch.nextOffset)
            return true
        }
        return end
    }
}
