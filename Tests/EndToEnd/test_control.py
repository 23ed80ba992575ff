"""The commands that speak to a running stack, and the control API that they use: real processes, real shells."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse

import boto3
import confluent_kafka
import confluent_kafka.admin
import pytest

from conftest import dynamodb_client
from nestbox_process import Nestbox, http, program, wait_until

STACK = """
tables:
  orders: { keys: { PK: S } }
topics:
  events: { partitions: 2 }
"""


def clean_environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NESTBOX_", "AWS_", "KAFKA_"))}
    return {**kept, **more}


def run(directory, *arguments, within=60, **environment):
    """One call of nestbox to its end."""
    return subprocess.run(
        [program(), *arguments], cwd=directory, env=clean_environment(**environment), capture_output=True, text=True,
        timeout=within, stdin=subprocess.DEVNULL)


def answer(directory, *arguments, **environment):
    """The output of a call that must succeed."""
    result = run(directory, *arguments, **environment)
    assert result.returncode == 0, result
    assert result.stderr == "", result.stderr
    return result.stdout


def status(directory):
    return json.loads(run(directory, "status", "-o", "json").stdout)


def lock(directory):
    """The pid and the control API's URL in the lock file."""
    lines = (pathlib.Path(directory) / ".nestbox" / "lock").read_text().splitlines()
    return int(lines[0]), lines[1] if len(lines) > 1 else None


def is_alive(pid):
    """Whether a process runs (a zombie does not)."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


@pytest.fixture
def detached(tmp_path):
    """`nestbox up -d --wait` on free ports in the test's directory; stopped at the end, if it still runs."""
    def start(stack=STACK, *arguments):
        (tmp_path / "nestbox.yaml").write_text(stack)
        answer(tmp_path, "up", "-d", "--wait", "--any-port", *arguments)
        return tmp_path

    yield start
    result = run(tmp_path, "down")
    assert result.returncode == 0, result


@pytest.fixture
def foreground(tmp_path):
    """`nestbox up` on free ports in the test's directory."""
    (tmp_path / "nestbox.yaml").write_text(STACK)
    nestbox = Nestbox(tmp_path).start()
    yield nestbox
    nestbox.kill()


# up -d, status, down


def test_a_detached_stack_is_ready_when_the_prompt_returns_and_leads_a_session_of_its_own(detached):
    directory = detached()
    pid, url = lock(directory)
    assert os.getsid(pid) == pid
    assert http("GET", url + "/status")[0] == 200
    log = (directory / ".nestbox" / "logs" / "nestbox.log").read_text()
    assert log.endswith("Ready.\n")
    environment = status(directory)["environment"]
    body = http("POST", environment["AWS_ENDPOINT_URL"], "{}", {
        "X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"})[1]
    assert json.loads(body) == {"TableNames": ["orders"]}
    # Once more is once too many, and no error.
    assert "Ready." in answer(directory, "up", "-d", "--wait", "--any-port")
    assert "runs already" in answer(directory, "up", "-d", "--any-port")
    assert lock(directory)[0] == pid


def test_a_detached_stack_that_cannot_start_says_why_with_its_exit_code(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(tmp_path, "up", "-d", "--wait", "--any-port", "--only", "kafka", "--kafka-port", port)
    assert result.returncode == 4
    assert result.stderr.startswith(f"nestbox: port {port} for Kafka is in use by ") and result.stderr.count("\n") == 1
    result = run(tmp_path, "up", "-d", "--wait", "--stack", "none.yaml")
    assert result.returncode == 3 and "none.yaml cannot be read" in result.stderr


def test_waiting_for_a_detached_stack_has_an_end(tmp_path):
    (tmp_path / "nestbox.yaml").write_text("services:\n  slow: { command: sleep 60, port: 1, needs: [] }\n")
    result = run(tmp_path, "up", "-d", "--wait", "--wait-timeout", "1", "--any-port")
    assert result.returncode == 5 and "not ready after 1 s: slow (nobody listens on port" in result.stderr
    result = run(tmp_path, "status")
    assert result.returncode == 5 and "is starting" in result.stdout
    assert run(tmp_path, "down").returncode == 0


def test_status_is_for_people_for_shells_and_for_programs(detached):
    directory = detached()
    table = answer(directory, "status")
    assert "is ready" in table and "http://localhost:" in table and "\x1b" not in table
    lines = answer(directory, "status", "-o", "env").splitlines()
    facts = status(directory)
    assert lines == [f'{name}="{value}"' for name, value in facts["environment"].items()]
    assert facts["state"] == "ready" and [part["name"] for part in facts["parts"]] == ["DynamoDB", "Kafka"]


def test_status_says_by_its_exit_code_that_no_stack_runs(tmp_path):
    result = run(tmp_path, "status")
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr == f"nestbox: no stack runs on {tmp_path}/.nestbox; start one with `nestbox up`\n"


def test_a_killed_stack_is_reported_as_not_running_and_up_goes_on_from_it(detached):
    directory = detached()
    pid, url = lock(directory)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: run(directory, "status").returncode == 1, 10, "no stack runs")
    assert lock(directory) == (pid, url)
    answer(directory, "up", "-d", "--wait", "--any-port")
    assert lock(directory)[0] != pid
    assert run(directory, "status").returncode == 0


