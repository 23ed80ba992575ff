"""Where ministack and nestbox answer differently, and why nestbox's answer is AWS's. Every difference needs such a rule.

A rule says as narrowly as it can which differences it explains; what no rule explains fails the test.
"""

import json
import re
from dataclasses import dataclass
from typing import Callable

from differential_requests import SPELLINGS

CONFORMANCE = "paritysuite/dynamodb-conformance, tests checked on AWS"
ALTERNATOR = "scylladb/scylladb, test/alternator, tests checked on AWS"


@dataclass
class Difference:
    operation: str
    request: dict
    ours: tuple
    peer: tuple

    @property
    def text(self):
        """Our error's message, or nothing."""
        return (self.ours[2] or "") if self.ours[0] == "error" else ""

    @property
    def peer_text(self):
        return (self.peer[2] or "") if self.peer[0] == "error" else ""

    @property
    def both_refuse(self):
        return self.ours[0] == self.peer[0] == "error" and self.ours[1] == self.peer[1] == "ValidationException"

    @property
    def only_we_refuse(self):
        return self.ours[0] == "error" and self.peer[0] == "ok"

    def reasons(self, side):
        return side[3].get("CancellationReasons", []) if side[0] == "error" else []


@dataclass
class Rule:
    name: str
    source: str
    explains: Callable[[Difference], bool]


def spelled_numbers(value):
    """Whether a structure has numbers in another than their shortest form."""
    others = {spelling for spellings in SPELLINGS.values() for spelling in spellings}
    text = json.dumps(value)
    return any('{"N": "%s"}' % other in text for other in others)


def of_updated_elements(difference):
    """Whether both answers show the same attributes, but for those of which an update names an element: it may not be there."""
    names = difference.request.get("ExpressionAttributeNames", {})
    paths = re.findall(r"([#\w]+)[#\w.\[\]]*\[\d+\]", difference.request["UpdateExpression"])
    ours, peer = (set(side[1].get("Attributes", {})) for side in (difference.ours, difference.peer))
    return ours <= peer and peer - ours <= {names.get(path, path) for path in paths}


ENVELOPE = "1 validation error detected: "


def bare(text):
    return text.removeprefix(ENVELOPE)


def without_place(text):
    """The message without the path that the peer adds."""
    return re.sub(r"(invalid for update): .*", r"\1", text)


UPDATE_ERRORS = ("An operand in the update expression has an incorrect data type",
                 "The document path provided in the update expression is invalid for update",
                 "The provided expression refers to an attribute that does not exist in the item")

def other_update_error(text):
    return without_place(text) in UPDATE_ERRORS or bool(re.search(
        "Type mismatch for Index Key|Supplied AttributeValue has more than one datatypes set|cannot contain an empty",
        text))


def holds_more(items, others):
    """Whether the items have all that the others have, and more attributes."""
    def entries(all_items):
        return sorted(json.dumps([n, v], sort_keys=True) for item in all_items for n, v in item.items())
    more = entries(items)
    for entry in entries(others):
        if entry not in more:
            return False
        more.remove(entry)
    return bool(more)


SCHEMA_ERRORS = (r"The provided key element does not match the schema|Type mismatch for (Index )?Key|"
                 r"Type mismatch for key|Missing the key|cannot contain an empty")
VALUE_ERRORS = (r"Supplied AttributeValue|may not be empty|should not be empty|contains duplicates|numeric value|"
                r"significant digits|Number (over|under)flow|must have the value of true")
INDEX_KEY_ERRORS = ("Type mismatch for Index Key|Key attributes must be scalars|"
                    "attempted to update the secondary index key to unsupported type")
EXPRESSION_ERRORS = r"Invalid \w+Expression: |unused in expressions: keys|must not be empty|when using expressions"

