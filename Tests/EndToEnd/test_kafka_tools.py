"""Kafka's command-line tools: 81 runs of the real ones replayed, their help texts, their names, their speed, and a second broker."""

import pathlib
import re
import resource
import shlex
import signal
import statistics
import subprocess
import time
import uuid

import confluent_kafka
import confluent_kafka.admin
import pytest

from nestbox_process import Nestbox, program, wait_until
from test_kafka_versions import Asking, message

HERE = pathlib.Path(__file__).parent
KAFKA = ["--only", "kafka", "--data", "memory"]

# Runs that are not equal, by their first words, with the reason.
DIFFERENT = {
    "kafka-topics --list --nosuch": "an unknown option is told in one line with the help below, as the newer tools do, not by a Java stack",
    "kafka-consumer-groups --list --bootstrap-server localhost:9092": "the same groups: Kafka does not sort them",
    "kafka-consumer-groups --list --state": "the same groups: Kafka does not sort them",
    "kafka-configs --bootstrap-server localhost:9092 --topic order-events --describe --all":
        "the broker has the configs of newer Kafka: the others are alike, but for the two that 3.4 alone had",
}


def run(words, broker=None, stdin="", timeout=30, environment=None):
    """One call of a tool to its end."""
    words = [word.replace("localhost:9092", broker) if broker else word for word in words]
    return subprocess.run([program(), *words], input=stdin.encode(), capture_output=True, timeout=timeout, env=environment)


@pytest.fixture(scope="module")
def kafka(tmp_path_factory):
    """A broker without any topic."""
    directory = tmp_path_factory.mktemp("tools")
    (directory / "nestbox.yaml").write_text("topics: {}\n")
    nestbox = Nestbox(directory, KAFKA).start()
    yield nestbox
    assert nestbox.stop() == 0, nestbox.output


def topic(kafka, partitions=1):
    name = f"t-{uuid.uuid4().hex[:8]}"
    assert run(["kafka-topics", "--create", "--topic", name, "--partitions", str(partitions),
                "--bootstrap-server", kafka.kafka]).returncode == 0
    return name


# The transcripts


def transcripts():
    """The runs of the file, and what is started and stopped between them, in order."""
    steps, part = [], None
    for line in (HERE / "kafka_tools_transcripts.txt").read_text().split("\n"):
        if line.startswith("#") and not steps:
            continue
        if line.startswith("@"):
            steps.append({"does": line[1:].split(" ")[0], "name": line.split(" ")[1], "words": shlex.split(line)[2:]})
        elif line.startswith("$ kafka-"):
            steps.append({"does": "run", "command": line[2:], "stdin": [], "stdout": [], "stderr": [], "cut": False})
        elif match := re.fullmatch(r"--- (stdin|stdout|stderr)( \(cut\))?", line):
            part = steps[-1][match[1]]
            steps[-1]["cut"] |= bool(match[2])
        elif match := re.fullmatch(r"--- exit (\d+)", line):
            steps[-1]["exit"] = int(match[1])
            part = None
        elif part is not None:
            part.append(line)
    return steps


def shown(stdout):
    """Bytes as `cat -A` shows them, where they are letters, tabs and ends of lines."""
    return stdout.decode().replace("\t", "^I").replace("\n", "$\n").split("\n")[:-1]


def normal(lines, broker):
    """Lines without what no two runs have in common: times, ids, hosts, ports, one column's padding and the version of log4j."""
    found = []
    for line in lines:
        line = line.replace(broker, "localhost:9092")
        line = re.sub(r"^\[[-\d]+ [:\d]+,\d+\]", "[TIME]", line)
        line = re.sub(r"CreateTime:\d+", "CreateTime:TIME", line)
        line = re.sub(r"TopicId: [-\w]{22}", "TopicId: ID", line)
        line = re.sub(r"console-consumer-[0-9a-f-]{36}", "MEMBER", line)
        line = re.sub(r"(localhost:9092 \(1\)) +", r"\1 ", line)
        line = line.replace("TimeoutException: null", "TimeoutException")
        if re.search(r"console-consumer-\d+", line) or re.fullmatch(r"GROUP +STATE\$", line):
            line = re.sub(" +", " ", re.sub(r"console-consumer-\d+", "console-consumer-N", line))
        # How often a client tries to connect before its time is up is a matter of time.
        if found and found[-1] == line and "could not be established" in line:
            continue
        found.append(line)
    return found