def test_down_stops_the_stack_and_is_content_where_none_runs(detached):
    directory = detached()
    pid, _ = lock(directory)
    assert answer(directory, "down") == f"Stopped (pid {pid}).\n"
    wait_until(lambda: not is_alive(pid), 2, "the process has ended")
    assert "No stack runs" in answer(directory, "down")
    assert (directory / ".nestbox" / "dynamodb").exists()


def test_down_v_removes_the_data_and_nothing_else(detached):
    directory = detached()
    assert "is removed" in answer(directory, "down", "-v")
    assert not (directory / ".nestbox").exists() and (directory / "nestbox.yaml").exists()
    other = directory / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("x")
    result = run(directory, "down", "-v", "--data", "other")
    assert result.returncode == 3 and "is not a data directory of nestbox" in result.stderr
    assert (other / "thesis.txt").exists()


def test_down_stops_a_stack_in_another_terminal_and_one_in_memory(foreground, tmp_path):
    assert run(tmp_path, "down").returncode == 0
    assert foreground.process.wait(5) == 0
    memory = Nestbox(tmp_path, ["--data", "memory"]).start()
    assert "in memory" in answer(tmp_path, "status")
    assert run(tmp_path, "down").returncode == 0
    assert memory.process.wait(5) == 0


def test_a_child_finds_the_stack_that_it_was_started_from(tmp_path):
    (tmp_path / "nestbox.yaml").write_text(STACK)
    result = run(tmp_path, "exec", "--", program(), "status", "-o", "json")
    assert result.returncode == 0, result
    assert json.loads(result.stdout)["command"] == "exec"


# The control API