RULES = [
    Rule("equal numbers are one key however they are written; the peer compares their text",
         "developer guide, naming rules and data types; " + ALTERNATOR + " (test_number.py)",
         lambda d: spelled_numbers(d.request)),
    Rule("DeleteTable answers with the table's status and throughput only",
         "captured answers of AWS",
         lambda d: d.operation == "DeleteTable" and d.ours[0] == d.peer[0] == "ok"),
    Rule("the newer check of enums and of an empty table name does not repeat the value",
         CONFORMANCE + ": error-messages/putItem, updateItem, batch and transaction files",
         lambda d: d.both_refuse and (
             d.text.startswith(ENVELOPE + "Failed to satisfy constraint: Member must satisfy enum value set")
             or d.text.startswith(ENVELOPE + "Value at '"))),
    Rule("what PutItem, UpdateItem and DeleteItem find wrong with a request stands in the envelope",
         CONFORMANCE + ": error-messages/valueLayers",
         lambda d: d.operation in ("PutItem", "UpdateItem", "DeleteItem") and d.both_refuse
         and d.text.startswith(ENVELOPE) and bare(d.text) == bare(d.peer_text)),
    Rule("the message about a document path does not name it",
         CONFORMANCE + ": tier1/updateItem/paths",
         lambda d: d.both_refuse and d.text == without_place(d.peer_text)),
    Rule("the message about a document path does not name it, in a reason",
         CONFORMANCE + ": tier1/updateItem/paths",
         lambda d: d.reasons(d.ours) and d.text == d.peer_text and d.reasons(d.ours) == [
             {**reason, **({"Message": without_place(reason["Message"])} if "Message" in reason else {})}
             for reason in d.reasons(d.peer)]),
    Rule("no Attributes when none of the updated ones is there",
         CONFORMANCE + ": tier1/updateItem/basic",
         lambda d: d.operation == "UpdateItem" and d.ours[0] == d.peer[0] == "ok"
         and d.ours[1] == {} and d.peer[1] == {"Attributes": {}}),
    Rule("of a list UPDATED_NEW and UPDATED_OLD show the elements that were updated, also one past its end",
         ALTERNATOR + " (test_returnvalues.py)",
         lambda d: d.operation == "UpdateItem" and d.ours[0] == d.peer[0] == "ok"
         and d.request.get("ReturnValues", "").startswith("UPDATED_") and re.search(r"\[\d+\]", d.request["UpdateExpression"])
         and of_updated_elements(d)),
    Rule("a filter of a query may not name key attributes of the index that is read",
         ALTERNATOR + " (test_filter_expression.py)",
         lambda d: d.operation == "Query" and d.text.startswith("Filter Expression can only contain non-primary key")),
    Rule("what a global index does not hold cannot be asked of it",
         ALTERNATOR + " (test_gsi.py)",
         lambda d: re.search(r"Global secondary index \w+ does not project|Select type ALL_ATTRIBUTES is not", d.text)),
    Rule("begins_with is false of an attribute that is neither string nor binary",
         ALTERNATOR + " (test_condition_expression.py)",
         lambda d: "operator or function: begins_with, operand type: S" in d.peer_text and d.text != d.peer_text),
    Rule("an operand that has no order is refused before any item is looked at",
         CONFORMANCE + ": error-messages; " + ALTERNATOR + " (test_condition_expression.py)",
         lambda d: re.search(r"operator or function: (<|<=|>|>=), operand type: \w+$", d.text)),
    Rule("all that an update reads must be there and of the right type",
         ALTERNATOR + " (test_update_expression.py)",
         lambda d: d.operation == "UpdateItem" and d.only_we_refuse and d.text in UPDATE_ERRORS),
    Rule("of several things that an update cannot do, either may be reported first",
         "AWS does not say in which order the clauses of an update are looked at",
         lambda d: d.operation == "UpdateItem" and d.both_refuse and d.text in UPDATE_ERRORS
         and other_update_error(d.peer_text)),
    Rule("every action has its own reason: first its condition, then what its update cannot do",
         ALTERNATOR + " (test_transact.py)",
         lambda d: d.reasons(d.ours) and len(d.reasons(d.ours)) == len(d.reasons(d.peer)) and all(
             a == b or a["Code"] == "ValidationError" and a["Message"] in UPDATE_ERRORS
             and (b["Code"] != "ValidationError" or other_update_error(b["Message"]))
             or a["Code"] == "ConditionalCheckFailed" and b["Code"] in ("None", "ValidationError")
             for a, b in zip(d.reasons(d.ours), d.reasons(d.peer)))),
    Rule("what an update cannot do is a reason of its action, after its condition, and no error of the whole request",
         ALTERNATOR + " (test_transact.py); " + CONFORMANCE + ": tier1/updateItem/conditions",
         lambda d: d.operation == "TransactWriteItems" and d.reasons(d.ours) and d.peer[1] == "ValidationException"
         and other_update_error(d.peer_text)),
    Rule("what an update does to an index's key is checked before any item is looked at",
         CONFORMANCE + ": error-messages/updateItem",
         lambda d: d.operation == "UpdateItem" and re.search(
             INDEX_KEY_ERRORS, d.text)),
    Rule("what an update does to an index's key is checked before any item is looked at, in a transaction",
         CONFORMANCE + ": error-messages/updateItem",
         lambda d: d.operation == "TransactWriteItems" and any(
             re.search(INDEX_KEY_ERRORS, reason.get("Message", ""))
             for reason in d.reasons(d.ours))),
    Rule("what Query finds wrong with Select stands in the envelope",
         CONFORMANCE + ": error-messages/query",
         lambda d: d.operation in ("Query", "Scan") and d.both_refuse and "Select" in d.request
         and bare(d.text) == bare(d.peer_text)),
    Rule("the condition of an update is looked at before the update",
         CONFORMANCE + ": tier1/updateItem/conditions",
         lambda d: d.ours[1] == "ConditionalCheckFailedException" and other_update_error(d.peer_text)),
    Rule("all that an update reads must be there and of the right type, in a transaction",
         ALTERNATOR + " (test_update_expression.py)",
         lambda d: d.operation == "TransactWriteItems" and d.peer[0] == "ok" and any(
             reason.get("Message") in UPDATE_ERRORS for reason in d.reasons(d.ours))),
    Rule("a missing member is reported before anything else",
         "the service model's required members; captured answers of AWS",
         lambda d: re.search(r"Value null at '[\w.-]+' failed to satisfy constraint: Member must not be null", d.text)
         or d.text == "The parameter 'TableName' is required but was not present in the request"),
    Rule("values are checked before the table is looked at",
         CONFORMANCE + ": error-messages/valueLayers, validation-ordering",
         lambda d: d.both_refuse and re.search(VALUE_ERRORS, d.text)
         and re.search("|".join((SCHEMA_ERRORS, VALUE_ERRORS, EXPRESSION_ERRORS)), d.peer_text)),
    Rule("expressions are checked before any item is looked at",
         CONFORMANCE + ": validation-ordering",
         lambda d: d.ours[1] == "ValidationException" and re.search(EXPRESSION_ERRORS, d.text) and (
             d.peer[1] in ("ConditionalCheckFailedException", "ResourceNotFoundException")
             or other_update_error(d.peer_text) or re.search(SCHEMA_ERRORS, d.peer_text))),
    Rule("the key of the table is checked before those of its indexes",
         CONFORMANCE + ": error-messages/putItem",
         lambda d: d.both_refuse and re.search("Type mismatch for key|Missing the key", d.text)
         and "Type mismatch for Index Key" in d.peer_text),
    Rule("a local index reads from its table what it does not hold itself",
         CONFORMANCE + ": tier1/query/lsi, tier1/scan/lsi",
         lambda d: d.request.get("IndexName") == "byL" and d.ours[0] == d.peer[0] == "ok"
         and {k: v for k, v in d.ours[1].items() if k != "Items"} == {k: v for k, v in d.peer[1].items() if k != "Items"}
         and holds_more(d.ours[1]["Items"], d.peer[1]["Items"])),
    Rule("values are checked before the table is looked at, also in transactions",
         CONFORMANCE + ": validation-ordering/transactions",
         lambda d: d.operation.startswith("Transact") and re.search(VALUE_ERRORS, d.text) and (
             d.peer[0] == "ok" or d.peer[1] in ("TransactionCanceledException", "ResourceNotFoundException")
             or "multiple operations on one item" in d.peer_text)),
    Rule("names and values are checked by themselves before any expression",
         CONFORMANCE + ": error-messages/deleteItem",
         lambda d: d.both_refuse and re.search(r"(must not be empty|can only be specified when using expressions)", d.text)
         and re.search(r"(is not defined|unused in expressions|when using expressions|Invalid \w+Expression)", d.peer_text)),
    Rule("every key of a transaction must fit its table",
         CONFORMANCE + ": error-messages/transactGetItems, transactWriteItems",
         lambda d: d.operation.startswith("Transact") and any(
             reason["Code"] == "ValidationError" and re.search(SCHEMA_ERRORS, reason["Message"])
             for reason in d.reasons(d.ours))),
    Rule("every key of a batch must fit its table",
         CONFORMANCE + ": error-messages/batchWriteItem, batchGetItem",
         lambda d: d.operation.startswith("Batch") and re.search(SCHEMA_ERRORS, d.text)),
    Rule("expressions of a transaction are the whole request's error, checked before its items",
         CONFORMANCE + ": validation-ordering/transactions",
         lambda d: d.operation.startswith("Transact") and d.ours[1] == "ValidationException"
         and re.search(EXPRESSION_ERRORS, d.text)),
    Rule("a table's name is checked before the table is looked for",
         CONFORMANCE + ": error-messages",
         lambda d: re.search(r"at '[\w.]*[tT]ableName' failed to satisfy constraint", d.text)),
    Rule("where a syntax error is told to be, and what is one, is said by AWS's own parser",
         ALTERNATOR + " (test_*_expression.py)",
         lambda d: "Syntax error; token: " in d.text and (
             d.only_we_refuse or "Syntax error; token: " in d.peer_text or re.search(EXPRESSION_ERRORS, d.peer_text))),
    Rule("a function that there is not is refused, wherever it stands",
         ALTERNATOR + " (test_condition_expression.py)",
         lambda d: "Invalid function name" in d.text),
    Rule("conditions on other attributes than the key's are refused",
         ALTERNATOR + " (test_key_condition_expression.py)",
         lambda d: d.both_refuse and d.text == "Query key condition not supported"
         and d.peer_text.startswith("The number of query conditions")),
    Rule("a partition key that is there, but not with =, is not missed",
         ALTERNATOR + " (test_key_condition_expression.py)",
         lambda d: d.both_refuse and d.text == "Query key condition not supported"
         and d.peer_text.startswith("Query condition missed key schema element")),
    Rule("an empty expression is refused",
         CONFORMANCE + ": error-messages",
         lambda d: "The expression can not be empty;" in d.text),
    Rule("of two key attributes without a condition AWS names one, the peer the other",
         ALTERNATOR + " (test_key_condition_expression.py)",
         lambda d: d.both_refuse and d.text.startswith("Query condition missed key schema element")
         and d.peer_text.startswith("Query condition missed key schema element")),
    Rule("parentheses that say nothing are refused",
         CONFORMANCE + ": tier1, *Parens.test.ts",
         lambda d: "redundant parentheses" in d.text),
    Rule("of several wrong expressions and parameters, AWS's order says which is reported",
         CONFORMANCE + ": validation-ordering",
         lambda d: d.both_refuse and re.search(EXPRESSION_ERRORS, d.text)
         and re.search(EXPRESSION_ERRORS + "|Cannot specify the|Query condition|Consistent reads|can be used only|"
                       "Must specify the|Filter Expression can only", d.peer_text)
         and bare(d.text) != bare(d.peer_text)),
    Rule("size() is the size of strings, binaries, sets, lists and maps: of nothing else is a comparison with it true",
         ALTERNATOR + " (test_condition_expression.py)",
         lambda d: "size(" in json.dumps(d.request) and not (d.both_refuse and d.operation != "TransactWriteItems")),
    Rule("a filter on an index sees what the index holds",
         "developer guide, using global secondary indexes: attribute projections",
         lambda d: d.operation in ("Query", "Scan") and "IndexName" in d.request and "FilterExpression" in d.request
         and d.ours[0] == d.peer[0] == "ok" and d.ours[1]["ScannedCount"] == d.peer[1]["ScannedCount"]),
    Rule("a parameter that an operation does not have is passed over",
         "AWS's JSON protocol: unknown members are ignored",
         lambda d: d.operation in ("GetItem", "BatchGetItem", "TransactGetItems")
         and ":unused" in d.peer_text and "ExpressionAttributeValues" in json.dumps(d.request)),
    Rule("projections of a batch are checked, and before its keys",
         CONFORMANCE + ": error-messages/batchGetItem",
         lambda d: d.operation == "BatchGetItem" and re.search(EXPRESSION_ERRORS, d.text)
         and (d.only_we_refuse or "contains duplicates" in d.peer_text)),
    Rule("parameters are checked before the table is looked for",
         CONFORMANCE + ": validation-ordering",
         lambda d: d.ours[1] == "ValidationException" and d.peer[1] == "ResourceNotFoundException"),
    Rule("an item that failed its condition is returned when asked for",
         CONFORMANCE + ": tier1, conditions.test.ts",
         lambda d: d.ours[:3] == d.peer[:3] and d.ours[1] == "ConditionalCheckFailedException"
         and d.ours[3].get("Item") and not d.peer[3].get("Item")),
    Rule("an update of a missing item that gives it nothing makes no item",
         ALTERNATOR + " (test_update_expression.py)",
         lambda d: d.operation == "UpdateItem" and d.ours == ("ok", {}) and d.peer[0] == "ok"
         and re.search(r"REMOVE|DELETE", d.request.get("UpdateExpression", ""))),
    Rule("two actions on one item are refused before anything is looked at",
         CONFORMANCE + ": error-messages/transactWriteItems",
         lambda d: d.text == "Transaction request cannot include multiple operations on one item"),
    Rule("the peer has no answer but fails inside", "nothing to compare with",
         lambda d: d.peer[0] == "crash" and d.ours[0] == "error"),
    Rule("a key of the wrong type is told to be that, empty or not",
         "the key's type is all that the message of an empty key says",
         lambda d: d.both_refuse and re.search(SCHEMA_ERRORS, d.text)
         and "cannot contain an empty" in d.peer_text),
]


def explain(operation, request, ours, peer):
    """The name of the rule that explains a difference, or None."""
    difference = Difference(operation, request, ours, peer)
    return next((rule.name for rule in RULES if rule.explains(difference)), None)
