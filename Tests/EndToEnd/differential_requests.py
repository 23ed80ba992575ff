"""Random DynamoDB requests by a seed: valid ones that meet each other's items, and invalid ones made from them."""

import base64
import random

KEY_POOLS = {
    "S": ["a", "b", "c", "ab", "abc", "é", "zz", "0"],
    "N": ["0", "1", "-1", "2", "10", "1.5", "100", "-0.25"],
    "B": [base64.b64encode(text).decode() for text in (b"a", b"b", b"ab", b"\x00", b"\xff\x01", b"abc")],
}
# The same number in other words.
SPELLINGS = {"0": ["0.0", "-0"], "1": ["1.0", "01", "1e0"], "10": ["1e1", "10.00"], "100": ["1E+2", "100.0"],
             "1.5": ["1.50", "15e-1"], "-1": ["-1.0", "-01"], "2": ["+2", "2.000"]}
NAMES = ["a", "b", "d", "e", "g", "h", "k", "tags"]
INDEX_TYPES = {"g": "S", "h": "N", "k": "S"}
TYPES = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"]


class Table:
    def __init__(self, name, keys, indexes):
        self.name = name
        self.keys = keys  # [(name, type)], partition first
        self.indexes = indexes  # {name: (kind, keys, projection)}

    def create(self):
        types = dict(self.keys)
        members = {"GSI": [], "LSI": []}
        for name, (kind, keys, projection) in self.indexes.items():
            types.update(keys)
            members[kind].append({"IndexName": name, "KeySchema": schema(keys), "Projection": projection})
        request = {
            "TableName": self.name, "KeySchema": schema(self.keys), "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in types.items()]}
        if members["GSI"]:
            request["GlobalSecondaryIndexes"] = members["GSI"]
        if members["LSI"]:
            request["LocalSecondaryIndexes"] = members["LSI"]
        return request


def schema(keys):
    return [{"AttributeName": n, "KeyType": kind} for (n, _), kind in zip(keys, ("HASH", "RANGE"))]


class Expression:
    """Collects the placeholders of a request's expressions."""

    def __init__(self, source):
        self.source = source
        self.names = {}
        self.values = {}

    def name(self, name):
        if self.source.chance(0.6) and name not in ("size",):
            return name
        placeholder = "#n%d" % len(self.names)
        self.names[placeholder] = name
        return placeholder

    def value(self, value):
        placeholder = ":v%d" % len(self.values)
        self.values[placeholder] = value
        return placeholder

    def members(self):
        result = {}
        if self.names:
            result["ExpressionAttributeNames"] = self.names
        if self.values:
            result["ExpressionAttributeValues"] = self.values
        return result


class Requests:
    """A source of requests; the same seed gives the same ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.tables = []
        self.made = 0

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, choices):
        return self.random.choice(choices)

    # Tables

    def new_table(self):
        self.made += 1
        keys = [("p", self.pick("SSNB"))]
        if self.chance(0.7):
            keys.append(("c", self.pick("SNB")))
        indexes = {}

        def projection():
            kind = self.pick(["ALL", "KEYS_ONLY", "INCLUDE"])
            return {"ProjectionType": kind, **({"NonKeyAttributes": ["a", "d"]} if kind == "INCLUDE" else {})}

        if self.chance(0.6):
            attributes = self.random.sample(sorted(INDEX_TYPES), self.pick([1, 2]))
            indexes["byG"] = ("GSI", [(n, INDEX_TYPES[n]) for n in attributes], projection())
        if self.chance(0.3):
            indexes["byH"] = ("GSI", [("h", "N"), keys[0]], projection())
        if len(keys) > 1 and self.chance(0.5):
            name = self.pick(sorted(INDEX_TYPES))
            indexes["byL"] = ("LSI", [keys[0], (name, INDEX_TYPES[name])], projection())
        return Table("table-%d" % self.made, keys, indexes)

    # Values

    def key_value(self, kind):
        value = self.pick(KEY_POOLS[kind])
        if kind == "N" and value in SPELLINGS and self.chance(0.2):
            value = self.pick(SPELLINGS[value])
        return {kind: value}

    def key(self, table):
        return {name: self.key_value(kind) for name, kind in table.keys}

    def value(self, kind=None, depth=0):
        kind = kind or self.pick(TYPES if depth < 2 else TYPES[:5])
        if kind in KEY_POOLS:
            if kind != "N" and self.chance(0.05):
                return {kind: ""}
            return self.key_value(kind)
        if kind == "BOOL":
            return {"BOOL": self.chance(0.5)}
        if kind == "NULL":
            return {"NULL": True}
        if kind in ("SS", "NS", "BS"):
            pool = KEY_POOLS[kind[0]]
            return {kind: self.random.sample(pool, self.pick([1, 2, 3]))}
        if kind == "L":
            return {"L": [self.value(depth=depth + 1) for _ in range(self.pick([0, 1, 2, 3]))]}
        return {"M": {n: self.value(depth=depth + 1) for n in self.random.sample(NAMES[:4], self.pick([0, 1, 2]))}}

    def attribute(self, name):
        """A value that fits the attribute's usual type most of the time."""
        usual = {"a": "N", "b": "S", "d": "M", "e": "L", "tags": "SS", **INDEX_TYPES}[name]
        return self.value(usual if name in INDEX_TYPES or self.chance(0.8) else None)

    def item(self, table):
        item = self.key(table)
        for name in NAMES:
            if name not in item and self.chance(0.45):
                item[name] = self.attribute(name)
        return item

    # Expressions

    def path(self, e, table=None):
        name = self.pick(NAMES + (["p"] if self.chance(0.1) else []))
        path = e.name(name)
        if name == "d" and self.chance(0.5):
            path += "." + e.name(self.pick(NAMES[:4]))
        if name == "e" and self.chance(0.5):
            path += "[%d]" % self.pick([0, 1, 5])
        return path

    def condition(self, e, depth=0):
        roll = self.random.random()
        if depth < 3 and roll < 0.3:
            left, right = self.condition(e, depth + 1), self.condition(e, depth + 1)
            text = "%s %s %s" % (left, self.pick(["AND", "OR"]), right)
            return "(%s)" % text if depth else text
        if depth < 3 and roll < 0.38:
            return "NOT " + self.condition(e, 3)
        return self.predicate(e)

    def predicate(self, e):
        kind = self.pick(["compare"] * 4 + ["between", "in", "exists", "missing", "type", "begins", "contains", "size"])
        path = self.path(e)
        value = lambda: e.value(self.value(self.pick(["S", "N", None])))
        if kind == "compare":
            return "%s %s %s" % (path, self.pick(["=", "<>", "<", "<=", ">", ">="]), value())
        if kind == "between":
            low, high = sorted(self.random.sample(["0", "1", "2", "10"], 2), key=int)
            return "%s BETWEEN %s AND %s" % (path, e.value({"N": low}), e.value({"N": high}))
        if kind == "in":
            return "%s IN (%s)" % (path, ", ".join(value() for _ in range(self.pick([1, 2, 3]))))
        if kind == "exists":
            return "attribute_exists(%s)" % path
        if kind == "missing":
            return "attribute_not_exists(%s)" % path
        if kind == "type":
            return "attribute_type(%s, %s)" % (path, e.value({"S": self.pick(TYPES)}))
        if kind == "begins":
            return "begins_with(%s, %s)" % (path, e.value({"S": self.pick(["a", "ab", ""])}))
        if kind == "contains":
            return "contains(%s, %s)" % (path, value())
        return "size(%s) %s %s" % (path, self.pick(["=", "<", ">="]), e.value({"N": self.pick(["0", "1", "2", "3"])}))

    def update(self, e):
        names = self.random.sample(NAMES, self.pick([1, 2, 3]))
        sections = {}
        for name in names:
            path = e.name(name)
            kind = self.pick(["set", "set", "sum", "default", "append", "remove", "add", "delete", "nested", "copy"])
            if kind == "set":
                sections.setdefault("SET", []).append("%s = %s" % (path, e.value(self.attribute(name))))
            elif kind == "sum":
                sections.setdefault("SET", []).append(
                    "%s = %s %s %s" % (path, path, self.pick("+-"), e.value(self.value("N"))))
            elif kind == "default":
                sections.setdefault("SET", []).append(
                    "%s = if_not_exists(%s, %s)" % (path, path, e.value(self.attribute(name))))
            elif kind == "append":
                sections.setdefault("SET", []).append(
                    "%s = list_append(%s, %s)" % (path, path, e.value(self.value("L"))))
            elif kind == "copy":
                sections.setdefault("SET", []).append("%s = %s" % (path, e.name(self.pick(NAMES))))
            elif kind == "nested":
                step = "[%d]" % self.pick([0, 1, 9]) if name == "e" else "." + e.name(self.pick(NAMES[:4]))
                if self.chance(0.3):
                    sections.setdefault("REMOVE", []).append(path + step)
                else:
                    sections.setdefault("SET", []).append("%s%s = %s" % (path, step, e.value(self.value(depth=1))))
            elif kind == "remove":
                sections.setdefault("REMOVE", []).append(path)
            elif kind == "add":
                value = self.value(self.pick(["N", "SS", "NS"]))
                sections.setdefault("ADD", []).append("%s %s" % (path, e.value(value)))
            else:
                sections.setdefault("DELETE", []).append("%s %s" % (path, e.value(self.value(self.pick(["SS", "NS"])))))
        return " ".join("%s %s" % (verb, ", ".join(clauses)) for verb, clauses in sections.items())

    def projection(self, e):
        return ", ".join(self.path(e) for _ in range(self.pick([1, 1, 2, 3])))

    # Operations

    def next(self):
        """(operation, request)."""
        if not self.tables or (len(self.tables) < 4 and self.chance(0.02)):
            table = self.new_table()
            self.tables.append(table)
            return "CreateTable", table.create()
        table = self.pick(self.tables)
        operation = self.random.choices(*zip(*(
            ("PutItem", 14), ("UpdateItem", 16), ("DeleteItem", 6), ("GetItem", 8), ("Query", 18), ("Scan", 10),
            ("BatchWriteItem", 5), ("BatchGetItem", 5), ("TransactWriteItems", 8), ("TransactGetItems", 4),
            ("DescribeTable", 1), ("DeleteTable", 0.4))))[0]
        request = getattr(self, "make_" + operation)(table)
        if self.chance(0.12):
            request = self.spoil(request)
        return operation, request

    def make_PutItem(self, table):
        request = {"TableName": table.name, "Item": self.item(table)}
        self.add_condition(request, 0.3)
        self.add_return(request, ["ALL_OLD", "NONE"])
        return request

    def make_DeleteItem(self, table):
        request = {"TableName": table.name, "Key": self.key(table)}
        self.add_condition(request, 0.4)
        self.add_return(request, ["ALL_OLD", "NONE"])
        return request

    def make_UpdateItem(self, table):
        e = Expression(self)
        request = {"TableName": table.name, "Key": self.key(table)}
        if self.chance(0.97):
            request["UpdateExpression"] = self.update(e)
        self.add_condition(request, 0.3, e)
        self.add_return(request, ["ALL_OLD", "NONE", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"])
        return request

    def add_condition(self, request, probability, e=None):
        e = e or Expression(self)
        if self.chance(probability):
            request["ConditionExpression"] = self.condition(e)
            if self.chance(0.4):
                request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        request.update(e.members())

    def add_return(self, request, choices):
        if self.chance(0.5):
            request["ReturnValues"] = self.pick(choices)

    def make_GetItem(self, table):
        return {"TableName": table.name, "Key": self.key(table), **self.projected(), **self.consistent()}

    def projected(self):
        if not self.chance(0.4):
            return {}
        e = Expression(self)
        return {"ProjectionExpression": self.projection(e), **e.members()}

    def consistent(self):
        return {"ConsistentRead": self.chance(0.5)} if self.chance(0.3) else {}

    def read(self, table):
        """What Query and Scan have in common, without placeholders yet."""
        e = Expression(self)
        request = {"TableName": table.name}
        keys = table.keys
        if table.indexes and self.chance(0.5):
            name = self.pick(sorted(table.indexes))
            request["IndexName"] = name
            keys = table.indexes[name][1]
        if self.chance(0.3):
            request["FilterExpression"] = self.condition(e)
        if self.chance(0.3):
            request["ProjectionExpression"] = self.projection(e)
        if self.chance(0.2):
            request["Select"] = self.pick(
                ["ALL_ATTRIBUTES", "COUNT", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES"])
        if self.chance(0.3):
            request["Limit"] = self.pick([1, 2, 3, 10])
        request.update(self.consistent())
        return request, keys, e

    def make_Query(self, table):
        request, keys, e = self.read(table)
        text = "%s = %s" % (e.name(keys[0][0]), e.value(self.key_value(keys[0][1])))
        if len(keys) > 1 and self.chance(0.6):
            name, kind = keys[1]
            path = e.name(name)
            shape = self.pick(["=", "<", "<=", ">", ">=", "between", "begins"])
            if shape == "between":
                bounds = self.random.sample(KEY_POOLS[kind], 2)
                if self.chance(0.8):
                    order = {"N": float, "S": lambda t: t.encode(), "B": base64.b64decode}[kind]
                    bounds.sort(key=order)
                low, high = ({kind: bound} for bound in bounds)
                text += " AND %s BETWEEN %s AND %s" % (path, e.value(low), e.value(high))
            elif shape == "begins":
                text += " AND begins_with(%s, %s)" % (path, e.value(self.key_value(kind)))
            else:
                text += " AND %s %s %s" % (path, shape, e.value(self.key_value(kind)))
        request["KeyConditionExpression"] = text
        if self.chance(0.4):
            request["ScanIndexForward"] = self.chance(0.3)
        request.update(e.members())
        return request

    def make_Scan(self, table):
        request, _, e = self.read(table)
        if self.chance(0.15):
            total = self.pick([1, 2, 3])
            request.update(Segment=self.random.randrange(total), TotalSegments=total)
        request.update(e.members())
        return request

    def some_tables(self):
        return self.random.sample(self.tables, min(len(self.tables), self.pick([1, 1, 2])))

    def make_BatchWriteItem(self, _):
        items = {}
        for table in self.some_tables():
            items[table.name] = [
                {"PutRequest": {"Item": self.item(table)}} if self.chance(0.6)
                else {"DeleteRequest": {"Key": self.key(table)}} for _ in range(self.pick([1, 2, 3]))]
        return {"RequestItems": items}

    def make_BatchGetItem(self, _):
        items = {}
        for table in self.some_tables():
            keys = [self.key(table) for _ in range(self.pick([1, 2, 3, 4]))]
            items[table.name] = {"Keys": keys, **self.projected(), **self.consistent()}
        return {"RequestItems": items}

    def make_TransactWriteItems(self, _):
        actions = []
        for _ in range(self.pick([1, 2, 2, 3, 4])):
            table = self.pick(self.tables)
            kind = self.pick(["Put", "Update", "Delete", "ConditionCheck"])
            e = Expression(self)
            action = {"TableName": table.name}
            if kind == "Put":
                action["Item"] = self.item(table)
            else:
                action["Key"] = self.key(table)
            if kind == "Update":
                action["UpdateExpression"] = self.update(e)
            self.add_condition(action, 1 if kind == "ConditionCheck" else 0.3, e)
            actions.append({kind: action})
        return {"TransactItems": actions}

    def make_TransactGetItems(self, _):
        tables = [self.pick(self.tables) for _ in range(self.pick([1, 2, 3]))]
        return {"TransactItems": [
            {"Get": {"TableName": table.name, "Key": self.key(table), **self.projected()}} for table in tables]}

    def make_DescribeTable(self, table):
        return {"TableName": table.name}

    def make_DeleteTable(self, table):
        self.tables.remove(table)
        return {"TableName": table.name}

    # Invalid requests

    def spoil(self, request):
        """The request with one thing wrong, most of the time."""
        containers = [(request, k) for k in request]
        for holder in self.holders(request):
            containers += [(holder, k) for k in holder]
        how = self.pick(["drop", "type", "text", "placeholder", "unused", "name", "number", "key"])
        texts = [(h, k) for h, k in containers if k.endswith("Expression")]
        keys = [(h, k) for h, k in containers if k in ("Key", "Item") and h[k]]
        if how == "drop":
            holder, k = self.pick(containers)
            del holder[k]
        elif how == "type":
            request["ReturnConsumedCapacity"] = "ALL"
        elif how == "text" and texts:
            holder, k = self.pick(texts)
            holder[k] = self.pick([
                holder[k] + " AND", holder[k] + ")", "(" + holder[k], "((%s))" % holder[k], holder[k] + " =", "",
                holder[k].replace(" ", ", ", 1), "size " + holder[k], holder[k].replace("attribute_", "attr_")])
        elif how == "placeholder":
            holders = [h for h, k in containers if k == "ExpressionAttributeValues" and h[k]]
            if holders:
                values = self.pick(holders)["ExpressionAttributeValues"]
                del values[self.pick(sorted(values))]
        elif how == "unused" and texts:
            holder, _ = self.pick(texts)
            self.pick([
                lambda: holder.setdefault("ExpressionAttributeNames", {}).update({"#unused": "a"}),
                lambda: holder.setdefault("ExpressionAttributeValues", {}).update({":unused": {"S": "x"}})])()
        elif how == "name":
            holders = [h for h, k in containers if k == "TableName"]
            if holders:
                self.pick(holders)["TableName"] = self.pick(["no-such-table", "a!", "x" * 256, ""])
        elif how == "number" and keys:
            holder, k = self.pick(keys)
            holder[k][self.pick(["p", "a"])] = self.pick([
                {"N": "abc"}, {"N": "1e126"}, {"N": "1" * 39}, {"N": "1e-131"}, {"SS": []}, {"NS": ["1", "1.0"]},
                {"SS": ["a", "a"]}, {}, {"S": "a", "N": "1"}, {"NULL": False}])
        elif how == "key" and keys:
            holder, k = self.pick(keys)
            self.pick([
                lambda: holder[k].pop(self.pick(sorted(holder[k]))),
                lambda: holder[k].update(p=self.value()),
                lambda: holder[k].update(p={self.pick("SB"): ""}),
                lambda: holder[k].update(q={"S": "more"})])()
        return request

    def holders(self, request):
        """The structures inside the lists of batches and transactions."""
        for element in request.get("TransactItems", []):
            yield from element.values()
        for part in request.get("RequestItems", {}).values():
            for write in part if isinstance(part, list) else []:
                yield from write.values()
            if isinstance(part, dict):
                yield part