def differences(step, ended, broker):
    """What a run has that its transcript has not, or the other way round; nothing when they are equal."""
    expected, got = normal(step["stdout"], broker), normal(shown(ended["stdout"]), broker)
    if expected != got:
        return f"stdout\n  expected {expected}\n  got      {got}"
    expected = normal(step["stderr"], broker)
    got = normal(ended["stderr"].decode().split("\n")[:-1], broker)
    if step["cut"]:
        got = [line[:len(start)] if start else line for line, start in zip(got, expected)]
    if expected != got:
        return f"stderr\n  expected {expected}\n  got      {got}"
    if step["exit"] != ended["exit"]:
        return f"exit code {ended['exit']}, expected {step['exit']}"
    return None


def replay(step, broker):
    # The broker that is not there is waited for a minute, which the transcript cut short.
    limit = 3 if step["exit"] == 124 else 30
    process = subprocess.Popen(
        [program(), *(word.replace("localhost:9092", broker) for word in shlex.split(step["command"]))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    stdin = "".join(line + "\n" for line in step["stdin"]).encode()
    try:
        stdout, stderr = process.communicate(stdin, timeout=limit)
        code = process.returncode
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        code = 124
    return {"stdout": stdout, "stderr": stderr, "exit": code}


def test_the_runs_of_kafkas_own_tools_are_replayed_to_the_letter(kafka, capsys):
    broker, background, faults, counts = kafka.kafka, {}, [], {"equal": 0, "listed": 0}
    for step in transcripts():
        if step["does"] == "start":
            background[step["name"]] = subprocess.Popen(
                [program(), *(word.replace("localhost:9092", broker) for word in step["words"])],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            describe = ["kafka-consumer-groups", "--describe", "--state", "--group", "product-service"]
            wait_until(lambda: b"Stable" in run([*describe, "--bootstrap-server", broker]).stdout, 10, "the member is there")
        elif step["does"] == "stop":
            process = background.pop(step["name"])
            process.send_signal(signal.SIGINT)
            _, stderr = process.communicate(timeout=10)
            assert (process.returncode, stderr) == (130, b"Processed a total of 0 messages\n")
        else:
            ended = replay(step, broker)
            difference = differences(step, ended, broker)
            listed = next((reason for start, reason in DIFFERENT.items() if step["command"].startswith(start)), None)
            counts["equal" if difference is None else "listed"] += 1
            if difference is not None and listed:
                check_listed(step, ended, broker)
            elif difference is not None:
                faults.append(f"$ {step['command']}\n  {difference}")
    with capsys.disabled():
        print(f"\nkafka tools: {counts['equal']} of {sum(counts.values())} runs equal, the others listed:")
        for start, reason in DIFFERENT.items():
            print(f"  {start}: {reason}")
    assert not faults, "\n".join(faults)
    assert sum(counts.values()) == 81 and counts["listed"] == len(DIFFERENT) and counts["equal"] >= 75


def check_listed(step, ended, broker):
    """A run that is listed as different is so for its reason, and for no other."""
    got, stderr = normal(shown(ended["stdout"]), broker), ended["stderr"].decode()
    expected = normal(step["stdout"], broker)
    if "--nosuch" in step["command"]:
        assert got == [] and ended["exit"] == 1 and stderr.startswith("nosuch is not a recognized option\nOption ")
    elif "--list" in step["command"]:
        assert sorted(got) == sorted(expected)
    else:
        assert got[0] == expected[0] and set(expected) - set(got) <= {
            line for line in expected if line.startswith(("  message.format.version=", "  message.timestamp.difference.max.ms=",
                                                          "  message.downconversion.enable="))}


# The command line


@pytest.mark.parametrize("name", sorted(path.stem for path in (HERE / "kafka_tools_help").glob("*.txt")))
def test_a_help_text_reads_as_kafkas(name):
    ended = run([name, "--help"])
    assert ended.stderr.decode() == (HERE / "kafka_tools_help" / f"{name}.txt").read_text()
    assert ended.returncode == 1 and ended.stdout == b""


TOOLS = {
    "kafka-topics": ["kafka.admin.TopicCommand", "org.apache.kafka.tools.TopicCommand"],
    "kafka-console-consumer": ["kafka.tools.ConsoleConsumer", "org.apache.kafka.tools.consumer.ConsoleConsumer"],
    "kafka-console-producer": ["kafka.tools.ConsoleProducer", "org.apache.kafka.tools.ConsoleProducer"],
    "kafka-consumer-groups": ["kafka.admin.ConsumerGroupCommand", "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"],
    "kafka-configs": ["kafka.admin.ConfigCommand"],
    "kafka-get-offsets": ["kafka.tools.GetOffsetShell", "org.apache.kafka.tools.GetOffsetShell"],
    "kafka-broker-api-versions": ["kafka.admin.BrokerApiVersionsCommand"],
}


def test_the_program_names_its_tools():
    names = run(["help", "kafka-tools"]).stdout.decode().split()
    assert sorted(names) == sorted([*TOOLS, "kafka-storage", "kafka-run-class"])


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_answers_to_its_names_and_classes(name, tmp_path):
    version = b"3.4.0 (Commit:2e1947d240607d53)\n"
    for file in (name, name + ".sh"):
        (tmp_path / file).symlink_to(program())
        ended = subprocess.run([tmp_path / file, "--version"], capture_output=True)
        assert (ended.returncode, ended.stdout) == (0, version)
        assert run([file, "--version"]).stdout == version
    for java_class in TOOLS[name]:
        assert run(["kafka-run-class", java_class, "--version"]).stdout == version


def test_a_class_that_is_no_tool_is_refused():
    ended = run(["kafka-run-class", "kafka.Kafka"])
    assert ended.returncode == 1 and b"Could not find or load main class kafka.Kafka" in ended.stderr
    assert run(["kafka-run-class"]).returncode == 1


def test_storage_makes_cluster_ids_and_formats_directories(tmp_path):
    ids = {run(["kafka-storage", "random-uuid"]).stdout.decode().strip() for _ in range(20)}
    assert len(ids) == 20 and all(re.fullmatch(r"[\w][-\w]{21}", each) for each in ids)
    (tmp_path / "server.properties").write_text(f"node.id=1\nlog.dirs={tmp_path}/logs\n")
    words = ["kafka-storage.sh", "format", "-t", ids.pop(), "-c", str(tmp_path / "server.properties")]
    assert run(words).stdout.decode() == f"Formatting {tmp_path}/logs with metadata.version 3.4-IV0.\n"
    assert "cluster.id=" in (tmp_path / "logs" / "meta.properties").read_text()
    again = run(words)
    assert again.returncode == 1 and b"is already formatted" in again.stderr
    assert run([*words, "--ignore-formatted"]).returncode == 0
    assert run(["kafka-storage", "format", "-t", "short", "-c", words[-1]]).returncode == 1


@pytest.mark.parametrize("words, option", [
    (["kafka-topics", "--list"], "--command-config"),
    (["kafka-consumer-groups", "--list"], "--command-config"),
    (["kafka-get-offsets"], "--command-config"),
    (["kafka-console-consumer", "--topic", "t"], "--consumer.config"),
    (["kafka-console-producer", "--topic", "t"], "--producer.config"),
])
def test_settings_for_sasl_and_tls_are_refused_and_others_are_read(kafka, tmp_path, words, option):
    file = tmp_path / "client.properties"
    command = [*words, "--bootstrap-server", kafka.kafka, option, str(file)]
    for setting, missing in [("sasl.mechanism=PLAIN", "SASL is not there yet"), ("ssl.key.password=x", "TLS is not there yet"),
                             ("security.protocol=SASL_SSL", "only PLAINTEXT is there yet")]:
        file.write_text(f"# a comment\n{setting}\n")
        ended = run(command)
        assert ended.returncode == 1 and ended.stdout == b""
        assert missing in ended.stderr.decode() and setting.split("=")[0] in ended.stderr.decode()
    file.write_text("client.id=mine\nsecurity.protocol=PLAINTEXT\n")
    if words[0] != "kafka-console-consumer":
        topic(kafka)
        assert run(command).returncode == 0
    ended = run([*words, "--bootstrap-server", kafka.kafka, option, "/no/such"])
    assert b"/no/such" in ended.stdout + ended.stderr


def test_a_call_takes_a_fraction_of_what_a_jvm_takes_to_start(kafka, capsys):
    """The processor's time tells what a call costs by itself, whatever else the machine does; a JVM's is seconds."""
    def once():
        begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        assert run(["kafka-topics", "--list", "--bootstrap-server", kafka.kafka]).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.monotonic() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    elapsed, busy = zip(*(once() for _ in range(20)))
    with capsys.disabled():
        print(f"\nkafka-topics --list: best {min(elapsed) * 1000:.1f} ms, median {statistics.median(elapsed) * 1000:.1f} ms, "
              f"of the processor {statistics.median(busy) * 1000:.1f} ms")
    assert statistics.median(busy) < 0.06 and min(elapsed) < 1


# Producing and consuming


def test_keys_go_where_javas_producers_send_them(kafka):
    name = topic(kafka, 12)
    keys = [f"key-{number}" for number in range(200)]
    lines = "".join(f"{key}\tv\n" for key in keys)
    run(["kafka-console-producer", "--topic", name, "--property", "parse.key=true", "--bootstrap-server", kafka.kafka], stdin=lines)
    # librdkafka's murmur2 partitioner is Java's.
    producer = confluent_kafka.Producer({"bootstrap.servers": kafka.kafka, "partitioner": "murmur2"})
    theirs = {}
    for key in keys:
        producer.produce(name, b"w", key, on_delivery=lambda _, message: theirs.update({message.key().decode(): message.partition()}))
    producer.flush(10)
    ended = run(["kafka-console-consumer", "--topic", name, "--from-beginning", "--max-messages", "400", "--bootstrap-server",
                 kafka.kafka, "--property", "print.key=true", "--property", "print.partition=true"])
    found = {}
    for line in ended.stdout.decode().splitlines():
        partition, key, value = line.split("\t")
        if value == "v":
            found[key] = int(partition.removeprefix("Partition:"))
    assert found == theirs


@pytest.mark.parametrize("codec, acks", [("none", "all"), ("gzip", "1"), ("snappy", "0"), ("lz4", "all"), ("zstd", "1"), (None, "all")])
def test_lines_go_in_and_come_out(kafka, codec, acks):
    name = topic(kafka)
    lines = "".join(f"line {number} äöü {'x' * (number % 300)}\n" for number in range(2000))
    words = ["--compression-codec", *([codec] if codec else [])]
    ended = run(["kafka-console-producer", "--topic", name, *words, "--request-required-acks", acks,
                 "--bootstrap-server", kafka.kafka], stdin=lines)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
    ended = run(["kafka-console-consumer", "--topic", name, "--from-beginning", "--max-messages", "2000",
                 "--bootstrap-server", kafka.kafka])
    assert ended.stdout.decode() == lines and ended.stderr == b"Processed a total of 2000 messages\n"
    assert run(["kafka-get-offsets", "--topic", name, "--bootstrap-server", kafka.kafka]).stdout.decode() == f"{name}:0:2000\n"


def test_a_producer_is_idempotent_unless_it_must_not_be(kafka):
    asking, partition = Asking(kafka.kafka), message("DescribeProducersRequest").TopicRequest

    def producers(*words):
        name = topic(kafka)
        run(["kafka-console-producer", "--topic", name, *words, "--bootstrap-server", kafka.kafka], stdin="a\n")
        answer = asking("DescribeProducers", 0, topics=[partition(name=name, partition_indexes=[0])])
        return len(answer["topics"][0]["partitions"][0]["active_producers"])
    assert producers() == 1
    assert producers("--request-required-acks", "1") == 0
    assert producers("--producer-property", "enable.idempotence=false") == 0


def test_tombstones_headers_and_separators(kafka):
    name = topic(kafka)
    lines = "a=1;b=NIL|k|v\nNIL|NIL|NIL\n"
    properties = ["parse.key=true", "parse.headers=true", "key.separator=|", "headers.delimiter=|", "headers.separator=;",
                  "headers.key.separator==", "null.marker=NIL"]
    words = [word for pair in properties for word in ("--property", pair)]
    ended = run(["kafka-console-producer", "--topic", name, *words, "--bootstrap-server", kafka.kafka], stdin=lines)
    assert ended.returncode == 0, ended.stderr
    ended = run(["kafka-console-consumer", "--topic", name, "--from-beginning", "--max-messages", "2", "--bootstrap-server", kafka.kafka,
                 "--property", "print.key=true", "--property", "print.headers=true", "--property", "null.literal=~"])
    assert ended.stdout.decode() == "a:1,b:~\tk\tv\nNO_HEADERS\t~\t~\n"


def test_a_reader_that_goes_away_ends_the_consumer(kafka):
    name = topic(kafka)
    run(["kafka-console-producer", "--topic", name, "--bootstrap-server", kafka.kafka], stdin="a\n" * 20_000)
    process = subprocess.Popen(
        [program(), "kafka-console-consumer", "--topic", name, "--from-beginning", "--bootstrap-server", kafka.kafka],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == b"a\n"
    process.stdout.close()
    run(["kafka-console-producer", "--topic", name, "--bootstrap-server", kafka.kafka], stdin="a\n" * 20_000)
    assert process.wait(10) == 0
    assert b"Unable to write to standard out, closing consumer.\n" in process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_consumer_well_and_its_offsets_are_committed(kafka, number):
    name, group = topic(kafka), f"g-{uuid.uuid4().hex[:6]}"
    run(["kafka-console-producer", "--topic", name, "--bootstrap-server", kafka.kafka], stdin="a\nb\n")
    process = subprocess.Popen(
        [program(), "kafka-console-consumer", "--topic", name, "--from-beginning", "--group", group, "--bootstrap-server", kafka.kafka],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() + process.stdout.readline() == b"a\nb\n"
    process.send_signal(number)
    begun = time.monotonic()
    assert process.wait(10) == 128 + number and time.monotonic() - begun < 2
    assert process.stderr.read() == b"Processed a total of 2 messages\n"
    described = run(["kafka-consumer-groups", "--describe", "--group", group, "--bootstrap-server", kafka.kafka]).stdout.decode()
    assert re.search(rf"{name} +0 +2 +2 +0 +- ", described), described


def test_members_of_a_group_share_partitions_with_those_of_another_client(kafka):
    name, group = topic(kafka, 4), f"g-{uuid.uuid4().hex[:6]}"
    ours = subprocess.Popen(
        [program(), "kafka-console-consumer", "--topic", name, "--group", group, "--bootstrap-server", kafka.kafka,
         "--property", "print.partition=true"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    describe = ["kafka-consumer-groups", "--describe", "--members", "--verbose", "--group", group, "--bootstrap-server", kafka.kafka]
    wait_until(lambda: f"{name}(0,1,2,3)" in run(describe).stdout.decode(), 10, "our member has all")
    theirs = confluent_kafka.Consumer({"bootstrap.servers": kafka.kafka, "group.id": group, "client.id": "theirs"})
    theirs.subscribe([name])
    wait_until(lambda: theirs.poll(0.1) or len(theirs.assignment()) == 2, 15, "theirs has half")
    lines = run(describe).stdout.decode().splitlines()
    assert sorted(line.split()[-1] for line in lines if name in line) == [f"{name}(0,1)", f"{name}(2,3)"], lines
    theirs.close()
    wait_until(lambda: f"{name}(0,1,2,3)" in run(describe).stdout.decode(), 10, "our member has all again")
    ours.send_signal(signal.SIGTERM)
    assert ours.wait(10) == 143


def test_read_committed_is_told_and_deserializers_are_known(kafka):
    name = topic(kafka)
    producer = confluent_kafka.Producer({"bootstrap.servers": kafka.kafka})
    producer.produce(name, (7).to_bytes(8, "big"), (1 << 40).to_bytes(8, "big"))
    producer.flush(10)
    serialization = "org.apache.kafka.common.serialization."
    words = ["kafka-console-consumer", "--topic", name, "--from-beginning", "--max-messages", "1", "--bootstrap-server", kafka.kafka,
             "--isolation-level", "read_committed", "--property", "print.key=true"]
    ended = run([*words, "--key-deserializer", serialization + "LongDeserializer", "--value-deserializer", serialization + "LongDeserializer"])
    assert ended.stdout.decode() == f"{1 << 40}\t7\n"
    ended = run([*words, "--value-deserializer", serialization + "IntegerDeserializer"])
    assert ended.returncode == 1 and b"Size of data received by IntegerDeserializer is not 4" in ended.stderr
    assert b"cannot be loaded" in run([*words, "--formatter", "com.example.Mine"]).stderr


def test_offsets_are_reset_from_a_file_that_was_exported(kafka, tmp_path):
    name, group = topic(kafka, 2), f"g-{uuid.uuid4().hex[:6]}"
    run(["kafka-console-producer", "--topic", name, "--bootstrap-server", kafka.kafka], stdin="a\n" * 10)
    reset = ["kafka-consumer-groups", "--reset-offsets", "--group", group, "--bootstrap-server", kafka.kafka]
    exported = run([*reset, "--topic", name, "--to-latest", "--dry-run", "--export"]).stdout.decode()
    ends = sorted(line.split(",") for line in exported.splitlines() if line)
    assert [row[:2] for row in ends] == [[name, "0"], [name, "1"]] and sum(int(row[2]) for row in ends) == 10
    (tmp_path / "plan.csv").write_text(exported)
    assert run([*reset, "--from-file", str(tmp_path / "plan.csv"), "--execute"]).returncode == 0
    describe = ["kafka-consumer-groups", "--describe", "--group", group, "--bootstrap-server", kafka.kafka]
    committed = lambda: [line.split()[3] for line in run(describe).stdout.decode().splitlines() if name in line]
    assert committed() == [row[2] for row in ends]
    for scope, expected in [(["--to-offset", "3"], None), (["--by-duration", "PT1H"], "0"), (["--to-current"], "0"),
                            (["--shift-by", "-5"], "0"), (["--to-datetime", "2099-01-01T00:00:00.000"], None)]:
        assert run([*reset, "--topic", name, *scope, "--execute"]).returncode == 0
        if expected:
            assert set(committed()) == {expected}, scope
    assert sum(int(each) for each in committed()) == 10


# A second broker


@pytest.fixture(scope="module")
def mock():
    """librdkafka's mock cluster of two brokers, which lives as long as the client that holds it."""
    holder = confluent_kafka.Producer({"test.mock.num.brokers": 2, "bootstrap.servers": "x"})
    brokers = holder.list_topics(timeout=10).brokers
    yield ",".join(f"{each.host}:{each.port}" for each in brokers.values())
    del holder


def test_producer_consumer_group_and_offset_tools_on_another_broker(mock):
    lines = "".join(f"k{number}\tv{number}\n" for number in range(100))
    ended = run(["kafka-console-producer", "--topic", "there", "--property", "parse.key=true", "--bootstrap-server", mock], stdin=lines)
    assert ended.returncode == 0, ended.stderr
    offsets = run(["kafka-get-offsets", "--topic", "there", "--bootstrap-server", mock]).stdout.decode().splitlines()
    assert sum(int(line.split(":")[2]) for line in offsets) == 100
    assert b"there" in run(["kafka-topics", "--list", "--bootstrap-server", mock]).stdout.splitlines()
    assert run(["kafka-broker-api-versions", "--bootstrap-server", mock]).stdout.count(b"-> (") == 2

    consume = ["kafka-console-consumer", "--topic", "there", "--bootstrap-server", mock]
    ended = run([*consume, "--from-beginning", "--max-messages", "100", "--property", "print.key=true"])
    assert sorted(ended.stdout.decode().splitlines()) == sorted(lines.splitlines())
    assert run([*consume, "--group", "g", "--from-beginning", "--max-messages", "60"]).stdout.count(b"\n") == 60

    # The mock's group does not come back once its last member has left: what it has committed is looked at instead.
    groups = lambda name, *words: run(["kafka-consumer-groups", "--group", name, *words, "--bootstrap-server", mock])
    rows = lambda name: [line.split() for line in groups(name, "--describe").stdout.decode().splitlines() if "there" in line]
    assert sum(int(row[3]) for row in rows("g")) == 60 and sum(int(row[5]) for row in rows("g")) == 40
    # It takes offsets from outside only for a group that never had members.
    ended = groups("h", "--reset-offsets", "--topic", "there", "--to-latest", "--execute")
    assert ended.returncode == 0 and sum(int(row[3]) for row in rows("h")) == 100, ended
    groups("h", "--reset-offsets", "--all-topics", "--shift-by", "-5", "--execute")
    assert {row[5] for row in rows("h")} == {"5"}
    # What that broker does not serve is told, as Kafka's own tools tell it.
    assert b"The broker does not support LIST_GROUPS" in run(["kafka-consumer-groups", "--list", "--bootstrap-server", mock]).stdout
    ended = run(["kafka-topics", "--create", "--topic", "new", "--bootstrap-server", mock])
    assert ended.returncode == 1 and b"The broker does not support CREATE_TOPICS" in ended.stdout
