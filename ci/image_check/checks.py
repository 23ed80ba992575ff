"""What must hold of the image: the one list, each with the sentence that it proves. A check gets the world and leaves it to be cleared."""

import json
import re
import time

from image_check.world import ROOT, World, wait_until

README = (ROOT / "Tests" / "EndToEnd" / "seed" / "README.ko.md").read_text()
PRODUCT = '{"product_id": "PROD001", "name": "MacBook Pro 14inch M3", "price": 2690000, "stock": 10}'
ORDER = ('{"user_id": "user123", "items": [{"product_id": 1, "product_name": "MacBook Pro 14inch M3", "quantity": 2, "price": 2690000}], '
         '"idempotency_key": "kafka-test-001"}')
JSON_BODY = ("-H", "Content-Type: application/json", "-d")
RUNNING = r"Transitioning from RECOVERY to RUNNING"
# What testcontainers gives a broker with three listeners.
KRAFT = {
    "CLUSTER_ID": "4L6g3nShT-eMCtK--X86sw", "KAFKA_LISTENERS": "PLAINTEXT://:9092,BROKER://:9093,CONTROLLER://:9094",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "BROKER:PLAINTEXT,PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER", "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER", "KAFKA_NODE_ID": "1", "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1", "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1", "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_LOG_FLUSH_INTERVAL_MESSAGES": "9223372036854775807", "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
}


def waits_for(script):
    """The command that harnesses put in the place of the image's own."""
    return f"while [ ! -f {script} ]; do sleep 0.1; done; "


def the_seed_s_compose_file_moves_stock(world: World):
    """docker compose up with the seed's compose file: all healthy, an order moves stock from 10 to 8 over kafka:9092"""
    world.compose_up("docker-compose.yml", "docker-compose.override.yml")
    for port in (8080, 8081):
        wait_until(lambda: '"healthy"' in health_text(world, port), 20, f"a healthy service on {port}")
    assert world.curl("-X", "POST", "http://localhost:8081/api/v1/products", *JSON_BODY, PRODUCT)["stock"] == 10
    order = world.curl("-X", "POST", "http://localhost:8080/api/v1/orders", *JSON_BODY, ORDER)
    assert order["status"] == "PENDING", order
    wait_until(lambda: world.curl("http://localhost:8081/api/v1/products/PROD001")["stock"] == 8, 10, "a stock of 8")
    event = world.on_host("kcat", "-b", "localhost:9092", "-C", "-t", "order-events", "-e", "-q", "-f", "%k | %s\\n")
    assert event.startswith(f"ORDER#{order['order_id']} | {{"), event
    return "order " + str(order["order_id"])


def health_text(world, port):
    try:
        return world.on_host("curl", "-s", "--max-time", "2", f"http://localhost:{port}/api/v1/health")
    except AssertionError:
        return ""


def every_client_is_told_what_it_can_reach(world: World):
    """One listener that advertises localhost: told localhost inside and through the published port, its address to other containers"""
    kafka = world.compose_up("docker-compose.yml", "docker-compose.override.yml")["kafka"]
    told = (world.brokers("kafka", "localhost:9092"), world.brokers("order-service", f"{world.network.addresses['kafka']}:9092"),
            world.brokers("host", "localhost:9092"))
    assert told == ("localhost:9092", f"{world.network.addresses['kafka']}:9092", "localhost:9092"), told
    by_name = world.containers["zookeeper"].execute("kafka-topics", "--list", "--bootstrap-server", "kafka:9092")
    assert by_name.returncode == 0 and "order-events" in by_name.stdout, by_name
    lines = [line for line in kafka.output.splitlines() if "ZOOKEEPER" in line]
    assert len(lines) == 1, lines
    return " / ".join(told)


def the_seed_s_commands_run_in_the_container(world: World):
    """Every `docker compose exec kafka` of the README that ends by itself, in the container, as the image's user"""
    kafka = world.container("kafka", environment={"KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://localhost:9092"}).start()
    kafka.wait_until_healthy()
    commands = [" ".join(found.replace("\\\n", " ").split()) for found in re.findall(
        r"^docker compose exec kafka ((?:.*\\\n)*.*)$", README, re.MULTILINE)]
    ended = [command for command in commands if "console-consumer" not in command]
    for command in ended:
        result = kafka.execute("sh", "-c", command)
        assert result.returncode == 0, (command, result)
    kafka.execute("sh", "-c", "echo '{}' | kafka-console-producer --bootstrap-server localhost:9092 --topic order-events")
    consumed = kafka.execute("kafka-console-consumer", "--bootstrap-server", "localhost:9092", "--topic", "order-events", "--from-beginning",
                             "--max-messages", "1")
    assert consumed.stdout == "{}\n", consumed
    twin = kafka.execute("/opt/kafka/bin/kafka-topics.sh", "--list", "--bootstrap-server", "localhost:9092")
    assert "order-compensation\n" in twin.stdout, twin
    return f"{len(ended)} of {len(commands)}, a consumer, and the .sh twin"


