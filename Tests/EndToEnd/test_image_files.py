"""The files of the image and the examples for CI: what they say, as far as it can be read. `make image-check` runs the image."""

import os
import pathlib
import re
import subprocess
import textwrap

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"
README = (ROOT / "Tests" / "EndToEnd" / "seed" / "README.ko.md").read_text()
DOCKERFILE = (DOCKER / "Dockerfile").read_text()


def read(path):
    return yaml.safe_load((ROOT / path).read_text())


def test_the_compose_file_is_the_seed_s_with_two_image_names_changed():
    original = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)[1]
    ours = re.sub(r"\A(#.*\n)+", "", (DOCKER / "docker-compose.yml").read_text())
    expected = re.sub(r"image: confluentinc/cp-\w+:7\.4\.0", "image: nestbox", original)
    assert ours == expected != original


@pytest.mark.parametrize("path", ["docker/docker-compose.override.yml", "docker/docker-compose.two-listeners.yml"])
def test_the_other_compose_files_name_services_of_the_same_kind(path):
    base, services = read("docker/docker-compose.yml")["services"], read(path)["services"]
    assert set(services) <= set(base) | {"dynamodb"}
    for service in services.values():
        assert "image" in service or "build" in service
        target = service.get("build", {}).get("target")
        assert target is None or re.search(rf"^FROM .* AS {target}$", DOCKERFILE, re.MULTILINE)


def test_the_workflow_for_github_has_both_ways():
    jobs = read("ci/github-actions.yml")["jobs"]
    assert set(jobs) == {"exec", "service"} and all(job["runs-on"] and job["steps"] for job in jobs.values())
    assert jobs["exec"]["container"]["image"] == "nestbox"
    assert jobs["exec"]["steps"][-1]["run"].startswith("nestbox exec ")
    service = jobs["service"]["services"]["nestbox"]
    assert service["image"] == "nestbox" and service["ports"] == ["8000:8000", "9092:9092"]
    assert jobs["service"]["env"]["KAFKA_BROKERS"] == "localhost:9092"
    for job in jobs.values():
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)
            if "run" in step:
                subprocess.run(["bash", "-n", "-c", step["run"]], check=True)


def test_the_pipeline_for_gitlab_has_both_ways():
    jobs = read("ci/gitlab-ci.yml")
    assert set(jobs) == {"exec", "service"} and all(job["image"] and job["script"] for job in jobs.values())
    assert jobs["exec"]["image"]["name"] == "nestbox" and jobs["exec"]["script"][-1].startswith("nestbox exec ")
    assert jobs["service"]["services"] == [{"name": "nestbox", "alias": "nestbox"}]
    assert jobs["service"]["variables"]["KAFKA_BROKERS"] == "nestbox:9092"
    for job in jobs.values():
        for line in job.get("before_script", []) + job["script"]:
            subprocess.run(["bash", "-n", "-c", line], check=True)


@pytest.mark.parametrize("path", sorted(p for p in (DOCKER / "rootfs").rglob("*") if p.is_file() and "." not in p.name.strip(".")
                                        or p.suffix == ".sh"), ids=lambda p: p.name)
def test_the_image_s_scripts_are_scripts(path):
    first = path.read_text().split("\n", 1)[0]
    assert first in ("#!/bin/sh", "#!/bin/bash") or path.name == "bash-config"
    assert os.access(path, os.X_OK) or path.name == "bash-config"
    subprocess.run(["sh" if first == "#!/bin/sh" else "bash", "-n", path], check=True)


