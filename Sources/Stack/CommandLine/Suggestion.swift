/// The known word that an unknown one was probably meant to be.
enum Suggestion {
    /// The nearest of `candidates` to `word`, if it is near enough to be worth saying; the first of equals.
    static func nearest(to word: String, in candidates: [String]) -> String? {
        let wanted = Array(word.lowercased().utf8.prefix(64))
        let limit = max(1, wanted.count / 3)
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let distance = editDistance(wanted, Array(candidate.lowercased().utf8))
            if distance <= limit, distance < best?.distance ?? .max {
                best = (distance, candidate)
            }
        }
        return best?.candidate
    }

    /// "; did you mean `x`?" or, if nothing is near, `otherwise`.
    static func ending(for word: String, in candidates: [String], otherwise: String) -> String {
        nearest(to: word, in: candidates).map { "; did you mean `\($0)`?" } ?? otherwise
    }

    /// The number of single-byte insertions, deletions, replacements and swaps of neighbours between two words.
    static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...b.count)
        for i in 0..<a.count {
            var current = [i + 1]
            current.reserveCapacity(b.count + 1)
            for j in 0..<b.count {
                var cost = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforePrevious[j - 1] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[b.count]
    }
}
