/// The SQL of metrics. Parameters 1 to 4 are a metric's name, table, index and operation, empty for what it does not have.
extension SQL {
    static let addMetric =
        "INSERT OR IGNORE INTO metrics(name, table_name, index_name, operation) VALUES (?1, ?2, ?3, ?4)"

    private static let metricID =
        "(SELECT id FROM metrics WHERE name = ?1 AND table_name = ?2 AND index_name = ?3 AND operation = ?4)"

    static let addDatum = """
        INSERT INTO samples(metric, minute, samples, sum, minimum, maximum) VALUES (\(metricID), ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT(metric, minute) DO UPDATE SET samples = samples + excluded.samples, sum = sum + excluded.sum,
          minimum = min(minimum, excluded.minimum), maximum = max(maximum, excluded.maximum)
        """

    static let data = """
        SELECT minute, samples, sum, minimum, maximum FROM samples
        WHERE metric = \(metricID) AND minute >= ?5 AND minute < ?6 ORDER BY minute
        """

    /// Those without samples are left out.
    static let metrics = """
        SELECT name, table_name, index_name, operation, (SELECT max(minute) FROM samples WHERE metric = id) AS last
        FROM metrics WHERE last IS NOT NULL ORDER BY id
        """

    static let nextMetric = "SELECT id FROM metrics WHERE id > ?1 ORDER BY id LIMIT 1"
    static let pruneData = "DELETE FROM samples WHERE metric = ?1 AND minute < ?2"
    static let forgetMetric =
        "DELETE FROM metrics WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM samples WHERE metric = ?1)"
}
