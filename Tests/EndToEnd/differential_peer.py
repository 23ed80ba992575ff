"""The emulator beside ours: ministack's DynamoDB, called in this process; and how answers of both are made comparable."""

import asyncio
import decimal
import json
import logging

# A query that names one item is not gone on with.
ONE_ROW = "The provided exclusive start key is invalid: ExclusiveStartKey: {p="
WRITES = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "CreateTable", "DeleteTable"}


class Peer:
    """ministack's DynamoDB."""

    def __init__(self):
        logging.disable(logging.WARNING)
        from ministack.services import dynamodb
        self.service = dynamodb
        self.loop = asyncio.new_event_loop()
        self.service.reset()

    def send(self, operation, request):
        """(status, structure)."""
        headers = {
            "x-amz-target": "DynamoDB_20120810." + operation, "content-type": "application/x-amz-json-1.0",
            "authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request"}
        status, _, body = self.loop.run_until_complete(
            self.service.handle_request("POST", "/", headers, json.dumps(request).encode(), {}))
        return status, json.loads(body or b"{}")


class Ours:
    """nestbox, over its socket."""

    def __init__(self, wire):
        self.wire = wire

    def send(self, operation, request):
        answer = self.wire.send(operation, request)
        return answer.status, answer.body


def outcome(side, operation, request):
    """What a request comes to, in a form that both sides share: ("error", type, message, detail) or ("ok", structure)."""
    if operation in ("Query", "Scan"):
        return reading(side, operation, request)
    status, body = side.send(operation, request)
    if status != 200:
        return error(body)
    return "ok", normalised(operation, request, body)


def error(body):
    kind = body.get("__type", "").split("#")[-1]
    detail = {"Item": value_map(body["Item"])} if body.get("Item") else {}
    if "CancellationReasons" in body:
        detail["CancellationReasons"] = [
            {k: value_map(v) if k == "Item" else v for k, v in reason.items() if v}
            for reason in body["CancellationReasons"]]
    return "error", kind, body.get("message", body.get("Message")), detail


def reading(side, operation, request):
    """A Query or a Scan to its end: where pages end is each side's own as long as no page is larger than its Limit."""
    requests = [request]
    segments = request.get("TotalSegments")
    if operation == "Scan" and isinstance(segments, int) and 0 < segments < 10 and "Segment" in request:
        # Which items a segment holds is each side's own.
        requests = [{**request, "Segment": segment} for segment in range(segments)]
    items, count, scanned, has_items = [], 0, 0, None
    for request in requests:
        while True:
            status, body = side.send(operation, request)
            if status != 200 and "ExclusiveStartKey" in request and ONE_ROW in body.get("message", ""):
                break
            if status != 200:
                return error(body)
            has_items = "Items" in body
            items += body.get("Items", [])
            count += body["Count"]
            scanned += body["ScannedCount"]
            if "Limit" in request and body["ScannedCount"] > request["Limit"]:
                return "ok", {"page": "larger than its Limit"}
            if "LastEvaluatedKey" not in body:
                break
            request = {**request, "ExclusiveStartKey": body["LastEvaluatedKey"]}
    items = [value_map(item) for item in items]
    if operation == "Scan" or "IndexName" in request:
        # A scan has no order, and neither have entries of an index with equal keys.
        items.sort(key=canonical)
    return "ok", {"Items": items, "Count": count, "ScannedCount": scanned, "has items": has_items}


def canonical(value):
    return json.dumps(value, sort_keys=True)


def number(text):
    value = decimal.Decimal(text)
    return "0" if value == 0 else format(value.normalize(decimal.Context(prec=60)), "f")


def attribute(value):
    """An attribute value whose equal forms are the same."""
    if len(value) != 1:
        return value  # What only one side takes for a value.
    (kind, content), = value.items()
    if kind == "N":
        content = number(content)
    elif kind == "NS":
        content = sorted(map(number, content))
    elif kind in ("SS", "BS"):
        content = sorted(content)
    elif kind == "L":
        content = [attribute(element) for element in content]
    elif kind == "M":
        content = value_map(content)
    return {kind: content}


def value_map(item):
    return {name: attribute(value) for name, value in item.items()}


def normalised(operation, request, body):
    if operation in ("CreateTable", "DescribeTable", "DeleteTable"):
        return description(body.get("Table") or body.get("TableDescription"))
    result = {}
    for name, member in body.items():
        if name in ("Item", "Attributes"):
            result[name] = value_map(member)
        elif name == "Responses" and operation == "BatchGetItem":
            # The order of a batch's items is not promised.
            result[name] = {table: sorted(map(value_map, items), key=canonical) for table, items in member.items()}
        elif name == "Responses":
            result[name] = [{k: value_map(v) for k, v in response.items()} for response in member]
        else:
            result[name] = member
    return result


def description(table):
    """What both sides should say alike of a table."""
    result = {"KeySchema": table.get("KeySchema"), "TableName": table["TableName"]}
    result["AttributeDefinitions"] = sorted(table.get("AttributeDefinitions", []), key=canonical)
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        result[kind] = sorted(
            ({k: index[k] for k in ("IndexName", "KeySchema", "Projection")} for index in table.get(kind, [])),
            key=canonical)
    return result


def tables_of(request):
    """The names of the tables that a request touches."""
    names = {request["TableName"]} if "TableName" in request else set()
    names |= set(request.get("RequestItems", {}))
    for element in request.get("TransactItems", []):
        names |= {action["TableName"] for action in element.values() if "TableName" in action}
    return names


def align(ours, peer, tables, afresh=False):
    """Makes the peer hold what ours holds, after a write that the two may have taken differently; `afresh` also when that does not
    show from outside."""
    for table in tables:
        if ours.send("DescribeTable", {"TableName": table.name})[0] != 200:
            continue
        held = [outcome(side, "Scan", {"TableName": table.name}) for side in (ours, peer)]
        if held[0] == held[1] and not afresh:
            continue
        peer.send("DeleteTable", {"TableName": table.name})
        assert peer.send("CreateTable", table.create())[0] == 200, table.create()
        for item in held[0][1]["Items"]:
            status, body = peer.send("PutItem", {"TableName": table.name, "Item": item})
            assert status == 200, (item, body)