def test_the_control_api_refuses_pages_from_elsewhere(foreground):
    url = lock(foreground.directory)[1]
    port = urllib.parse.urlsplit(url).port
    for fields in (
            {"Host": f"rebound.example:{port}"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"}):
        for method, path in (("GET", "/status"), ("POST", "/down")):
            code, body = http(method, url + path, b"" if method == "POST" else None, fields)
            assert code == 403 and "error" in json.loads(body), (fields, code, body)
    assert http("GET", f"http://localhost:{port}/status")[0] == 200
    code, body = http("GET", url + "/down")
    assert code == 405
    code, body = http("GET", url + "/nowhere")
    assert code == 404 and "GET /status" in json.loads(body)["error"]
    assert foreground.process.poll() is None


def test_the_control_api_listens_on_loopback_alone(tmp_path):
    (tmp_path / "nestbox.yaml").write_text(STACK)
    nestbox = Nestbox(tmp_path, ["--host", "0.0.0.0"]).start()
    try:
        port = urllib.parse.urlsplit(lock(tmp_path)[1]).port
        text = pathlib.Path("/proc/net/tcp").read_text()
        listening = [line.split()[1] for line in text.splitlines()[1:] if line.split()[3] == "0A"]
        assert [at for at in listening if at.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]
    finally:
        nestbox.kill()


def test_a_control_port_that_was_asked_for_is_taken_or_refused(tmp_path):
    (tmp_path / "nestbox.yaml").write_text(STACK)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(tmp_path, "up", "--any-port", "--control-port", port)
        assert result.returncode == 4 and f"port {port} for the control API is in use" in result.stderr
    nestbox = Nestbox(tmp_path, ["--control-port", port]).start()
    try:
        assert lock(tmp_path)[1] == f"http://127.0.0.1:{port}"
        assert answer(pathlib.Path("/"), "status", "--control-port", port)
    finally:
        nestbox.kill()


# env


def evaluated(shell, directory, text, name):
    """A variable's value after a shell has evaluated a text."""
    script = f'{text}\nprintf %s "${name}"'
    return subprocess.run(
        [shell, "-c", script], cwd=directory, env=clean_environment(AWS_PROFILE="staging"), capture_output=True, text=True,
        check=True).stdout


def test_env_is_evaluated_by_shells(detached):
    directory = detached(STACK + "credentials:\n  - { access_key_id: AKIA, secret_access_key: \"it's $HOME \\\\ `id`\" }\n")
    wanted = status(directory)["environment"]
    assert wanted["AWS_SECRET_ACCESS_KEY"] == "it's $HOME \\ `id`"
    for shell in ("bash", "zsh", "fish"):
        text = answer(directory, "env", "--shell", shell, AWS_PROFILE="staging")
        assert text.splitlines()[-1] == ("set -e AWS_PROFILE" if shell == "fish" else "unset AWS_PROFILE")
        if not shutil.which(shell):
            continue
        for name, value in wanted.items():
            assert evaluated(shell, directory, text, name) == value, (shell, name)
        assert evaluated(shell, directory, text, "AWS_PROFILE") == "", shell
    assert answer(directory, "env", SHELL="/usr/bin/fish").startswith("set -gx ")
    assert answer(directory, "env", SHELL="/bin/sh").startswith("export ")
    assert f"KAFKA_BROKERS={wanted['KAFKA_BROKERS']}\n" in answer(directory, "env", "--shell", "github")
    dotenv = answer(directory, "env", "--shell", "dotenv")
    assert evaluated("sh", directory, dotenv, "AWS_SECRET_ACCESS_KEY") == wanted["AWS_SECRET_ACCESS_KEY"]


def test_env_says_when_no_stack_runs(tmp_path):
    result = run(tmp_path, "env")
    assert result.returncode == 1 and result.stdout == "" and "no stack runs" in result.stderr


# logs, restart

TICKER = "services:\n  ticker: { command: [sh, -c, 'i=0; while true; do i=$((i+1)); echo tick $i; sleep 0.05; done'], needs: [] }\n"


def test_logs_are_shown_and_followed_until_the_stack_ends(detached):
    directory = detached(TICKER)
    wait_until(lambda: "tick 2\n" in answer(directory, "logs", "ticker"), 5, "two ticks")
    assert answer(directory, "logs", "ticker").startswith("tick 1\n")
    assert "ticker  | tick 1\n" in answer(directory, "logs") and "nestbox | Ready.\n" in answer(directory, "logs")
    follower = subprocess.Popen(
        [program(), "logs", "-f", "-n", "1", "ticker"], cwd=directory, env=clean_environment(), stdout=subprocess.PIPE,
        text=True)
    shown = [follower.stdout.readline() for _ in range(6)]
    assert run(directory, "down").returncode == 0
    shown += follower.stdout.readlines()
    assert follower.wait(10) == 0
    # All that the service wrote, to its last line.
    first = int(shown[0].removeprefix("tick "))
    assert shown == [f"tick {first + n}\n" for n in range(len(shown))]
    assert shown[-1] == answer(directory, "logs", "-n", "1", "ticker")
    result = run(directory, "logs", "tickr")
    assert result.returncode == 2 and "did you mean `ticker`?" in result.stderr


def test_restart_gives_a_service_a_new_process_and_returns_when_it_is_ready(detached):
    server = "import http.server, os, time; time.sleep(0.3); http.server.HTTPServer(('127.0.0.1', int(os.environ['PORT'])), http.server.SimpleHTTPRequestHandler).serve_forever()"
    command = json.dumps([sys.executable, "-c", server])
    directory = detached(f"services:\n  web: {{ command: {command}, port: 3000, ready: /, needs: [] }}\n")
    before = status(directory)["parts"][-1]
    assert answer(directory, "restart", "web").startswith("web is ready (pid ")
    after = status(directory)["parts"][-1]
    assert after["pid"] != before["pid"] and after["starts"] == 2 and after["address"] == before["address"]
    assert http("GET", after["address"])[0] == 200
    assert not is_alive(before["pid"])
    result = run(directory, "restart", "wbe")
    assert result.returncode == 2 and "did you mean `web`?" in result.stderr
    os.kill(after["pid"], signal.SIGKILL)
    wait_until(lambda: run(directory, "status").returncode == 5, 5, "degraded")
    assert "degraded" in run(directory, "status").stdout
    assert run(directory, "restart", "web").returncode == 0
    assert run(directory, "status").returncode == 0


# wait


def test_wait_returns_when_the_stack_is_ready(tmp_path):
    (tmp_path / "nestbox.yaml").write_text(STACK)
    waiting = subprocess.Popen(
        [program(), "wait", "--timeout", "20"], cwd=tmp_path, env=clean_environment(), stderr=subprocess.PIPE, text=True)
    nestbox = Nestbox(tmp_path).start()
    try:
        assert waiting.wait(5) == 0
    finally:
        nestbox.kill()
    result = run(tmp_path, "wait", "--timeout", "1")
    assert result.returncode == 5 and "not within 1 s: no stack runs here" in result.stderr


def test_wait_sees_a_group_join_and_read_everything(foreground):
    directory = foreground.directory
    producer = confluent_kafka.Producer({"bootstrap.servers": foreground.kafka})
    for number in range(10):
        producer.produce("events", str(number), partition=number % 2)
    producer.flush(10)
    result = run(directory, "wait", "--for", "group:readers", "--timeout", "1")
    assert result.returncode == 5 and "there is no group readers" in result.stderr
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": foreground.kafka, "group.id": "readers", "auto.offset.reset": "earliest",
        "enable.auto.commit": False})
    consumer.subscribe(["events"])
    try:
        joining = subprocess.Popen(
            [program(), "wait", "--for", "group:readers", "--timeout", "20"], cwd=directory, env=clean_environment())
        messages = []
        while len(messages) < 10:
            message = consumer.poll(10)
            assert message is not None and message.error() is None
            messages.append(message)
        assert joining.wait(10) == 0
        result = run(directory, "wait", "--for", "lag=0", "--timeout", "1")
        assert result.returncode == 5 and "group readers has 10 to read" in result.stderr and "committed none" in result.stderr
        consumer.commit(message=next(m for m in reversed(messages) if m.partition() == 0), asynchronous=False)
        result = run(directory, "wait", "--for", "lag=0", "--timeout", "1")
        assert result.returncode == 5 and "group readers has 5 to read, first on events-1" in result.stderr
        consumer.commit(message=next(m for m in reversed(messages) if m.partition() == 1), asynchronous=False)
        assert run(directory, "wait", "--for", "lag=0", "--for", "group:readers", "--timeout", "10").returncode == 0
    finally:
        consumer.close()


