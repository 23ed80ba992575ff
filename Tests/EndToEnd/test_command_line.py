"""The command line as people and CI see it: exit codes, messages, signals, children, data."""

import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time

import pytest

from nestbox_process import Nestbox, program, wait_until

PYTHON = sys.executable


def clean_environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NESTBOX_", "AWS_", "KAFKA_"))}
    return {**kept, **more}


def run(directory, *arguments, **settings):
    """One run of nestbox to its end."""
    environment = clean_environment(**settings.pop("environment", {}))
    return subprocess.run(
        [program(), *arguments], cwd=directory, env=environment, capture_output=True, text=True, timeout=60, **settings)


def stack_file(directory, text, name="nestbox.yaml"):
    path = pathlib.Path(directory) / name
    path.write_text(text)
    return path


def script(directory, name, text):
    """A Python program in the directory; returns the command that runs it, for a stack file."""
    path = pathlib.Path(directory) / name
    path.write_text(text)
    return json.dumps([PYTHON, "-u", str(path)])


def assert_one_sentence(result, code, *parts):
    assert result.returncode == code, result
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("nestbox: "), result.stderr
    for part in parts:
        assert part in lines[0], lines[0]


def is_alive(pid):
    """Whether a process runs (a zombie does not)."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


@pytest.fixture
def up(tmp_path):
    """Starts `nestbox up` in the test's directory; what still runs at the end is killed."""
    running = []

    def start(*arguments, **settings):
        ready_within = settings.pop("ready_within", 30.0)
        nestbox = Nestbox(tmp_path, arguments, **settings)
        running.append(nestbox)
        return nestbox.start(ready_within)

    yield start
    for nestbox in running:
        nestbox.kill()


# Usage and help


def test_version_and_help(tmp_path):
    assert re.fullmatch(r"nestbox \d+\.\d+\.\d+\n", run(tmp_path, "version").stdout)
    for arguments in (["help"], ["--help"], ["help", "up"], ["up", "--help"], ["exec", "-h"]):
        result = run(tmp_path, *arguments)
        assert result.returncode == 0 and "--aws-port PORT" in result.stdout and "NESTBOX_AWS_PORT" in result.stdout


def test_the_built_in_stack_is_a_stack_file(tmp_path):
    result = run(tmp_path, "help", "stack")
    assert result.returncode == 0 and "order-confirmation" in result.stdout
    stack_file(tmp_path, result.stdout)
    assert run(tmp_path, "exec", "--only", "kafka", "--", "true").returncode == 0


@pytest.mark.parametrize("arguments, part", [
    ([], "no command was given"),
    (["upp"], "did you mean `up`?"),
    (["up", "--kafka-prot", "1"], "did you mean `--kafka-port`?"),
    (["up", "--aws-port", "http"], "must be a port from 1 to 65535, not `http`"),
    (["up", "--only", "kafak"], "did you mean `kafka`?"),
    (["up", "--durability"], "needs a value: --durability process|full"),
])
def test_usage_is_exit_code_2(tmp_path, arguments, part):
    assert_one_sentence(run(tmp_path, *arguments), 2, part)


def test_a_bad_variable_is_named_and_a_flag_wins_over_it(tmp_path):
    bad = {"NESTBOX_KAFKA_PORT": "x"}
    assert_one_sentence(run(tmp_path, "up", environment=bad), 2, "`NESTBOX_KAFKA_PORT` must be a port")
    result = run(tmp_path, "exec", "--only", "kafka", "--kafka-port", str(free_port()), "--", "true", environment=bad)
    assert result.returncode == 0, result.stderr


# Configuration


@pytest.mark.parametrize("text, part", [
    ("topics:\n  a:\n    partitons: 3\n", "nestbox.yaml:3: unknown key `partitons` in topic a; did you mean `partitions`?"),
    ("topics: [\n", "nestbox.yaml:2: this is not YAML"),
    ("services:\n  a: { command: no-such-program-here }\n", "the program `no-such-program-here` of service a is neither"),
    ("services:\n  a: { command: sh, directory: nowhere }\n", "of service a is not there"),
    ("ports:\n  kafka: ${NOWHERE}\n", "nestbox.yaml:2: variable `NOWHERE` is not set"),
    ("topics:\n  'a b': {}\n", "nestbox.yaml:2: topic a b cannot be made"),
    ("topics:\n  a: { configs: { cleanup.polizei: x } }\n", "nestbox.yaml:2: topic a cannot be made"),
    ("region: [a]\n", "nestbox.yaml:1: `region` of the stack must be text, not a list"),
])
def test_bad_configuration_is_exit_code_3(tmp_path, text, part):
    stack_file(tmp_path, text)
    assert_one_sentence(run(tmp_path, "up", "--any-port"), 3, part)