def it_is_nobody_special_healthy_and_ends_when_told(world: World):
    """Not root, process 1 is nestbox itself, the health check tells ready from not there, SIGTERM ends it with 0, and data stays"""
    kafka = world.container("kafka").start()
    seconds = kafka.wait_until_healthy()
    assert kafka.execute("id", "-u").stdout == "1000\n"
    assert kafka.execute("cat", "/proc/1/comm").stdout == "nestbox\n"
    assert kafka.execute("sh", "-c", "echo x > /etc/nestbox/x").returncode != 0
    made = kafka.execute("kafka-topics", "--create", "--topic", "kept", "--bootstrap-server", "localhost:9092")
    assert made.stdout == "Created topic kept.\n", made
    other = kafka.execute("nestbox", "status", "--control-port", "4999")
    assert other.returncode != 0, other
    began = time.monotonic()
    assert kafka.stop() == 0, kafka.output
    stopped = time.monotonic() - began
    kafka.start().wait_until_healthy()
    listed = kafka.execute("kafka-topics", "--list", "--bootstrap-server", "localhost:9092")
    assert listed.stdout == "kept\n", listed
    return f"healthy after {seconds * 1000:.0f} ms, ended after {stopped * 1000:.0f} ms"


def any_user_of_group_0_can_run_it(world: World):
    """A platform that chooses the user: --user 123456"""
    kafka = world.container("kafka", user="123456:0").start()
    kafka.wait_until_healthy()
    assert kafka.execute("id", "-u").stdout == "123456\n"


def zookeeper_s_place_is_held(world: World):
    """In ZooKeeper's place: healthy, no emulator, one line, ends when told"""
    zookeeper = world.container("zookeeper", environment={"ZOOKEEPER_CLIENT_PORT": "2181"}).start()
    zookeeper.wait_until_healthy()
    zookeeper.wait_for_output("this container does nothing")
    assert "DynamoDB" not in zookeeper.output and "Kafka " not in zookeeper.output, zookeeper.output
    assert zookeeper.stop() == 0
    # Kubernetes gives a broker the address of a service called zookeeper-client so.
    broker = world.container("broker", environment={"ZOOKEEPER_CLIENT_PORT": "tcp://10.0.0.1:2181"}).start()
    broker.wait_for_output(RUNNING)


def two_advertised_listeners_without_listeners(world: World):
    """The other compose file: kafka:29092 for containers, localhost:9092 for the host, topics of KAFKA_CREATE_TOPICS, DynamoDB Local's command"""
    containers = world.compose_up("docker-compose.two-listeners.yml")
    address = world.network.addresses["kafka"]
    told = (world.brokers("kafka", "localhost:29092"), world.brokers("dynamodb", f"{address}:29092"), world.brokers("host", "localhost:9092"))
    assert told == ("localhost:29092", "kafka:29092", "localhost:9092"), told
    by_name = containers["dynamodb"].execute("kafka-topics", "--list", "--bootstrap-server", "kafka:29092")
    assert by_name.stdout == "order-compensation\norder-events\n", by_name
    world.aws(8000, "dynamodb", "create-table", "--table-name", "kept", "--attribute-definitions", "AttributeName=k,AttributeType=S",
              "--key-schema", "AttributeName=k,KeyType=HASH", "--billing-mode", "PAY_PER_REQUEST")
    assert containers["dynamodb"].stop() == 0
    containers["dynamodb"].start().wait_until_healthy()
    assert world.aws(8000, "dynamodb", "list-tables") == {"TableNames": ["kept"]}
    return " / ".join(told)


def testcontainers_apache(world: World):
    """Testcontainers for Java, apache/kafka: command replaced, script copied in, its log line, the mapped port"""
    script = "/tmp/testcontainers_start.sh"
    kafka = world.container("kafka", environment=KRAFT, command=["sh", "-c", waits_for(script) + script], published=[(32789, 9092)]).start()
    kafka.copy_in(script, "#!/bin/bash\nexport KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://localhost:32789,BROKER://kafka:9093\n"
                          "/etc/kafka/docker/run \n", 0o777)
    kafka.wait_for_output(RUNNING)
    return mapped_port_works(world, kafka, 32789, 9093)


def testcontainers_confluent(world: World):
    """Testcontainers for Java, cp-kafka: the same with /etc/confluent/docker/run"""
    script = "/tmp/testcontainers_start.sh"
    kafka = world.container("kafka", environment=KRAFT, command=["sh", "-c", waits_for(script) + script], published=[(32790, 9092)]).start()
    kafka.copy_in(script, "#!/bin/bash\nexport KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://localhost:32790,BROKER://kafka:9093\n"
                          "/etc/confluent/docker/run \n", 0o777)
    kafka.wait_for_output(RUNNING)
    return mapped_port_works(world, kafka, 32790, 9093)


