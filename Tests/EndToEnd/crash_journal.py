"""What clients know for certain after a crash, and a checker that compares it with what a server has.

The checker is apart from the writers and from nestbox: it gets the clients' own journals and what a fresh client reads back. A write
is *acknowledged* when its answer arrived; one whose answer never came may have happened or not.
"""


class Register:
    """The history of one key: the last acknowledged value, and the attempts since whose answers never came."""

    def __init__(self):
        self.acknowledged = None
        self.in_doubt = []

    def attempt(self, value):
        self.in_doubt.append(value)

    def acknowledge(self, value):
        self.acknowledged = value
        self.in_doubt.clear()

    def refuse(self, value):
        """The server answered that it did not do it."""
        self.in_doubt.remove(value)

    def allows(self, found):
        return found == self.acknowledged or found in self.in_doubt

    def settle(self, found):
        """After a check, what is there is what was written."""
        self.acknowledged = found
        self.in_doubt.clear()


def check_items(registers, items):
    """Complaints about a table: `registers` by key, `items` by key as read back (absent = None)."""
    complaints = []
    for key in sorted(set(registers) | set(items)):
        found = items.get(key)
        register = registers.get(key)
        if register is None:
            complaints.append(f"item {key} was never written: {found}")
        elif not register.allows(found):
            complaints.append(
                f"item {key}: found {found}, acknowledged {register.acknowledged}, in doubt {register.in_doubt}")
    return complaints


def check_index(items, index_of, index_items):
    """Complaints where an index is not exactly its table: `index_of(item)` gives an item's index entry, or None when it has none."""
    expected = {key: entry for key, item in items.items() if (entry := index_of(item)) is not None}
    complaints = [f"index lacks or has wrong {key}: {index_items.get(key)} for {entry}"
                  for key, entry in sorted(expected.items()) if index_items.get(key) != entry]
    return complaints + [f"index has {key}, the table has not" for key in sorted(set(index_items) - set(expected))]


def check_records(acknowledged, attempted, found):
    """Complaints about a topic. `acknowledged`: {(partition, offset): value}; `attempted`: the set of all values sent; `found`: {(partition,
    offset): value} as read back from the beginning."""
    complaints = [f"record {place}: found {found.get(place)!r}, acknowledged {value!r}"
                  for place, value in sorted(acknowledged.items()) if found.get(place) != value]
    complaints += [f"record {place} was never sent: {value!r}" for place, value in sorted(found.items()) if value not in attempted]
    values = sorted(found.values())
    complaints += [f"record {a!r} is there twice" for a, b in zip(values, values[1:]) if a == b]
    partitions = {partition for partition, _ in found}
    for partition in sorted(partitions):
        offsets = sorted(offset for p, offset in found if p == partition)
        if offsets != list(range(offsets[0], offsets[0] + len(offsets))):
            complaints.append(f"partition {partition} has a gap in its offsets")
    return complaints


def check_offsets(registers, committed):
    """Complaints about committed offsets: `registers` and `committed` by partition."""
    return [f"partition {partition}: committed {committed.get(partition)}, acknowledged {register.acknowledged}, "
            f"in doubt {register.in_doubt}"
            for partition, register in sorted(registers.items()) if not register.allows(committed.get(partition))]


def check_reads(read, found, committed):
    """Complaints about what a group has read: `read` and `found` are values by (partition, offset), `committed` the offsets by partition before
    which everything is to have been read."""
    complaints = [f"record {place} was read as {value!r} and is {found.get(place)!r}"
                  for place, value in sorted(read.items()) if found.get(place) != value]
    return complaints + [f"record {place} is committed and was never read" for place in sorted(found)
                         if place[1] < (committed.get(place[0]) or 0) and place not in read]