def test_a_stack_file_that_is_not_there_is_exit_code_3(tmp_path):
    assert_one_sentence(run(tmp_path, "up", "--stack", "none.yaml"), 3, "none.yaml", "No such file", "--stack")


def test_a_data_directory_of_a_newer_format_is_refused(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "format").write_text("99\n")
    result = run(tmp_path, "up", "--only", "kafka", "--data", "data", "--any-port")
    assert_one_sentence(result, 3, "format 99", "--data")


def test_the_environment_is_interpolated(tmp_path):
    stack_file(tmp_path, "topics:\n  ${no}\n")
    assert run(tmp_path, "up").returncode == 3
    stack_file(tmp_path, """
services:
  a: { command: [sh, -c, "echo $$GREETING; sleep 100"], needs: [], environment: { GREETING: "${GREETING:-hello}" } }
""")
    for given, expected in (({}, "a | hello"), ({"GREETING": "servus"}, "a | servus")):
        nestbox = Nestbox(tmp_path, ["--only", "a"], environment=given).start()
        wait_until(lambda: expected in nestbox.lines, 5, expected)
        assert nestbox.stop() == 0


# Ports


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("emulator, flag", [("kafka", "--kafka-port"), ("aws", "--aws-port")])
def test_a_busy_port_is_exit_code_4_and_names_its_holder_and_the_flag(tmp_path, emulator, flag, host):
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.bind((host, 0))
        listener.listen()
        port = listener.getsockname()[1]
        result = run(tmp_path, "up", "--only", emulator, flag, str(port))
    assert_one_sentence(result, 4, f"port {port} ", f"(pid {os.getpid()})", flag)


def test_a_busy_port_of_a_service_is_exit_code_4(tmp_path):
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        port = listener.getsockname()[1]
        stack_file(tmp_path, f"services:\n  web: {{ command: sleep 100, port: {port}, needs: [] }}\n")
        result = run(tmp_path, "up", "--only", "web")
        assert_one_sentence(result, 4, f"port {port} for web", f"(pid {os.getpid()})", "--any-port")


def test_localhost_is_both_loopback_addresses(up):
    nestbox = up("--only", "kafka")
    port = int(nestbox.kafka.rsplit(":", 1)[1])
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as client:
            client.connect((host, port))


# Readiness and services


def test_not_ready_in_time_is_exit_code_5_and_leaves_nothing(tmp_path):
    stack_file(tmp_path, f"""
services:
  web:
    command: [sh, -c, "echo $$$$ > pid; exec sleep 1000"]
    port: {free_port()}
    ready: /up
    needs: []
""")
    result = run(tmp_path, "up", "--only", "web", "--ready-timeout", "1")
    assert result.returncode == 5
    assert "Ready." not in result.stdout
    assert re.fullmatch(
        r"nestbox: not ready after 1 s: web \(GET http://localhost:\d+/up: .*\); .*--ready-timeout\n", result.stderr)
    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_a_service_that_ends_before_it_is_ready_is_exit_code_5(tmp_path):
    stack_file(tmp_path, f"""
services:
  web: {{ command: [sh, -c, "echo broken; exit 3"], port: {free_port()}, needs: [], restart: no }}
""")
    result = run(tmp_path, "up", "--only", "web")
    assert result.returncode == 5 and "web exited with code 3 before it was ready" in result.stderr
    assert "web | broken" in result.stdout.splitlines()


WEB = """
import http.server, os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (print("stopping"), sys.exit(0)))
print("port", os.environ["PORT"])
born = time.monotonic()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if time.monotonic() - born > float(os.environ.get("SLOW", "0")) else 503)
        self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


def test_services_start_in_the_order_of_their_needs_and_ready_comes_last(tmp_path, up):
    web = script(tmp_path, "web.py", WEB)
    stack_file(tmp_path, f"""