def testcontainers_go_kafka(world: World):
    """Testcontainers for Go, Kafka: entrypoint replaced, configure and ensure changed by its script, kafka-storage called, launch"""
    script = "/usr/sbin/testcontainers_start.sh"
    environment = KRAFT | {"KAFKA_LISTENERS": "PLAINTEXT://0.0.0.0:9093,BROKER://0.0.0.0:9092,CONTROLLER://0.0.0.0:9094",
                           "KAFKA_REST_BOOTSTRAP_SERVERS": "PLAINTEXT://0.0.0.0:9093", "KAFKA_BROKER_ID": "1"}
    kafka = world.container("kafka", environment=environment, entrypoint=["sh"], command=["-c", waits_for(script) + "bash " + script],
                            published=[(32791, 9093)]).start()
    kafka.copy_in(script, """#!/bin/bash
source /etc/confluent/docker/bash-config
export KAFKA_ADVERTISED_LISTENERS="PLAINTEXT://localhost:32791,BROKER://kafka:9092${EXTRA_ADVERTISED_LISTENERS:+,${EXTRA_ADVERTISED_LISTENERS}}"
echo Starting Kafka KRaft mode
sed -i '/KAFKA_ZOOKEEPER_CONNECT/d' /etc/confluent/docker/configure
echo 'kafka-storage format --ignore-formatted -t "$(kafka-storage random-uuid)" -c /etc/kafka/kafka.properties' >> /etc/confluent/docker/configure
echo '' > /etc/confluent/docker/ensure
/etc/confluent/docker/configure
/etc/confluent/docker/launch""")
    kafka.wait_for_output(RUNNING)
    assert "Formatting" in kafka.output, kafka.output
    return mapped_port_works(world, kafka, 32791, 9092)


def mapped_port_works(world, kafka, outside, inside):
    """A client of the host comes through the mapped port and is told that; one on the network uses the other listener."""
    told = world.brokers("host", f"localhost:{outside}")
    assert told == f"localhost:{outside}", told
    world.container("client", command=["sleep", "60"]).start()
    produced = world.containers["client"].execute(
        "sh", "-c", f"echo one | kafka-console-producer --bootstrap-server kafka:{inside} --topic t")
    assert produced.returncode == 0, produced
    read = world.on_host("kcat", "-b", f"localhost:{outside}", "-C", "-t", "t", "-c", "1", "-q")
    assert read == "one\n", read
    return told


def testcontainers_go_dynamodb(world: World):
    """Testcontainers for Go, DynamoDB: java with its flags as the entrypoint, port 8000"""
    dynamodb = world.container("dynamodb", entrypoint=["java", "-Djava.library.path=./DynamoDBLocal_lib"],
                               command=["-jar", "DynamoDBLocal.jar", "-sharedDb", "-disableTelemetry"], published=[(32792, 8000)]).start()
    dynamodb.wait_until_healthy()
    assert world.aws(32792, "dynamodb", "list-tables") == {"TableNames": []}
    assert "Kafka" not in dynamodb.output


def localstack(world: World):
    """Testcontainers for Java, LocalStack: entrypoint replaced, docker-entrypoint.sh without arguments, `Ready.`, port 4566"""
    script = "/testcontainers_start.sh"
    container = world.container("localstack", entrypoint=["sh", "-c", waits_for(script) + script], command=[],
                                environment={"SERVICES": "dynamodb"}, published=[(32793, 4566)])
    container.copy_in(script, "#!/bin/bash\nexport LAMBDA_DOCKER_FLAGS=\"-l a=b\"\n/usr/local/bin/docker-entrypoint.sh\n", 0o777)
    container.start().wait_for_output(r"Ready\.\n")
    assert world.aws(32793, "dynamodb", "list-tables") == {"TableNames": []}
    health = json.loads(container.execute("curl", "-sf", "http://localhost:4566/_localstack/health").stdout)
    assert health["services"]["dynamodb"] == "running", health


def a_command_runs_in_it(world: World):
    """A job's container: nestbox exec in a checkout, with the addresses in the environment"""
    job = world.container("job", entrypoint=["sleep"], command=["60"], environment={"HOME": "/tmp"}).start()
    result = job.execute("env", "-C", "/tmp", "sh", "-c", "echo 'topics: { t: { partitions: 2 } }' > nestbox.yaml; "
                         "nestbox exec -- sh -c 'kafka-topics --list --bootstrap-server $KAFKA_BOOTSTRAP_SERVERS; exit 7'")
    assert (result.returncode, result.stdout) == (7, "t\n"), result


CHECKS = [
    it_is_nobody_special_healthy_and_ends_when_told, any_user_of_group_0_can_run_it, the_seed_s_commands_run_in_the_container,
    the_seed_s_compose_file_moves_stock, every_client_is_told_what_it_can_reach, two_advertised_listeners_without_listeners,
    zookeeper_s_place_is_held, testcontainers_apache, testcontainers_confluent, testcontainers_go_kafka, testcontainers_go_dynamodb,
    localstack, a_command_runs_in_it,
]
