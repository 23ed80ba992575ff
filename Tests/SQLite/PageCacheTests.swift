import CSQLite
import CSQLitePageCache
import Simulation
import Testing

@testable import SQLite

/// A page cache of SQLite's interface, called as SQLite calls it.
private final class Cache {
    typealias Page = UnsafeMutablePointer<sqlite3_pcache_page>

    static let pageBytes = 4096
    static let extraBytes = 216
    /// The page with the lock byte, whose number others borrow for a moment.
    static let lockPage: UInt32 = 0x4000_0000 / 4096 + 1

    private let methods: sqlite3_pcache_methods2
    private let cache: OpaquePointer

    init(_ methods: UnsafePointer<sqlite3_pcache_methods2>, pagesMax: Int32, isPurgeable: Bool = true) {
        self.methods = methods.pointee
        cache = methods.pointee.xCreate(Int32(Self.pageBytes), Int32(Self.extraBytes), isPurgeable ? 1 : 0)!
        self.methods.xCachesize(cache, pagesMax)
    }

    deinit { methods.xDestroy(cache) }

    var count: Int { Int(methods.xPagecount(cache)) }

    func setSize(_ pages: Int32) { methods.xCachesize(cache, pages) }

    /// The page with this number, pinned; with `create` also a new one, whose first bytes of what SQLite keeps must be zero.
    func fetch(_ number: UInt32, create: Int32 = 0) -> Page? { methods.xFetch(cache, number, create) }

    func unpin(_ page: Page, discard: Bool = false) { methods.xUnpin(cache, page, discard ? 1 : 0) }

    func rekey(_ page: Page, from number: UInt32, to other: UInt32) { methods.xRekey(cache, page, number, other) }

    func truncate(from number: UInt32) { methods.xTruncate(cache, number) }

    func shrink() { methods.xShrink(cache) }

    /// Whether there is such a page; it is unpinned afterwards.
    func holds(_ number: UInt32) -> Bool {
        guard let page = fetch(number) else { return false }
        unpin(page)
        return true
    }