services:
  front: {{ command: [sh, -c, "echo front sees $$BACK_URL; sleep 1000"], needs: [back] }}
  back: {{ command: {web}, port: {free_port()}, ready: /up, needs: [], environment: {{ SLOW: 0.3 }} }}
""")
    nestbox = up("--only", "front")
    wait_until(lambda: any(line.startswith("front | ") for line in nestbox.lines), 5, "front's line")
    back = next(i for i, line in enumerate(nestbox.lines) if line.startswith("back | port "))
    front = next(i for i, line in enumerate(nestbox.lines) if line.startswith("front | "))
    port = nestbox.lines[back].rsplit(" ", 1)[1]
    assert back < front
    assert nestbox.lines[front] == f"front | front sees http://localhost:{port}"
    assert nestbox.exports["BACK_URL"] == f"http://localhost:{port}"
    assert nestbox.stop() == 0
    assert "back | stopping" in nestbox.lines
    assert (tmp_path / ".nestbox/logs/back.log").read_text() == f"port {port}\nstopping\n"


def test_a_service_that_fails_is_reported_and_started_again(tmp_path, up):
    stack_file(tmp_path, """
services:
  a: { command: [sh, -c, "echo life; sleep 0.2; exit 3"], needs: [] }
""")
    nestbox = up("--only", "a")
    wait_until(lambda: nestbox.lines.count("a | life") >= 2, 10, "a second life")
    assert any("a exited with code 3; it is started again in 0.5 s" in line for line in nestbox.lines)
    assert nestbox.stop() == 0


def test_what_nestbox_gives_beats_the_shell_and_the_stack_file_beats_nestbox(tmp_path, up):
    stack_file(tmp_path, """
region: eu-central-1
services:
  a: { command: [sh, -c, "env > env.txt; sleep 1000"], needs: [kafka], environment: { KAFKA_BROKERS: other:1 } }
""")
    nestbox = up("--only", "a", environment={
        "KAFKA_BROKERS": "staging:9092", "KAFKA_BOOTSTRAP_SERVERS": "staging:9092", "NO_PROXY": "corp", "MINE": "kept"})
    environment = wait_until(lambda: (tmp_path / "env.txt").exists() and (tmp_path / "env.txt").read_text(), 5, "env")
    given = dict(line.split("=", 1) for line in environment.splitlines() if "=" in line)
    assert given["KAFKA_BROKERS"] == "other:1"
    assert given["KAFKA_BOOTSTRAP_SERVERS"] == nestbox.kafka
    assert given["NO_PROXY"] == "corp,localhost,127.0.0.1,::1"
    assert given["MINE"] == "kept"


TALKATIVE = """
import sys, time
for i in range(45000): sys.stdout.write("%07d" % i + "x" * 1000 + chr(10))
print("done", flush=True)
time.sleep(1000)
"""


def test_logs_are_rotated_by_size(tmp_path, up):
    command = script(tmp_path, "a.py", TALKATIVE)
    stack_file(tmp_path, f"services:\n  a: {{ command: {command}, needs: [] }}\n")
    up("--only", "a")
    # Not on the console, which leaves lines out when nobody reads it quickly enough.
    written = tmp_path / ".nestbox/logs/a.log"
    wait_until(lambda: written.exists() and written.read_bytes().endswith(b"done\n"), 60, "the last line")
    logs = sorted(written.parent.iterdir())
    assert [log.name for log in logs] == ["a.log", "a.log.1", "a.log.2"]
    assert all(log.stat().st_size <= 10 << 20 for log in logs)
    assert all(log.stat().st_size > 9 << 20 for log in logs[1:])
    assert logs[0].read_text().endswith("done\n")


# Signals and ends


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_stops_everything_with_exit_code_0(tmp_path, up, number):
    web = script(tmp_path, "web.py", WEB)
    stack_file(tmp_path, f"services:\n  web: {{ command: {web}, port: {free_port()}, ready: /up, needs: [kafka] }}\n")
    nestbox = up("--only", "web")
    assert nestbox.stop(number) == 0
    assert nestbox.lines[-1] == "web | stopping"


STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, lambda *_: print("no"))
print("pid", os.getpid())
while True: time.sleep(1)
"""


