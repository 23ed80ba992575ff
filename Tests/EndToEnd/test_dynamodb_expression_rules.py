"""The rules of expressions, each by AWS's exact answer at the wire. The grammar and the paths have unit tests of their own."""

import pytest

from aws_wire import validation

ONE = "1 validation error detected: "
FAILED = "ConditionalCheckFailedException", "The conditional request failed"


@pytest.fixture(scope="module")
def table(wire):
    return wire.table("p:S")


ITEM = {
    "p": {"S": "item"}, "s": {"S": "hello"}, "n": {"N": "5"}, "b": {"B": "aGVsbG8="}, "t": {"BOOL": True},
    "nu": {"NULL": True}, "ss": {"SS": ["a", "b"]}, "l": {"L": [{"N": "0"}, {"N": "1"}, {"N": "2"}, {"M": {"x": {"S": "y"}}}]},
    "m": {"M": {"k": {"S": "v"}, "l": {"L": [{"S": "0"}, {"S": "1"}]}, "deep": {"M": {"er": {"N": "1"}, "est": {"N": "2"}}}}},
    "uml": {"S": "abÿ"}, "clef": {"S": "𝄞"}}


@pytest.fixture(scope="module")
def holds(wire, table):
    """Whether a condition holds for the item."""
    wire.ok("PutItem", {"TableName": table, "Item": ITEM})

    def run(condition, values=None, names=None):
        answer = wire.send("PutItem", request(table, condition, values, names))
        if answer.status == 200:
            return True
        assert answer.error == FAILED
        return False

    run.refused = lambda condition, values=None, names=None: wire.refused(
        "PutItem", request(table, condition, values, names))
    return run


def request(table, condition, values, names):
    body = {"TableName": table, "Item": ITEM, "ConditionExpression": condition}
    if values:
        body["ExpressionAttributeValues"] = values
    if names:
        body["ExpressionAttributeNames"] = names
    return body


def condition_refused(message):
    return validation(f"{ONE}Invalid ConditionExpression: {message}")


# Operands

SETS_AND_DOCUMENTS = {"BOOL": True, "NULL": True, "SS": ["a"], "NS": ["1"], "BS": ["YQ=="], "L": [], "M": {}}


@pytest.mark.parametrize("kind", SETS_AND_DOCUMENTS)
@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_what_has_no_order_is_not_compared(holds, operator, kind):
    values = {":v": {kind: SETS_AND_DOCUMENTS[kind]}}
    refused = condition_refused("Incorrect operand type for operator or function; "
                                f"operator or function: {operator}, operand type: {kind}")
    assert holds.refused(f"n {operator} :v", values) == refused
    # Whatever stands around it, and whatever the item holds.
    assert holds.refused(f"attribute_exists(p) OR NOT absent {operator} :v", values) == refused
    assert holds.refused(f":v {operator} size(s)", values) == refused


def test_what_the_item_holds_without_order_makes_a_comparison_false(holds):
    for attribute in ("t", "nu", "ss", "l", "m", "absent"):
        assert not holds(f"{attribute} > :v", {":v": {"N": "0"}})
    assert not holds("ss > n")


@pytest.mark.parametrize("kind", SETS_AND_DOCUMENTS)
def test_between_takes_what_has_an_order(holds, kind):
    value = {kind: SETS_AND_DOCUMENTS[kind]}
    assert holds.refused("n BETWEEN :v AND :v", {":v": value}) == condition_refused(
        f"Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: {kind}")


def test_between_s_bounds_are_of_one_type_and_in_order(holds):
    assert holds.refused("n BETWEEN :a AND :b", {":a": {"N": "1"}, ":b": {"S": "1"}}) == condition_refused(
        "The BETWEEN operator requires same data type for lower and upper bounds; "
        "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:1}")
    assert holds.refused("n BETWEEN :a AND :b", {":a": {"N": "2"}, ":b": {"N": "1.50"}}) == condition_refused(
        "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
        "lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1.5}")
    assert holds("n BETWEEN :a AND :a", {":a": {"N": "5"}})


