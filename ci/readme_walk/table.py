"""The one table of the walk: every line of the README's shell blocks, in its order, with the answer that it must give.

A row is the beginning of a line; the walk refuses to start when a line has no row, or a row no line."""

import dataclasses
import re

from readme_walk.answers import Check, both, group, has, http, is_json, offsets, prints


@dataclasses.dataclass(frozen=True)
class Row:
    """A line that is run."""

    starts: str
    check: Check | None = None
    within: float = 0.0  # seconds in which an answer may become right; the line is run again
    endless: str | None = None  # what a line that never ends must have printed, as a pattern
    after: Check | None = None  # what the product must be afterwards, as the answer of GET /products/PROD001


@dataclasses.dataclass(frozen=True)
class NotRun:
    """A line that is not run, with the reason; `service` is started in its place."""

    starts: str
    reason: str
    service: str | None = None


@dataclasses.dataclass(frozen=True)
class Setting:
    """A line of a file that the README shows: the file is written, and services are started with it."""

    starts: str


GO = "there are no Go repositories here: our programs take their place"
DOCKER = "no Docker engine: nestbox runs by itself"
VERSION = "a version check"
CONFIGURE = "it asks for the keys of an account: the walk gives some in the environment"

PRODUCT = {"product_id": "PROD001", "name": "MacBook Pro 14inch M3", "stock": 10, "price": 2690000}
CREATED = http(201, PRODUCT)


def stock(number):
    return http(200, {**PRODUCT, "stock": number})


ORDERED = http(201, lambda a: a["order_id"] > 1_700_000_000_000 and (a["status"], a["message"]) == (
    "PENDING", "Order created successfully"), "an order_id, PENDING, Order created successfully")
IDENTITY = is_json(lambda a: re.fullmatch(r"\d{12}", a["Account"]) and a["Arn"].startswith("arn:aws:") and a["UserId"],
                   "UserId, Account, Arn")
TABLES = is_json(lambda a: a == {"TableNames": ["orders", "products-table"]}, "the two tables")


def table(status, member, name):
    return is_json(lambda a: a[member]["TableName"] == name and a[member]["TableStatus"] in status,
                   f"table {name}, {' or '.join(status)}")


def made(name):
    return table(("CREATING", "ACTIVE"), "TableDescription", name)


def deleted(name):
    return table(("DELETING",), "TableDescription", name)


def listening(program):
    """lsof(8) shows nine letters of a program's name."""
    return has(rf"^{program[:9]}\S* .*\(LISTEN\)$")


def scanned(key, **attributes):
    return is_json(lambda a: any(
        item["PK"]["S"].startswith(key) and all(item[n] == v for n, v in attributes.items()) for item in a["Items"]),
        f"an item {key}")


ORDER_EVENT = r'ORDER#(\d+) \| \{"event_id":"[0-9a-f-]{36}","order_id":\1,.*"status":"PENDING"'
SHORTAGE = r'^\{"event_id":"[0-9a-f-]{36}","order_id":\d+,"product_id":.*"quantity":20,"reason":"stock_insufficient"'

# The chapters whose lines must meet fresh tables and topics: the walk starts a new stack and types chapter SETUP's commands again.
SETUP = "🚀 빠른 시작"
FRESH = ("📖 API 사용법", "🔄 Kafka 이벤트 플로우 테스트")