# reset


def test_reset_under_load_is_one_moment_for_both_emulators(foreground):
    """A client writes item n, then record n. Whatever a reset takes, it takes from both; and clients go on without being restarted."""
    directory = foreground.directory
    dynamodb = dynamodb_client(foreground)
    dynamodb.create_table(
        TableName="extra", KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}], DeletionProtectionEnabled=True)
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": foreground.kafka})
    admin.create_topics([confluent_kafka.admin.NewTopic("extra", 1)])["extra"].result(10)
    before = admin.list_topics(timeout=10).topics
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": foreground.kafka, "group.id": "readers", "auto.offset.reset": "earliest",
        "topic.metadata.refresh.interval.ms": 200})
    consumer.subscribe(["events"])
    producer = confluent_kafka.Producer({
        "bootstrap.servers": foreground.kafka, "linger.ms": 0, "topic.metadata.refresh.interval.ms": 200})
    over, failures, written = threading.Event(), [], []

    def write():
        number = 0
        while not over.is_set():
            number += 1
            try:
                dynamodb.put_item(TableName="orders", Item={"PK": {"S": f"{number:06}"}})
            except dynamodb.exceptions.ResourceNotFoundException as error:
                failures.append(error)  # The table is there before the reset and after it: nobody may see it gone.
            producer.produce("events", f"{number:06}", partition=0)
            producer.poll(0)
            written.append(number)

    def value(message):
        assert message is None or message.error() is None or not message.error().fatal(), message.error()
        return int(message.value()) if message is not None and message.error() is None else None

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_until(lambda: value(consumer.poll(0.5)), 20, "the first record")
        text = answer(directory, "reset")
        assert re.fullmatch(r"Back to the stack file: 1 table, 1 topic, no groups \(\d+ ms\)\.\n", text)
        at_reset = written[-1]
        # The consumer was told nothing, and reads the new topic from its beginning.
        wait_until(lambda: (value(consumer.poll(0.5)) or 0) > at_reset + 20, 30, "records from after the reset")
    finally:
        over.set()
        writer.join()
        producer.flush(10)
        consumer.close()
    assert not failures
    assert dynamodb.list_tables()["TableNames"] == ["orders"]
    topics = admin.list_topics(timeout=10).topics
    assert "extra" in before and "extra" not in topics and "events" in topics
    items = sorted(int(item["PK"]["S"]) for page in dynamodb.get_paginator("scan").paginate(TableName="orders")
                   for item in page["Items"])
    # The items are those from the reset on, without a hole.
    assert items == list(range(items[0], written[-1] + 1)) and items[0] > 1