@pytest.mark.parametrize("kind, value", [("N", "1"), ("BOOL", True), ("SS", ["a"])])
def test_begins_with_takes_strings_and_binaries(holds, kind, value):
    assert holds.refused("begins_with(s, :v)", {":v": {kind: value}}) == condition_refused(
        f"Incorrect operand type for operator or function; operator or function: begins_with, operand type: {kind}")


@pytest.mark.parametrize("condition, operator", [
    ("contains(a, a)", "contains"), ("a = a", "="), ("a BETWEEN :v AND a", "BETWEEN"), ("a IN (:v, a)", "IN"),
    ("begins_with(a, a)", "begins_with"), ("a <> #a", "<>")])
def test_the_first_operand_is_distinct(holds, condition, operator):
    names = {"#a": "a"} if "#a" in condition else None
    values = {":v": {"S": "x"}} if ":v" in condition else None
    assert holds.refused(condition, values, names) == condition_refused(
        "The first operand must be distinct from the remaining operands for this operator or function; "
        f"operator: {operator}, first operand: [a]")


def test_attribute_type_takes_a_type_s_name(holds):
    assert holds("attribute_type(l, :t)", {":t": {"S": "L"}})
    assert holds.refused("attribute_type(l, :t)", {":t": {"S": "LIST"}}) == condition_refused(
        "Invalid attribute type name found; type: LIST, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
    assert holds.refused("attribute_type(l, :t)", {":t": {"N": "1"}}) == condition_refused(
        "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N")


@pytest.mark.parametrize("function", ["attribute_exists", "attribute_not_exists"])
def test_existence_is_asked_of_a_path(holds, function):
    assert holds.refused(f"{function}(:v)", {":v": {"S": "x"}}) == condition_refused(
        f"Operator or function requires a document path; operator or function: {function}")


def test_in_takes_a_hundred_choices(holds):
    values = {f":v{n}": {"N": str(n)} for n in range(101)}
    assert holds(f"n IN ({', '.join(list(values)[:100])})", dict(list(values.items())[:100]))
    assert holds.refused(f"n IN ({', '.join(values)})", values) == condition_refused(
        "The IN operator is provided with too many operands; number of operands: 101")


# size()


@pytest.mark.parametrize("path, size", [
    ("s", 5), ("b", 5), ("ss", 2), ("l", 4), ("m", 3), ("m.k", 1), ("l[3]", 1),
    # Of a string it is the number of UTF-16 code units.
    ("uml", 3), ("clef", 2)])
def test_size_counts(holds, path, size):
    assert holds(f"size({path}) = :n", {":n": {"N": str(size)}})


@pytest.mark.parametrize("path", ["n", "t", "nu", "absent"])
def test_what_has_no_size_equals_nothing(holds, path):
    assert not holds(f"size({path}) >= :n", {":n": {"N": "0"}})
    assert holds(f"size({path}) <> :n", {":n": {"N": "0"}})


@pytest.mark.parametrize("kind, value", [("N", "1"), ("BOOL", True), ("NULL", True)])
def test_size_of_a_value_that_has_none_is_refused(holds, kind, value):
    assert holds.refused("size(:v) > n", {":v": {kind: value}}) == condition_refused(
        f"Incorrect operand type for operator or function; operator or function: size, operand type: {kind}")


@pytest.mark.parametrize("condition", ["size(s)", "NOT size(s)", "attribute_exists(p) AND size(s)"])
def test_size_is_no_condition(holds, condition):
    assert holds.refused(condition) == condition_refused(
        "The function is not allowed to be used this way in an expression; function: size")


# Form


@pytest.mark.parametrize("condition", ["((n = :v))", "(attribute_exists(p) AND ((n = :v)))", "n = ((:v))"])
def test_parentheses_around_parentheses_are_redundant(holds, condition):
    assert holds.refused(condition, {":v": {"N": "5"}}) == condition_refused(
        "The expression has redundant parentheses;")


def test_single_parentheses_are_not_redundant(holds):
    assert holds("((n) = (:v)) AND (attribute_exists(p))", {":v": {"N": "5"}})


@pytest.mark.parametrize("condition, token, near", [
    ("n = ", "<EOF>", "="), ("n == :v", "=", "== :v"), ("n", "<EOF>", "n"), ("n = 5", "5", "= 5"), ("n = :v)", ")", ":v)"),
    ("_a = :v", "_", "_a"), ("n = :v AND", "<EOF>", "AND"), ("a.. = :v", ".", ".. =")])
def test_a_syntax_error_names_the_token(holds, condition, token, near):
    assert holds.refused(condition, {":v": {"N": "5"}}) == condition_refused(
        f'Syntax error; token: "{token}", near: "{near}"')


@pytest.mark.parametrize("condition", ["", "  \t "])
def test_an_expression_is_not_empty(holds, condition):
    assert holds.refused(condition) == condition_refused("The expression can not be empty;")


@pytest.mark.parametrize("condition, message", [
    ("no_such(a)", "Invalid function name; function: no_such"),
    ("Size(a) > n", "Invalid function name; function: Size"),
    ("if_not_exists(a, b)", "The function is not allowed in a condition expression; function: if_not_exists"),
    ("contains(a)", "Incorrect number of operands for operator or function; operator or function: contains, "
                    "number of operands: 1"),
    ("contains(a, contains(b, c))",
     "The function is not allowed to be used this way in an expression; function: contains"),
])
def test_functions_are_known_and_in_their_place(holds, condition, message):
    assert holds.refused(condition) == condition_refused(message)


def test_reserved_words_need_a_placeholder(holds):
    for word in ("status", "Name", "ZONE", "abort"):
        assert holds.refused(f"attribute_exists({word})") == condition_refused(
            f"Attribute name is a reserved keyword; reserved keyword: {word}")
    assert not holds("attribute_exists(#s)", names={"#s": "status"})


def test_three_hundred_operators_are_allowed(holds):
    condition = "attribute_exists(p)" + " AND n = :v" * 150
    assert holds(condition, {":v": {"N": "5"}})
    assert holds.refused(condition + " AND attribute_exists(p)", {":v": {"N": "5"}}) == condition_refused(
        "The expression contains too many operators; operator count: 301")


def test_a_path_has_thirty_two_levels(holds):
    assert not holds("attribute_exists(" + ".".join("abcdefgh" for _ in range(32)) + ")")
    assert holds.refused("attribute_exists(" + ".".join("abcdefgh" for _ in range(33)) + ")") == condition_refused(
        "The document path has too many nesting levels; nesting levels: 33")


SIZE = "Expression size has exceeded the maximum allowed size;"


def test_an_expression_has_4096_bytes_as_sent(wire, table):
    name = "a" * 4096
    assert wire.ok("GetItem", {"TableName": table, "Key": {"p": {"S": "x"}}, "ProjectionExpression": name}) == {}
    requests = [
        ("GetItem", {"Key": {"p": {"S": "x"}}, "ProjectionExpression": name + "a"},
         f"Invalid ProjectionExpression: {SIZE}"),
        ("UpdateItem", {"Key": {"p": {"S": "x"}}, "UpdateExpression": f"REMOVE {name}"},
         f"{ONE}Invalid UpdateExpression: {SIZE}"),
        ("DeleteItem", {"Key": {"p": {"S": "x"}}, "ConditionExpression": f"attribute_exists({name})"},
         f"{ONE}Invalid ConditionExpression: {SIZE} expression size: 4114"),
        ("Scan", {"FilterExpression": f"attribute_exists({name})"},
         f"Invalid FilterExpression: {SIZE} expression size: 4114"),
        ("Query", {"KeyConditionExpression": f"p = {name}"}, f"Invalid KeyConditionExpression: {SIZE}"),
    ]
    for operation, more, message in requests:
        assert wire.refused(operation, {"TableName": table, **more}) == validation(message)


# Placeholders


@pytest.mark.parametrize("condition, names, values, message", [
    ("#a = :v", {"#b": "b"}, {":v": {"S": "x"}},
     "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; "
     "attribute name: #a"),
    ("a = :v", {"#b": "b"}, {":w": {"S": "x"}},
     "Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute value: :v"),
    ("#a = :v", {"#a": "a", "#c": "c", "#b": "b"}, {":v": {"S": "x"}, ":w": {"S": "x"}},
     "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b, #c}"),
    ("#a = :v", {"#a": "a"}, {":v": {"S": "x"}, ":w": {"S": "x"}},
     "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}"),
    ("#a = :v", {"a": "a"}, {":v": {"S": "x"}}, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'),
    ("#a = :v", {"#a-": "a"}, {":v": {"S": "x"}},
     'ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-"'),
    ("#a = :v", {"#": "a"}, {":v": {"S": "x"}}, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "#"'),
    ("#a = :v", {"#a": ""}, {":v": {"S": "x"}},
     "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"),
    ("#a = :v", {"#a": "a"}, {"v": {"S": "x"}},
     'ExpressionAttributeValues contains invalid key: Syntax error; key: "v"'),
    # Their length comes before their form.
    ("#a = :v", {"#" + "a" * 255 + "-": "a"}, {":v": {"S": "x"}},
     "ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too long; "
     "size of key: 257"),
    ("#a = :v", {"#a": "a"}, {":" + "a" * 255: {"S": "x"}},
     "ExpressionAttributeValues contains invalid key: The expression attribute map contains a key that is too long;"),
])
def test_placeholders_are_well_formed_defined_and_used(holds, condition, names, values, message):
    assert holds.refused(condition, values, names) == validation(ONE + message)


def test_empty_placeholders_are_refused(wire, table):
    request = {"TableName": table, "Item": ITEM, "ConditionExpression": "attribute_exists(p)"}
    assert wire.refused("PutItem", {**request, "ExpressionAttributeNames": {}}) == validation(
        ONE + "ExpressionAttributeNames must not be empty")
    assert wire.refused("PutItem", {**request, "ExpressionAttributeValues": {}}) == validation(
        ONE + "ExpressionAttributeValues must not be empty")


@pytest.mark.parametrize("operation, more, message", [
    ("GetItem", {"Key": {"p": {"S": "x"}}}, "ExpressionAttributeNames can only be specified when using expressions"),
    ("Scan", {}, "ExpressionAttributeNames can only be specified when using expressions"),
    ("Query", {}, "ExpressionAttributeNames can only be specified when using expressions"),
    ("PutItem", {"Item": {"p": {"S": "x"}}}, ONE + "ExpressionAttributeNames can only be specified when using expressions"),
])
def test_names_need_an_expression(wire, operation, more, message):
    assert wire.refused(operation, {
        "TableName": "no-such-table", "ExpressionAttributeNames": {"#a": "a"}, **more}) == validation(message)


# ProjectionExpression


@pytest.fixture
def project(wire, table, holds):
    def run(expression, **more):
        request = {"TableName": table, "Key": {"p": ITEM["p"]}, "ProjectionExpression": expression, **more}
        return wire.ok("GetItem", request)["Item"]

    run.refused = lambda expression, **more: wire.refused(
        "GetItem", {"TableName": table, "Key": {"p": {"S": "not-there"}}, "ProjectionExpression": expression, **more})
    return run


def test_a_projection_joins_what_is_in_one_map(project):
    assert project("m.deep.er, n, m.k, m.deep.est, absent.not_there") == {
        "n": {"N": "5"}, "m": {"M": {"k": {"S": "v"}, "deep": {"M": {"er": {"N": "1"}, "est": {"N": "2"}}}}}}


def test_a_projection_closes_up_a_list_in_its_order(project):
    assert project("l[3].x, l[9], l[2], l[0]") == {"l": {"L": [{"N": "0"}, {"N": "2"}, {"M": {"x": {"S": "y"}}}]}}


@pytest.mark.parametrize("expression, one, two", [
    ("a, a.b", "[a]", "[a, b]"), ("a.b, a", "[a, b]", "[a]"), ("a, a", "[a]", "[a]"), ("a[0], a", "[a, [0]]", "[a]"),
    ("x, a.b, a", "[a, b]", "[a]"), ("a.b[1], c, a.b[1].d", "[a, b, [1]]", "[a, b, [1], d]")])
def test_a_projection_s_paths_do_not_overlap(project, expression, one, two):
    assert project.refused(expression) == validation(
        "Invalid ProjectionExpression: Two document paths overlap with each other; "
        f"must remove or rewrite one of these paths; path one: {one}, path two: {two}")


def test_paths_overlap_by_their_names_not_their_placeholders(project):
    assert project.refused("#a, #b.c", ExpressionAttributeNames={"#a": "x", "#b": "x", "#unused": "y"}) == validation(
        "Invalid ProjectionExpression: Two document paths overlap with each other; "
        "must remove or rewrite one of these paths; path one: [x], path two: [x, c]")


def test_a_projection_s_paths_do_not_conflict(project):
    assert project.refused("a.b, a[0]") == validation(
        "Invalid ProjectionExpression: Two document paths conflict with each other; "
        "must remove or rewrite one of these paths; path one: [a, b], path two: [a, [0]]")


def test_a_list_position_has_31_bits(project):
    assert project.refused("a[2147483648]") == validation(
        "Invalid ProjectionExpression: List index is not within the allowable range; index: [2147483648]")


NOT_SCALAR = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "


def test_no_path_goes_into_a_key(wire):
    index = {"IndexName": "by-a", "Projection": {"ProjectionType": "ALL"},
             "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]}
    table = wire.table("p:S", AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
                       GlobalSecondaryIndexes=[index])
    get = {"TableName": table, "Key": {"p": {"S": "x"}}}
    assert wire.refused("GetItem", {**get, "ProjectionExpression": "b, p.c"}) == validation(NOT_SCALAR + "Key: p")
    assert wire.refused("GetItem", {**get, "ProjectionExpression": "a[0]"}) == validation(NOT_SCALAR + "IndexKey: a")
    assert wire.refused("Scan", {"TableName": table, "FilterExpression": "attribute_exists(p.b)"}) == validation(
        NOT_SCALAR + "Key: p")
    assert wire.refused("UpdateItem", {**get, "UpdateExpression": "SET b = a.c"}) == validation(
        NOT_SCALAR + "IndexKey: a")


# UpdateExpression


@pytest.fixture
def update(wire, table, request):
    key = {"p": {"S": request.node.name}}

    def run(expression, values=None, before=None, **more):
        if before is not None:
            wire.ok("PutItem", {"TableName": table, "Item": {**key, **before}})
        body = {"TableName": table, "Key": key, "UpdateExpression": expression, "ReturnValues": "ALL_NEW", **more}
        if values:
            body["ExpressionAttributeValues"] = values
        answer = wire.send("UpdateItem", body)
        if answer.status != 200:
            return answer.error
        return {name: value for name, value in answer.body["Attributes"].items() if name != "p"}
    return run


def update_refused(message):
    return validation(f"{ONE}Invalid UpdateExpression: {message}")


def test_operands_are_of_the_item_before(update):
    before = {"a": {"N": "1"}, "b": {"N": "2"}}
    assert update("SET a = b, b = a, c = a + b", before=before) == {"a": {"N": "2"}, "b": {"N": "1"}, "c": {"N": "3"}}


def test_a_list_is_put_in_order_after_the_update(update):
    before = {"l": {"L": [{"S": "0"}, {"S": "1"}, {"S": "2"}]}}
    assert update("REMOVE l[0], l[1] SET l[9] = :a, l[7] = :b", {":a": {"S": "nine"}, ":b": {"S": "seven"}}, before) == {
        "l": {"L": [{"S": "2"}, {"S": "seven"}, {"S": "nine"}]}}


def test_if_not_exists_and_list_append_nest(update):
    values = {":e": {"L": []}, ":x": {"L": [{"S": "x"}]}}
    assert update("SET l = list_append(if_not_exists(l, :e), :x)", values) == {"l": {"L": [{"S": "x"}]}}
    assert update("SET l = list_append(:x, if_not_exists(l, :e))", values) == {"l": {"L": [{"S": "x"}, {"S": "x"}]}}


def test_list_append_does_not_nest_in_itself(update):
    values = {":x": {"L": []}}
    assert update("SET l = list_append(list_append(:x, :x), :x)", values) == update_refused(
        "The function is not allowed to be used this way in an expression; function: list_append")


@pytest.mark.parametrize("expression, values, message", [
    ("SET a = :v SET b = :v", {":v": {"S": "x"}},
     'The "SET" section can only be used once in an update expression;'),
    ("SET a.b = :v, a = :v", {":v": {"S": "x"}},
     "Two document paths overlap with each other; must remove or rewrite one of these paths; "
     "path one: [a, b], path two: [a]"),
    ("SET a = :v REMOVE a", {":v": {"S": "x"}},
     "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]"),
    ("SET a.b = :v, a[0] = :v", {":v": {"S": "x"}},
     "Two document paths conflict with each other; must remove or rewrite one of these paths; "
     "path one: [a, b], path two: [a, [0]]"),
    ("ADD a :v", {":v": {"S": "x"}},
     "Incorrect operand type for operator or function; operator: ADD, operand type: STRING"),
    ("DELETE a :v", {":v": {"N": "1"}},
     "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER"),
    ("SET a = b + :v", {":v": {"S": "x"}},
     "Incorrect operand type for operator or function; operator or function: +, operand type: S"),
    ("SET a = list_append(b, :v)", {":v": {"N": "1"}},
     "Incorrect operand type for operator or function; operator or function: list_append, operand type: N"),
    ("SET a = if_not_exists(:v, b)", {":v": {"N": "1"}},
     "Operator or function requires a document path; operator or function: if_not_exists"),
    ("SET a = if_not_exists(b)", None,
     "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1"),
    ("SET a = size(b)", None, "The function is not allowed in an update expression; function: size"),
    ("SET a = b + c + d", None, 'Syntax error; token: "+", near: "c + d"'),
    ("SET a = b * c", None, 'Syntax error; token: "*", near: "b * c"'),
    ("PUT a = b", None, 'Syntax error; token: "PUT", near: "PUT a"'),
    ("SET status = :v", {":v": {"S": "x"}}, "Attribute name is a reserved keyword; reserved keyword: status"),
    ("SET a = ((b))", None, "The expression has redundant parentheses;"),
    ("", None, "The expression can not be empty;"),
])
def test_an_update_is_checked_before_the_table_is_known(update, expression, values, message):
    assert update(expression, values, TableName="no-such-table") == update_refused(message)


@pytest.mark.parametrize("expression, message", [
    ("SET a = absent", "The provided expression refers to an attribute that does not exist in the item"),
    ("SET a = s + :n", "An operand in the update expression has an incorrect data type"),
    ("SET a = list_append(s, l)", "An operand in the update expression has an incorrect data type"),
    ("ADD s :n", "An operand in the update expression has an incorrect data type"),
    ("SET absent.a = :n", "The document path provided in the update expression is invalid for update"),
    ("SET s.a = :n", "The document path provided in the update expression is invalid for update"),
    ("SET l.a = :n", "The document path provided in the update expression is invalid for update"),
    ("REMOVE s[0] SET a = :n", "The document path provided in the update expression is invalid for update"),
])
def test_an_update_that_does_not_fit_the_item_is_refused(update, expression, message):
    values = {":n": {"N": "1"}} if ":n" in expression else None
    assert update(expression, values, before={"s": {"S": "x"}, "l": {"L": []}}) == validation(message)


def test_a_sum_that_is_not_exact_is_refused(update):
    before = {"n": {"N": "1e50"}}
    assert update("SET n = n + :n", {":n": {"N": "1"}}, before) == validation(
        "Number overflow. Attempting to store a number with magnitude larger than supported range")
    assert update("ADD n :n", {":n": {"N": "-1e50"}}) == {"n": {"N": "0"}}


@pytest.mark.parametrize("expression", ["SET p = :v", "SET a = :v REMOVE p.b", "ADD p :n"])
def test_the_key_is_not_updated(update, expression):
    values = {name: value for name, value in {":v": {"S": "x"}, ":n": {"N": "1"}}.items() if name in expression}
    assert update(expression, values) == validation(
        "One or more parameter values were invalid: Cannot update attribute p. This attribute is part of the key")


def test_index_keys_are_of_their_type(wire):
    index = {"IndexName": "by-a", "Projection": {"ProjectionType": "ALL"},
             "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]}
    table = wire.table("p:S", AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
                       GlobalSecondaryIndexes=[index])
    wire.ok("PutItem", {"TableName": table, "Item": {"p": {"S": "x"}, "n": {"N": "1"}}})
    request = {"TableName": table, "Key": {"p": {"S": "x"}}}
    mismatch = "One or more parameter values were invalid: Type mismatch for Index Key a Expected: S Actual: "
    # By the update's text, whatever the item holds and before the condition.
    assert wire.refused("UpdateItem", {
        **request, "UpdateExpression": "SET a = n + :n", "ExpressionAttributeValues": {":n": {"N": "1"}},
        "ConditionExpression": "attribute_exists(absent)"}) == validation(mismatch + "N IndexName: by-a")
    assert wire.refused("UpdateItem", {
        **request, "UpdateExpression": "ADD a :n", "ExpressionAttributeValues": {":n": {"SS": ["x"]}}}) == validation(
            mismatch + "SS IndexName: by-a")
    # By what the item holds.
    assert wire.refused("UpdateItem", {**request, "UpdateExpression": "SET a = n"}) == validation(
        "The update expression attempted to update the secondary index key to unsupported type")


def test_what_an_update_s_condition_lacks_is_told_with_its_name(wire, table):
    assert wire.refused("UpdateItem", {
        "TableName": table, "Key": {"p": {"S": "x"}}, "UpdateExpression": "SET b = :w", "ConditionExpression": "a = :v",
        "ExpressionAttributeValues": {":w": {"S": "x"}}}) == condition_refused(
            "An expression attribute value used in expression is not defined; attribute value: :v")


def test_returned_updates_are_what_the_paths_lead_to(wire, table):
    key = {"p": {"S": "fragments"}}
    wire.ok("PutItem", {"TableName": table, "Item": {
        **key, "m": {"M": {"a": {"S": "1"}, "b": {"S": "2"}}}, "l": {"L": [{"S": "0"}, {"S": "1"}, {"S": "2"}]}}})
    request = {"TableName": table, "Key": key, "UpdateExpression": "SET m.a = :v, l[2] = :v, l[0] = :v REMOVE x",
               "ExpressionAttributeValues": {":v": {"S": "new"}}}
    assert wire.ok("UpdateItem", {**request, "ReturnValues": "UPDATED_OLD"})["Attributes"] == {
        "m": {"M": {"a": {"S": "1"}}}, "l": {"L": [{"S": "0"}, {"S": "2"}]}}
    assert wire.ok("UpdateItem", {**request, "ReturnValues": "UPDATED_NEW"})["Attributes"] == {
        "m": {"M": {"a": {"S": "new"}}}, "l": {"L": [{"S": "new"}, {"S": "new"}]}}
    assert wire.ok("UpdateItem", {
        "TableName": table, "Key": key, "UpdateExpression": "REMOVE m.b", "ReturnValues": "UPDATED_NEW"}) == {}


def test_an_item_too_large_is_refused_once_its_table_is_known(wire, table):
    item = {"p": {"S": "x"}, "a": {"S": "x" * 409_600}}
    assert wire.refused("PutItem", {"TableName": "no-such-table", "Item": item})[0] == "ResourceNotFoundException"
    assert wire.refused("PutItem", {"TableName": table, "Item": item}) == validation(
        "Item size has exceeded the maximum allowed size")


# DeleteItem says the same as PutItem and UpdateItem.


@pytest.mark.parametrize("more, message", [
    ({"ExpressionAttributeValues": {":v": {"S": "x"}}},
     "ExpressionAttributeValues can only be specified when using expressions"),
    ({"ConditionExpression": ""}, "Invalid ConditionExpression: The expression can not be empty;"),
    ({"ConditionExpression": "attribute_exists(a)", "ExpressionAttributeValues": {}},
     "ExpressionAttributeValues must not be empty"),
    ({"ReturnValues": "ALL_NEW"}, "ReturnValues can only be ALL_OLD or NONE"),
    ({"ReturnValues": "BOGUS"}, "Failed to satisfy constraint: Member must satisfy enum value set: "
                                "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"),
])
def test_a_delete_s_errors_are_enveloped(wire, more, message):
    assert wire.refused("DeleteItem", {
        "TableName": "no-such-table", "Key": {"p": {"S": "x"}}, **more}) == validation(ONE + message)