TABLE = [
    # 📋 사전 요구사항
    NotRun("go version", VERSION),
    NotRun("docker --version", VERSION),
    NotRun("aws --version", VERSION),
    # 🚀 빠른 시작: 1. 프로젝트 클론, 2. AWS 설정
    NotRun("git clone https://github.com/cloud-wave-best-zizon/order-service.git", GO),
    NotRun("git clone https://github.com/cloud-wave-best-zizon/product-service.git", GO),
    NotRun("aws configure", CONFIGURE),
    Row("aws sts get-caller-identity", IDENTITY),
    # 3. DynamoDB 테이블 생성
    Row("aws dynamodb create-table \\\n  --table-name orders", both(made("orders"), is_json(
        lambda a: [i["IndexName"] for i in a["TableDescription"]["GlobalSecondaryIndexes"]] == ["GSI1"], "GSI1"))),
    Row("aws dynamodb create-table \\\n  --table-name products-table", made("products-table")),
    Row("aws dynamodb list-tables", TABLES),
    # 4. Kafka 실행
    Row("cd order-service", prints("")),
    NotRun("docker compose up -d", DOCKER),
    NotRun("sleep 90", "nothing has to be waited for"),
    Row("docker compose exec kafka kafka-topics --create \\\n  --topic order-events", prints("Created topic order-events.\n")),
    Row("docker compose exec kafka kafka-topics --create \\\n  --topic order-compensation",
        prints("Created topic order-compensation.\n")),
    Row("docker compose exec kafka kafka-topics --list", prints("order-compensation\norder-events\n")),
    # 5. 환경변수 설정: order-service/.env, product-service/.env
    *[Setting(name) for name in ("PORT=8080", "AWS_REGION=", "ORDER_TABLE_NAME=", "KAFKA_BROKERS=", "LOG_LEVEL=")],
    *[Setting(name) for name in ("PORT=8081", "AWS_REGION=", "PRODUCT_TABLE_NAME=", "KAFKA_BROKERS=", "KAFKA_GROUP_ID=",
                                 "KAFKA_ENABLED=", "LOCAL_MODE=", "LOG_LEVEL=")],
    # 6. 서비스 실행
    Row("cd product-service", prints("")),
    NotRun("go mod download", GO),
    NotRun("make run", GO, service="product-service"),
    Row("cd order-service", prints("")),
    NotRun("go mod download", GO),
    NotRun("make run", GO, service="order-service"),
    # 7. 서비스 상태 확인
    Row("curl http://localhost:8081/api/v1/health", http(
        200, lambda a: (a["status"], a["storage"], a["kafka"]) == ("healthy", "dynamodb-local", "healthy"),
        "healthy, with a DynamoDB of its own")),
    Row("curl http://localhost:8080/api/v1/health", http(
        200, {"status": "healthy", "service": "order-service", "port": "8080", "kafka": "healthy"})),
    # 📖 API 사용법
    Row("curl -X POST http://localhost:8081/api/v1/products \\", CREATED),
    Row("curl http://localhost:8081/api/v1/products/PROD001", stock(10)),
    Row("curl -X POST http://localhost:8081/api/v1/products/PROD001/deduct", http(
        200, {"product_id": "PROD001", "previous_stock": 10, "new_stock": 8, "deducted": 2})),
    Row("curl -X POST http://localhost:8080/api/v1/orders", ORDERED, after=stock(6)),
    # The number of an order that somebody else once had.
    Row("curl http://localhost:8080/api/v1/orders/1754966772678", http(404, {"error": "order not found"})),
    # 🔄 Kafka 이벤트 플로우 테스트
    Row("docker compose exec kafka kafka-console-consumer", endless=ORDER_EVENT),
    Row("curl -X POST http://localhost:8081/api/v1/products \\", CREATED),
    Row("curl http://localhost:8081/api/v1/products/PROD001", stock(10)),
    Row("curl -X POST http://localhost:8080/api/v1/orders", ORDERED),
    Row("curl http://localhost:8081/api/v1/products/PROD001", stock(8), within=2.0),
    # 3. 재고 부족 테스트
    Row("curl -X POST http://localhost:8080/api/v1/orders", ORDERED),
    Row("docker compose exec kafka kafka-console-consumer", endless=SHORTAGE, after=stock(8)),
    # 🔍 모니터링 및 디버깅
    Row("tail -f product-service.log", endless=r'"msg":"(Kafka|Processing order|Stock)'),
    Row("tail -f order-service.log", endless=r'"msg":"Kafka event published","order_id":\d+'),
    Row("docker compose exec kafka kafka-consumer-groups --describe", group("product-service", "order-events", 3, 2), within=5.0),
    Row("docker compose exec kafka kafka-run-class kafka.tools.GetOffsetShell", offsets("order-events", 3, 2)),
    # Five messages are waited for, and two are there.
    Row("docker compose exec kafka kafka-console-consumer", endless=r'^\{"event_id":.*\r?\n\{"event_id":.*"user_id":"user'),
    Row("aws dynamodb scan --table-name orders", scanned("ORDER#", SK={"S": "METADATA"})),
    Row("aws dynamodb scan --table-name products-table", scanned("PRODUCT#PROD001", stock={"N": "8"})),
    Row("aws dynamodb get-item", is_json(lambda a: a["Item"]["stock"] == {"N": "8"}, "the product with a stock of 8")),
    # ⚙️ 고급 설정: .env.development, .env.production
    Setting("LOG_LEVEL=debug"),
    Setting("KAFKA_ENABLED=true"),
    Setting("LOG_LEVEL=info"),
    Setting("KAFKA_ENABLED=true"),
    # 🚨 문제 해결
    NotRun("aws configure", CONFIGURE),
    Row("aws sts get-caller-identity", IDENTITY),
    Row("aws dynamodb list-tables", TABLES),
    NotRun("docker compose ps", DOCKER),
    Row("lsof -i :9092", listening("nestbox")),
    NotRun("docker compose restart kafka", DOCKER),
    Row("aws dynamodb describe-table", table(("ACTIVE",), "Table", "orders")),
    Row("lsof -i :8080", listening("order-service")),
    Row("lsof -i :8081", listening("product-service")),
    # 📊 성능 모니터링
    Row("docker compose exec kafka kafka-consumer-groups --describe", group("product-service", "order-events", 3, 2)),
    # Nothing was read on that day.
    Row("aws cloudwatch get-metric-statistics", is_json(
        lambda a: a == {"Label": "ConsumedReadCapacityUnits", "Datapoints": []}, "no datapoints of that day")),
    # 🔄 정리
    NotRun("docker compose down", DOCKER),
    Row("aws dynamodb delete-table --table-name orders", deleted("orders")),
    Row("aws dynamodb delete-table --table-name products-table", deleted("products-table")),
]


def matched(blocks):
    """Every line with its row, as (block, line, row); raises ValueError where README and table differ."""
    rows = iter(TABLE)
    found = []
    for block in blocks:
        for line in block.lines:
            row = next(rows, None)
            if row is None or not line.text.startswith(row.starts):
                raise ValueError(f"row {line.number} of the README, `{line.text}`, has neither an answer nor a place among what is "
                                 f"not run; the table's next row is {row and row.starts!r}")
            if isinstance(row, Setting) != (block.file is not None):
                raise ValueError(f"row {line.number} of the README, `{line.text}`: only lines of files are settings")
            found.append((block, line, row))
    if (row := next(rows, None)) is not None:
        raise ValueError(f"the table's row {row.starts!r} stands for no line of the README")
    return found