def test_reset_forgets_groups_and_offsets(foreground):
    directory = foreground.directory
    producer = confluent_kafka.Producer({"bootstrap.servers": foreground.kafka})
    producer.produce("events", "old", partition=0)
    producer.flush(10)
    settings = {"bootstrap.servers": foreground.kafka, "group.id": "g", "auto.offset.reset": "earliest"}
    consumer = confluent_kafka.Consumer(settings)
    consumer.subscribe(["events"])
    assert consumer.poll(20).value() == b"old"
    consumer.commit(asynchronous=False)
    consumer.close()
    assert run(directory, "reset").returncode == 0
    assert json.loads(http("GET", lock(directory)[1] + "/lag")[1]) == {"groups": []}
    producer.produce("events", "new", partition=0)
    producer.flush(10)
    consumer = confluent_kafka.Consumer(settings)
    consumer.subscribe(["events"])
    assert consumer.poll(20).value() == b"new"
    consumer.close()
    # What a reset has made is there after a restart.
    assert foreground.stop() == 0
    foreground.start()
    assert dynamodb_client(foreground).list_tables()["TableNames"] == ["orders"]


def test_reset_reaches_the_tables_of_every_credential(tmp_path):
    (tmp_path / "nestbox.yaml").write_text(STACK + "isolation: credentials\n")
    nestbox = Nestbox(tmp_path).start()
    try:
        def client(key):
            return boto3.client("dynamodb", endpoint_url=nestbox.aws_url, region_name="eu-west-1", aws_access_key_id=key,
                                aws_secret_access_key="x")

        client("one").create_table(
            TableName="mine", KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}])
        assert client("one").list_tables()["TableNames"] == ["mine"]
        assert run(tmp_path, "reset").returncode == 0
        assert client("one").list_tables()["TableNames"] == []
        assert dynamodb_client(nestbox).list_tables()["TableNames"] == ["orders"]
    finally:
        nestbox.kill()


# init, completion


def test_init_writes_a_stack_file_once(tmp_path):
    assert "Wrote nestbox.yaml" in answer(tmp_path, "init")
    assert (tmp_path / "nestbox.yaml").read_text() == run(tmp_path, "help", "stack").stdout
    result = run(tmp_path, "init")
    assert result.returncode == 3 and "is there already" in result.stderr and "--force" in result.stderr
    assert run(tmp_path, "init", "--force").returncode == 0
    assert run(tmp_path, "exec", "--only", "kafka", "--", "true").returncode == 0