def test_a_second_signal_stops_at_once(tmp_path, up):
    stack_file(tmp_path, f"services:\n  a: {{ command: {script(tmp_path, 'a.py', STUBBORN)}, needs: [] }}\n")
    nestbox = up("--only", "a,kafka")
    line = wait_until(lambda: next((x for x in nestbox.lines if x.startswith("a | pid ")), None), 5, "the pid")
    nestbox.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "a | no" in nestbox.lines, 5, "the first signal")
    time.sleep(0.2)
    began = time.monotonic()
    nestbox.process.send_signal(signal.SIGINT)
    assert nestbox.process.wait(5) == 128 + signal.SIGINT
    assert time.monotonic() - began < 1
    wait_until(lambda: not is_alive(int(line.split()[-1])), 2, "the service's end")


FAMILY = """
import os, subprocess, sys, time
if len(sys.argv) == 1:
    subprocess.Popen([sys.executable, "-u", __file__, "child"])
print("pid", os.getpid())
while True: time.sleep(1)
"""


def test_kill_9_leaves_no_child_behind(tmp_path, up):
    stack_file(tmp_path, f"""
services:
  a: {{ command: {script(tmp_path, "a.py", FAMILY)}, needs: [] }}
  b: {{ command: [sh, -c, "trap '' HUP TERM INT; echo pid $$$$; while :; do sleep 1; done"], needs: [] }}
""")
    nestbox = up("--only", "a,b")
    pids = lambda: [int(line.split()[-1]) for line in nestbox.lines if re.match(r"[ab] \| pid \d+$", line)]
    wait_until(lambda: len(pids()) == 3, 10, "three processes")
    assert all(is_alive(pid) for pid in pids())
    nestbox.kill()
    wait_until(lambda: not any(is_alive(pid) for pid in pids()), 3, "the end of all children")


def test_a_stopped_service_takes_what_it_began_along(tmp_path, up):
    stack_file(tmp_path, f"services:\n  a: {{ command: {script(tmp_path, 'a.py', FAMILY)}, needs: [] }}\n")
    nestbox = up("--only", "a")
    pids = lambda: [int(line.split()[-1]) for line in nestbox.lines if line.startswith("a | pid ")]
    wait_until(lambda: len(pids()) == 2, 10, "two processes")
    assert nestbox.stop() == 0
    assert not any(is_alive(pid) for pid in pids())