    func add(_ numbers: some Sequence<UInt32>) throws {
        for number in numbers { unpin(try #require(fetch(number, create: 2))) }
    }

    /// What is written all over a page and over what SQLite keeps about it; nil if it is not the same everywhere.
    static func mark(of page: Page) -> UInt64? {
        let extra = page.pointee.pExtra.assumingMemoryBound(to: UInt64.self)
        let content = page.pointee.pBuf.assumingMemoryBound(to: UInt64.self)
        let marks = [
            extra[0], extra[extraBytes / 8 - 1], content[0], content[pageBytes / 16], content[pageBytes / 8 - 1],
        ]
        return marks.allSatisfy { $0 == marks[0] } ? marks[0] : nil
    }

    static func setMark(_ mark: UInt64, of page: Page) {
        page.pointee.pExtra.assumingMemoryBound(to: UInt64.self).update(repeating: mark, count: extraBytes / 8)
        page.pointee.pBuf.assumingMemoryBound(to: UInt64.self).update(repeating: mark, count: pageBytes / 8)
    }

    /// Whether SQLite is told that the page is new to it.
    static func isNew(_ page: Page) -> Bool { page.pointee.pExtra.assumingMemoryBound(to: UInt64.self)[0] == 0 }
}

@Suite struct PageCacheTests {
    init() throws {
        // SQLite was told of the cache before its first use in this process, and is ready with it.
        try #require(Connection.isConfigured)
        _ = try Connection(path: "")
    }

    private func cache(_ pagesMax: Int32, isPurgeable: Bool = true) -> Cache {
        Cache(nestbox_sqlite_page_cache(), pagesMax: pagesMax, isPurgeable: isPurgeable)
    }

    @Test("While there is room it holds what SQLite's own cache holds, whatever is done to both", arguments: 1...20)
    func likeSQLitesOwn(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let ours = cache(10_000)
        let own = Cache(nestbox_sqlite_own_page_cache(), pagesMax: 10_000)
        // Numbers near each other, as of a small file, and far from each other, as of a part of a large one.
        let numbers: [UInt32] = (1...300).map { $0 <= 150 ? $0 : UInt32.random(in: 151...3_000_000, using: &random) }
        var pinned: [UInt32: (Cache.Page, Cache.Page)] = [:]
        var mark: UInt64 = 0
        for _ in 0..<4_000 {
            let number = numbers.randomElement(using: &random)!
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<60:
                let create: Int32 = [0, 1, 2].randomElement(using: &random)!
                let pages = (ours.fetch(number, create: create), own.fetch(number, create: create))
                guard let page = pages.0, let other = pages.1 else {
                    #expect(pages.0 == nil && pages.1 == nil)
                    continue
                }
                #expect(Cache.isNew(page) == Cache.isNew(other))
                if Cache.isNew(page) {
                    mark += 1
                    Cache.setMark(mark, of: page)
                    Cache.setMark(mark, of: other)
                }
                #expect(Cache.mark(of: page) != nil && Cache.mark(of: page) == Cache.mark(of: other))
                if let before = pinned[number] { #expect(before == (page, other)) }
                pinned[number] = (page, other)
            case 60..<85:
                guard let (number, pages) = pinned.randomElement(using: &random) else { continue }
                let discard = Int.random(in: 0..<4, using: &random) == 0
                ours.unpin(pages.0, discard: discard)
                own.unpin(pages.1, discard: discard)
                pinned[number] = nil
            case 85..<97:
                guard let (old, pages) = pinned.randomElement(using: &random), pinned[number] == nil else { continue }
                // SQLite drops the page that has the number before it gives it to another.
                if let other = own.fetch(number) { own.unpin(other, discard: true) }
                ours.rekey(pages.0, from: old, to: number)
                own.rekey(pages.1, from: old, to: number)
                pinned[old] = nil
                pinned[number] = pages
            default:
                let limit = numbers.randomElement(using: &random)!
                ours.truncate(from: limit)
                own.truncate(from: limit)
                pinned = pinned.filter { $0.key < limit }
            }
            #expect(ours.count == own.count)
        }
        for number in numbers { #expect(ours.holds(number) == own.holds(number)) }
    }

    @Test(
        "A full cache drops no page in use, never holds more than it may, and gives a page that it has as it was left",
        arguments: 1...20)
    func full(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pagesMax = Int.random(in: 0...100, using: &random)
        let cache = cache(Int32(pagesMax))
        var pinned: [UInt32: Cache.Page] = [:]
        var marks: [UInt32: UInt64] = [:]
        var mark: UInt64 = 0
        for _ in 0..<5_000 {
            let number = UInt32.random(in: 1...400, using: &random)
            if Int.random(in: 0..<100, using: &random) < 55 {
                let create: Int32 = [0, 1, 2].randomElement(using: &random)!
                let isThere = pinned[number] != nil || cache.holds(number)
                guard let page = cache.fetch(number, create: create) else {
                    #expect(!isThere && (create == 0 || (create == 1 && pinned.count >= pagesMax * 9 / 10)))
                    continue
                }
                #expect(isThere || create == 2 || (create == 1 && pinned.count < pagesMax * 9 / 10))
                #expect(Cache.isNew(page) == !isThere)
                if isThere {
                    #expect(Cache.mark(of: page) == marks[number])
                } else {
                    mark += 1
                    Cache.setMark(mark, of: page)
                    marks[number] = mark
                }
                if let before = pinned[number] { #expect(before == page) }
                pinned[number] = page
            } else if let (number, page) = pinned.randomElement(using: &random) {
                cache.unpin(page, discard: Bool.random(using: &random))
                pinned[number] = nil
            }
            #expect(cache.count <= max(pagesMax, pinned.count))
            for (number, page) in pinned { #expect(Cache.mark(of: page) == marks[number]) }
        }
    }

    @Test("A full cache keeps the pages that are used, and drops those that were used once")
    func secondChance() throws {
        let cache = cache(100)
        try cache.add(1...50)
        for number in UInt32(1_000)..<2_000 {
            try cache.add([number])
            if number % 25 == 0 { for used in UInt32(1)...50 { #expect(cache.holds(used)) } }
        }
        #expect(cache.count == 100)
    }

    @Test(
        "A cache that is made smaller drops down to its size, and while pages in use are more, each as it is given back"
    )
    func smaller() throws {
        let cache = cache(100)
        try cache.add(1...100)
        let pinned = try (UInt32(1)...30).map { try #require(cache.fetch($0)) }
        cache.setSize(20)
        #expect(cache.count == 30)
        for page in pinned { cache.unpin(page) }
        #expect(cache.count == 20)
    }

    @Test("What is given back at rest is all but the pages in use, and the cache goes on from there")
    func shrink() throws {
        let cache = cache(10_000)
        try cache.add(1...5_000)
        let pinned = try #require(cache.fetch(77))
        Cache.setMark(7, of: pinned)
        cache.shrink()
        #expect(cache.count == 1)
        #expect(cache.fetch(77) == pinned && Cache.mark(of: pinned) == 7)
        #expect(!cache.holds(78))
        try cache.add(1...5_000)
        #expect(cache.count == 5_000)
    }

    @Test("Pages that cannot be read again are never dropped for want of room")
    func notPurgeable() throws {
        let cache = cache(10, isPurgeable: false)
        try cache.add(1...1_000)
        #expect(cache.count == 1_000)
        #expect((UInt32(1)...1_000).allSatisfy { cache.holds($0) })
    }

    @Test("A page that takes the number of another is found by it alone, and the other is gone")
    func rekey() throws {
        let cache = cache(100)
        try cache.add(1...10)
        let page = try #require(cache.fetch(3))
        cache.rekey(page, from: 3, to: 7)
        #expect(cache.count == 9)
        #expect(cache.fetch(7) == page && !cache.holds(3))
    }

    @Test("The pages behind a database's new end are dropped, and the others kept, also when numbers were swapped")
    func truncate() throws {
        let cache = cache(100)
        try cache.add(1...10)
        let pages = try (UInt32(1)...10).map { try #require(cache.fetch($0)) }
        cache.rekey(pages[2], from: 3, to: Cache.lockPage)
        cache.rekey(pages[6], from: 7, to: 3)
        cache.rekey(pages[2], from: Cache.lockPage, to: 7)
        cache.truncate(from: 11)
        #expect(cache.count == 10)
        #expect(cache.fetch(3) == pages[6])
        cache.truncate(from: 5)
        #expect(cache.count == 4)
        #expect(cache.holds(3) && !cache.holds(5) && !cache.holds(7) && !cache.holds(10))
        try cache.add([12])
        cache.truncate(from: 12)
        #expect(!cache.holds(12) && cache.holds(4))
    }
}