def test_init_takes_the_topics_of_a_compose_file(tmp_path):
    (tmp_path / "docker-compose.yml").write_text("""
x-env: &env { KAFKA_CREATE_TOPICS: "audit:1:1:compact" }
services:
  kafka: { image: confluentinc/cp-kafka, environment: *env }
  init:
    image: confluentinc/cp-kafka
    entrypoint: ["/bin/sh", "-c"]
    command: |
      "
      kafka-topics --bootstrap-server kafka:29092 --list
      kafka-topics --bootstrap-server kafka:29092 --create --if-not-exists --topic orders --replication-factor 1 --partitions 3
      "
""")
    assert "with 2 topics from docker-compose.yml" in answer(tmp_path, "init", "--from", "docker-compose.yml")
    nestbox = Nestbox(tmp_path, ["--only", "kafka"]).start()
    try:
        topics = confluent_kafka.admin.AdminClient({"bootstrap.servers": nestbox.kafka}).list_topics(timeout=10).topics
        assert {name: len(topic.partitions) for name, topic in topics.items()} == {"audit": 1, "orders": 3}
    finally:
        nestbox.kill()
    result = run(tmp_path, "init", "--force", "--from", "none.yml")
    assert result.returncode == 3 and "none.yml cannot be read" in result.stderr


def completions(directory, *words):
    """What bash offers for the last word, after it has sourced the script."""
    script = f"""
        PATH={pathlib.Path(program()).parent}:$PATH
        source <(nestbox completion bash)
        COMP_WORDS=(nestbox {' '.join(repr(word) for word in words)}); COMP_CWORD={len(words)}
        _nestbox
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return subprocess.run(
        ["bash", "-c", script], cwd=directory, env=clean_environment(), capture_output=True, text=True, check=True
    ).stdout.split()


def test_completion_really_completes_in_bash(detached):
    directory = detached("services:\n  web: { command: sleep 60, needs: [] }\n")
    assert completions(directory, "st") == ["status"]
    assert completions(directory, "up", "--any") == ["--any-port"]
    assert completions(directory, "status", "-o", "j") == ["json"]
    assert completions(directory, "up", "--durability", "=", "f") == ["full"]
    assert completions(directory, "completion", "") == ["bash", "zsh", "fish"]
    assert completions(directory, "restart", "w") == ["web"]
    for shell in ("zsh", "fish"):
        text = answer(directory, "completion", shell)
        if shutil.which(shell):
            assert subprocess.run([shell, "-n", "-c", text]).returncode == 0


# doctor


def test_doctor_sees_a_program_that_is_missing_and_makes_nothing(tmp_path):
    (tmp_path / "nestbox.yaml").write_text(STACK + "services:\n  web: { command: no-such-program-here }\n")
    result = run(tmp_path, "doctor")
    assert [path.name for path in tmp_path.iterdir()] == ["nestbox.yaml"]
    assert result.returncode == 1 and result.stderr == ""
    lines = result.stdout.splitlines()
    assert all(line.split()[0] in ("ok", "warn", "fail") for line in lines)
    assert any(line.startswith("fail  ") and "no-such-program-here" in line for line in lines)


def test_doctor_sees_an_occupied_port(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "nestbox.yaml").write_text(f"ports: {{ kafka: {port} }}\n")
        result = run(tmp_path, "doctor")
        assert result.returncode == 1
        assert f"fail  port {port} for Kafka is in use by python" in result.stdout
    (tmp_path / "nestbox.yaml").write_text("topics: [\n")
    result = run(tmp_path, "doctor")
    assert result.returncode == 1 and "fail  nestbox.yaml:2: this is not YAML" in result.stdout


def test_doctor_sees_what_clients_of_a_running_stack_resolve(foreground):
    directory = foreground.directory
    result = run(directory, "doctor")
    assert result.returncode == 0, result.stdout
    assert f"Kafka tells clients here to connect to {foreground.kafka}, which answers" in result.stdout
    assert "warn  AWS clients of this shell talk to AWS itself" in result.stdout
    result = run(directory, "doctor", **foreground.exports)
    assert result.returncode == 0 and "warn" not in result.stdout, result.stdout
    assert f"ok    AWS clients of this shell talk to {foreground.aws_url} (AWS_ENDPOINT_URL_DYNAMODB)" in result.stdout