def test_output_that_nobody_reads_any_more_does_not_end_it(tmp_path):
    process = subprocess.Popen(
        [program(), "up", "--only", "kafka", "--any-port"], cwd=tmp_path, env=clean_environment(),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = None
    while port is None:
        if match := re.search(r"KAFKA_BROKERS=localhost:(\d+)", process.stdout.readline()):
            port = int(match[1])
    process.stdout.close()
    time.sleep(0.3)
    socket.create_connection(("127.0.0.1", port)).close()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_a_console_that_is_not_read_stops_nothing(tmp_path):
    command = script(tmp_path, "a.py", TALKATIVE)
    stack_file(tmp_path, f"services:\n  a: {{ command: {command}, needs: [] }}\n")
    process = subprocess.Popen(
        [program(), "up", "--only", "a"], cwd=tmp_path, env=clean_environment(), stdout=subprocess.PIPE)
    log = tmp_path / ".nestbox/logs/a.log"
    wait_until(lambda: log.exists() and log.read_bytes().endswith(b"done\n"), 30, "the service's last line in its log")
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def test_nohup_is_respected(tmp_path):
    process = subprocess.Popen(
        ["nohup", program(), "up", "--only", "kafka", "--any-port"], cwd=tmp_path, env=clean_environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while process.stdout.readline() != "Ready.\n":
        assert process.poll() is None
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


# Data


def test_data_is_where_it_is_said_and_ignored_by_git(tmp_path, up):
    nestbox = up("--only", "kafka")
    assert (tmp_path / ".nestbox/.gitignore").read_text() == "*\n"
    assert (tmp_path / ".nestbox/lock").read_text().splitlines()[0] == str(nestbox.process.pid)
    assert any(str(tmp_path / ".nestbox") in line for line in nestbox.lines)


def test_a_second_up_on_the_same_data_is_refused_with_the_pid(tmp_path, up):
    nestbox = up("--only", "kafka")
    result = run(tmp_path, "up", "--only", "kafka", "--any-port")
    assert_one_sentence(result, 3, "in use", f"pid {nestbox.process.pid}", "--data")
    assert nestbox.stop() == 0
    assert up("--only", "kafka").stop() == 0


def test_the_lock_of_a_killed_one_is_taken_over(tmp_path, up):
    nestbox = up("--only", "kafka")
    pid = nestbox.process.pid
    nestbox.kill()
    assert (tmp_path / ".nestbox/lock").read_text().splitlines()[0] == str(pid)
    nestbox = up("--only", "kafka")
    assert any(f"pid {pid}" in line and "taken over" in line for line in nestbox.lines)
    assert (tmp_path / ".nestbox/lock").read_text().splitlines()[0] == str(nestbox.process.pid)


def test_memory_is_gone_after_the_end_and_stale_memory_is_swept(tmp_path, up):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {"TMPDIR": str(temporary)}
    nestbox = up("--only", "kafka", "--data", "memory", environment=environment)
    assert [path.name for path in temporary.iterdir()] == [f"nestbox-{nestbox.process.pid}"]
    nestbox.kill()
    assert len(list(temporary.iterdir())) == 1
    nestbox = up("--only", "kafka", "--data", "memory", environment=environment)
    wait_until(
        lambda: [path.name for path in temporary.iterdir()] == [f"nestbox-{nestbox.process.pid}"], 5, "the sweep")
    assert nestbox.stop() == 0
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / ".nestbox").exists()


def test_topics_that_are_there_are_left_alone_and_a_difference_is_told(tmp_path, up):
    stack_file(tmp_path, "topics:\n  a: { partitions: 2 }\n  b: { configs: { retention.ms: 1000 } }\n")
    assert up("--only", "kafka").stop() == 0
    nestbox = up("--only", "kafka")
    assert not any("differs" in line for line in nestbox.lines), nestbox.output
    assert nestbox.stop() == 0
    stack_file(tmp_path, "topics:\n  a: { partitions: 3 }\n  b:\n")
    nestbox = up("--only", "kafka")
    assert "nestbox: topic a differs from nestbox.yaml:2 and is left as it is: it has 2 partitions, not 3" in nestbox.lines
    assert any(line.startswith("nestbox: topic b differs from nestbox.yaml:3 ") and "retention.ms" in line
               for line in nestbox.lines)


def test_tables_that_are_there_are_left_alone_and_a_difference_is_told(tmp_path, up):
    (tmp_path / "seed.jsonl").write_text('{"PK":"a","n":1}\n\n{"PK":{"S":"b"},"n":{"N":"2"}}\n')
    stack_file(tmp_path, "tables:\n  items:\n    keys: { PK: S }\n    seed: seed.jsonl\n")
    import conftest
    nestbox = up("--only", "aws")
    client = conftest.dynamodb_client(nestbox)
    items = client.scan(TableName="items")["Items"]
    assert sorted(items, key=lambda item: item["PK"]["S"]) == [
        {"PK": {"S": "a"}, "n": {"N": "1"}}, {"PK": {"S": "b"}, "n": {"N": "2"}}]
    client.delete_item(TableName="items", Key={"PK": {"S": "a"}})
    assert nestbox.stop() == 0
    nestbox = up("--only", "aws")
    assert not any("differs" in line for line in nestbox.lines), nestbox.output
    assert len(conftest.dynamodb_client(nestbox).scan(TableName="items")["Items"]) == 1
    assert nestbox.stop() == 0
    stack_file(tmp_path, "tables:\n  items:\n    keys: { PK: S, SK: S }\n")
    nestbox = up("--only", "aws")
    assert ("nestbox: table items differs from nestbox.yaml:2 and is left as it is: "
            "its keys are { PK: S }, not { PK: S, SK: S }") in nestbox.lines


def test_a_bad_seed_line_is_exit_code_3_and_leaves_no_table(tmp_path):
    (tmp_path / "seed.jsonl").write_text('{"PK":"a"}\n{"SK":"b"}\n')
    stack_file(tmp_path, "tables:\n  items: { keys: { PK: S }, seed: seed.jsonl }\n")
    result = run(tmp_path, "up", "--only", "aws", "--any-port")
    assert_one_sentence(result, 3, "seed.jsonl:2: ")
    (tmp_path / "seed.jsonl").write_text('{"PK":"a"}\n')
    import conftest
    nestbox = Nestbox(tmp_path, ["--only", "aws"]).start()
    try:
        assert len(conftest.dynamodb_client(nestbox).scan(TableName="items")["Items"]) == 1
    finally:
        nestbox.kill()


# exec


@pytest.mark.parametrize("command, code", [
    (["true"], 0),
    (["sh", "-c", "exit 7"], 7),
    (["sh", "-c", "kill -9 $$"], 137),
    (["sh", "-c", "kill -TERM $$"], 143),
    (["no-such-command-here"], 127),
    (["./no-such-file"], 127),
    (["/etc/passwd"], 126),
    (["/"], 126),
])
def test_exec_returns_the_code_of_its_command(tmp_path, command, code):
    result = run(tmp_path, "exec", "--only", "kafka", "--", *command)
    assert result.returncode == code
    assert result.stdout == ""
    assert (result.stderr == "") == (code not in (126, 127)), result.stderr
    assert len(result.stderr.splitlines()) <= 1


@pytest.mark.parametrize("arguments", [
    ["--frobnicate", "--", "true"],
    ["--only", "kafka"],
    ["--stack", "none.yaml", "--", "true"],
    ["--only", "kafka", "--data", "/proc/nowhere", "--", "true"],
])
def test_exec_s_own_failures_are_125(tmp_path, arguments):
    assert_one_sentence(run(tmp_path, "exec", *arguments), 125)


def test_exec_s_busy_port_and_lateness_are_125(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        assert_one_sentence(run(tmp_path, "exec", "--only", "kafka", "--kafka-port", port, "--", "true"), 125, port)
    stack_file(tmp_path, """
services:
  a: { command: [sh, -c, "echo why; sleep 100"], port: 1, needs: [] }
""")
    result = run(tmp_path, "exec", "--only", "a", "--ready-timeout", "1", "--", "true")
    assert result.returncode == 125 and "not ready after 1 s" in result.stderr
    assert "a | why" in result.stderr.splitlines()


def test_exec_gives_its_streams_and_the_environment_and_is_in_memory(tmp_path):
    result = run(
        tmp_path, "exec", "--only", "kafka", "--", "sh", "-c", "cat; echo $KAFKA_BROKERS; echo oops >&2",
        input="from stdin\n", environment={"TMPDIR": str(tmp_path)})
    lines = result.stdout.splitlines()
    assert lines[0] == "from stdin" and re.fullmatch(r"localhost:\d+", lines[1]) and len(lines) == 2
    assert result.stderr == "oops\n"
    assert list(tmp_path.iterdir()) == []


def test_exec_does_not_show_the_services_lines(tmp_path):
    web = script(tmp_path, "web.py", WEB)
    stack_file(tmp_path, f"services:\n  web: {{ command: {web}, port: 8080, ready: /up, needs: [] }}\n")
    result = run(tmp_path, "exec", "--only", "web", "sh", "-c", "echo $WEB_URL")
    assert re.fullmatch(r"http://localhost:\d+\n", result.stdout) and result.stderr == ""
    assert "8080" not in result.stdout


def test_two_execs_at_once_do_not_meet(tmp_path):
    both = [
        subprocess.Popen(
            [program(), "exec", "--only", "kafka", "--", "sh", "-c", "echo $KAFKA_BROKERS; sleep 0.5"],
            cwd=tmp_path, env=clean_environment(), stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=20)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert outputs[0] != outputs[1]


def test_a_signal_to_exec_goes_to_its_command(tmp_path):
    command = script(tmp_path, "command.py", """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))
print("here")
time.sleep(100)
""")
    process = subprocess.Popen(
        [program(), "exec", "--only", "kafka", "--", *json.loads(command)], cwd=tmp_path, env=clean_environment(),
        stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "here\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 9


def test_a_second_signal_to_exec_stops_at_once(tmp_path):
    process = subprocess.Popen(
        [program(), "exec", "--only", "kafka", "--", *json.loads(script(tmp_path, "a.py", STUBBORN))], cwd=tmp_path,
        env=clean_environment(TMPDIR=str(tmp_path)), stdout=subprocess.PIPE, text=True)
    pid = int(process.stdout.readline().split()[-1])
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "no\n"
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(2) == 128 + signal.SIGTERM
    wait_until(lambda: not is_alive(pid), 2, "the command's end")
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


def test_closed_standard_streams_do_not_lead_into_the_data(tmp_path):
    command = f'exec {program()} up --only kafka,aws --any-port <&- >&- 2>&-'
    process = subprocess.Popen(["sh", "-c", command], cwd=tmp_path, env=clean_environment())
    tables = tmp_path / ".nestbox/dynamodb/tables.sqlite"
    wait_until(lambda: tables.exists() and tables.stat().st_size > 0, 10, "the tables")
    descriptors = {number: os.readlink(f"/proc/{process.pid}/fd/{number}") for number in (0, 1, 2)}
    assert set(descriptors.values()) == {"/dev/null"}
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert tables.read_bytes().startswith(b"SQLite format 3")


def test_kill_9_of_exec_takes_its_command_along(tmp_path):
    process = subprocess.Popen(
        [program(), "exec", "--only", "kafka", "--", "sh", "-c", "echo $$; exec sleep 1000"], cwd=tmp_path,
        env=clean_environment(), stdout=subprocess.PIPE, text=True)
    pid = int(process.stdout.readline())
    process.kill()
    process.wait(5)
    wait_until(lambda: not is_alive(pid), 3, "the command's end")


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, directory, *arguments):
        self.output = b""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(directory)
            os.execve(program(), [program(), *arguments], clean_environment(TERM="xterm"))

    def wait_for(self, text, within=20):
        deadline = time.monotonic() + within
        while text.encode() not in self.output:
            assert time.monotonic() < deadline, self.output
            if select.select([self.descriptor], [], [], 0.1)[0]:
                try:
                    self.output += os.read(self.descriptor, 65536)
                except OSError:
                    break
        assert text.encode() in self.output, self.output

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def code(self):
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.descriptor)
        return code


def test_the_command_of_exec_keeps_the_terminal(tmp_path):
    command = json.loads(script(tmp_path, "command.py", """
import os, sys
print("foreground", os.tcgetpgrp(0) == os.getpgrp(), sys.stdin.isatty(), sys.stdout.isatty())
for _ in range(3):
    try:
        print("you typed", input("> "))
    except KeyboardInterrupt:
        print("interrupted")
sys.exit(11)
"""))
    terminal = Terminal(tmp_path, "exec", "--only", "kafka", "--", *command)
    terminal.wait_for("foreground True True True")
    terminal.type("servus\n")
    terminal.wait_for("you typed servus")
    for count in (1, 2):
        time.sleep(0.2)
        terminal.type("\x03")
        deadline = time.monotonic() + 5
        while terminal.output.count(b"interrupted") < count and time.monotonic() < deadline:
            terminal.wait_for("interrupted")
            if select.select([terminal.descriptor], [], [], 0.1)[0]:
                try:
                    terminal.output += os.read(terminal.descriptor, 65536)
                except OSError:
                    break
    assert terminal.code() == 11


def test_colour_is_for_terminals(tmp_path, up):
    stack_file(tmp_path, "services:\n  a: { command: [sh, -c, \"echo hello; sleep 100\"], needs: [] }\n")
    nestbox = up("--only", "a")
    wait_until(lambda: "a | hello" in nestbox.lines, 5, "a plain line")
    assert "\x1b" not in nestbox.output
    assert nestbox.stop() == 0
    terminal = Terminal(tmp_path, "up", "--only", "a")
    terminal.wait_for("Ready.")
    terminal.wait_for("hello")
    assert b"\x1b[" in terminal.output and b"m hello" in terminal.output
    terminal.type("\x03")
    assert terminal.code() == 0
