/// What a scan that takes several turns may show: each item that nobody touched meanwhile as it is, each other one as it was at some moment
/// after a commit or in the turn that shows it.
final class LongScan {
    let shape: TableShape
    let index: IndexShape?
    /// The table or the index has gone since: the scan may be refused.
    private(set) var mayBeRefused = false
    /// The items as they were at its beginning.
    private var items: [ItemKey: ModelItem]
    /// What items were besides that, committed and in this turn.
    private var touched: [ItemKey: [ModelItem?]] = [:]
    private var touchedInTurn: [ItemKey: [ModelItem?]] = [:]
    private var beganInTurn = true
    /// A turn has failed since it began: if it had read of that turn, it is refused too.
    private(set) var hasSeenFailedTurn = false

    init(_ shape: TableShape, _ index: IndexShape?, of model: TablesModel) {
        self.shape = shape
        self.index = index
        items = model.tables[shape.rawValue]?.items ?? [:]
    }

    /// The model has changed.
    func noteChange(from old: TablesModel, to new: TablesModel, key: ItemKey) {
        let name = shape.rawValue
        touchedInTurn[key, default: [old.tables[name]?.items[key]]].append(new.tables[name]?.items[key])
    }

    /// A table has changed itself.
    func noteTables(_ model: TablesModel) {
        guard let table = model.tables[shape.rawValue] else { return mayBeRefused = true }
        if let index, !table.indexes.contains(index) { mayBeRefused = true }
    }

    func turnCommitted() {
        beganInTurn = false
        for (key, versions) in touchedInTurn { touched[key, default: []] += versions }
        touchedInTurn = [:]
    }

    /// Nothing of the turn has been.
    func turnFailed(_ committed: TablesModel) {
        hasSeenFailedTurn = true
        noteTables(committed)
        if beganInTurn { items = committed.tables[shape.rawValue]?.items ?? [:] }
        beganInTurn = false
        // These have been in motion: what they were before is what they may be, and that they are missing is no fault.
        for (key, versions) in touchedInTurn { touched[key, default: []].append(versions[0]) }
        touchedInTurn = [:]
    }

    /// Says what is wrong with what the scan has found; nil when nothing is.
    func fault(in found: [JSONText]) -> String? {
        var expected: [ItemKey: String] = [:]
        for (key, item) in items where touched[key] == nil && touchedInTurn[key] == nil {
            if let text = item.projected(index, key, shape) { expected[key] = text }
        }
        for item in found {
            guard let attributes = ItemText.attributes(item), let key = shape.key(attributes) else {
                return "a scan shows what is no item: \(item)"
            }
            let text = ItemText.canonical(attributes)
            if let versions = touched[key].map({ $0 + (touchedInTurn[key] ?? []) }) ?? touchedInTurn[key] {
                let allowed = (versions + [items[key]]).compactMap { $0?.projected(index, key, shape) }
                guard allowed.contains(text) else { return "a scan shows \(text), which was never committed" }
            } else {
                guard let item = expected.removeValue(forKey: key) else {
                    return "a scan shows \(text) twice or though it is not there"
                }
                guard item == text else { return "a scan shows \(text) instead of \(item)" }
            }
        }
        if let missing = expected.min(by: { $0.key < $1.key }) { return "a scan does not show \(missing.value)" }
        return nil
    }
}