@pytest.fixture
def shim(tmp_path):
    """The image's java, with a nestbox that prints what it is called with."""
    program = tmp_path / "nestbox"
    program.write_text("#!/bin/sh\necho CALL \"$@\"\n")
    program.chmod(0o755)

    def run(*words):
        ended = subprocess.run([DOCKER / "rootfs/usr/local/bin/java", *words], cwd=tmp_path, capture_output=True, text=True,
                               env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
        return ended.returncode, ended.stdout, ended.stderr
    return run


@pytest.mark.parametrize("words, environment, call", [
    ([], {}, "up --stack /nestbox/nestbox.yaml"),
    ([], {"NESTBOX_STACK": "/x.yaml"}, "up"),
    (["exec", "--", "x"], {}, "exec -- x"),
    (["wait", "--for", "ready"], {}, "wait --for ready"),
    (["echo", "CALL", "a program"], {}, "a program"),
    ([], {"ZOOKEEPER_CLIENT_PORT": "2181"}, "up --stack /etc/nestbox/zookeeper.yaml --data memory --only zookeeper"),
    ([], {"ZOOKEEPER_CLIENT_PORT": "tcp://10.0.0.1:2181"}, "up --stack /nestbox/nestbox.yaml"),
    ([], {"ZOOKEEPER_CLIENT_PORT": "2181", "KAFKA_ZOOKEEPER_CONNECT": "z:2181"}, "up --stack /nestbox/nestbox.yaml"),
    (["-jar", "DynamoDBLocal.jar", "-sharedDb"], {}, "up --only aws --stack /nestbox/nestbox.yaml --aws-port 8000"),
])
def test_the_entrypoint_starts_what_the_image_stands_for(shim, tmp_path, words, environment, call):
    programs = f"{tmp_path}:{DOCKER / 'rootfs/usr/local/bin'}:/usr/bin:/bin"
    ended = subprocess.run([DOCKER / "rootfs/usr/local/bin/docker-entrypoint.sh", *words], cwd=tmp_path, capture_output=True, text=True,
                           env={"PATH": programs, **environment})
    assert (ended.returncode, ended.stdout.splitlines()[-1:]) == (0, ["CALL " + call]), ended


UP = "CALL up --only aws --stack /nestbox/nestbox.yaml --aws-port "


@pytest.mark.parametrize("flags, call", [
    ("", "8000 --isolation credentials"),
    ("-sharedDb", "8000"),
    ("-inMemory -sharedDb -port 8001", "8001 --data memory"),
    ("-sharedDb -dbPath ./data -disableTelemetry -optimizeDbBeforeStartup -cors *", "8000 --data ./data"),
    ("-delayTransientStatuses -sharedDb", "8000 --table-delay 2s"),
])
def test_java_starts_what_dynamodb_local_s_flags_say(shim, flags, call):
    code, output, _ = shim("-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", *flags.split())
    assert code == 0 and output.splitlines()[-1] == UP + call
    assert output.startswith("Initializing DynamoDB Local with the following configuration:\nPort:\t")


@pytest.mark.parametrize("words, sentence", [
    (["-version"], "this image has no Java and understands only -jar DynamoDBLocal.jar; run it in another image"),
    (["-jar", "other.jar"], "this image has no Java and understands only -jar DynamoDBLocal.jar; run it in another image"),
    (["-jar"], "this image has no Java and understands only -jar DynamoDBLocal.jar; run it in another image"),
    (["-jar", "DynamoDBLocal.jar", "-port"], "-port needs a value"),
    (["-jar", "DynamoDBLocal.jar", "-nosuch"], "DynamoDB Local has no flag -nosuch; remove it"),
    (["-jar", "DynamoDBLocal.jar", "-inMemory", "-dbPath", "x"], "-inMemory and -dbPath cannot both be given; remove one"),
])
def test_java_refuses_what_it_does_not_understand_in_one_sentence(shim, words, sentence):
    code, output, errors = shim(*words)
    assert (code, output, errors) == (1, "", f"java: {sentence}\n")


def test_the_packages_of_the_image_have_every_library_that_the_program_is_linked_with():
    program = os.environ.get("NESTBOX_BIN", ROOT / ".build" / "release" / "nestbox")
    linked = set(re.findall(r"^\s*(lib(?:uv|sqlite3|ssl|yaml|snappy|lz4|zstd|z)\b[^ ]*)", subprocess.run(
        ["ldd", program], check=True, capture_output=True, text=True).stdout, re.MULTILINE))
    final = DOCKERFILE[DOCKERFILE.index("AS nestbox"):]
    package = {"uv": "libuv1", "sqlite3": "libsqlite3-0", "ssl": "libssl3", "yaml": "libyaml-0-2", "snappy": "libsnappy1v5",
               "lz4": "liblz4-1", "zstd": "libzstd1", "z": "zlib1g"}
    assert len(linked) == len(package)
    for library in linked:
        assert package[re.match(r"lib([a-z]+[34]?)", library)[1]] in final.split(), library
