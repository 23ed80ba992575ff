"""What the checks act on: images, a network, containers, and programs on the host that plays the engine's."""

import json
import os
import pathlib
import shutil
import subprocess
import time

from image_check import compose
from image_check.container import HOST, Container, Network
from image_check.dockerfile import stages
from image_check.image import ROOT, Builder

DOCKER = ROOT / "docker"
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
# What a client is told, by one Metadata request (version 1) and nothing more: a client library would go on to the address at once.
BROKERS = """
import socket, struct, sys
host, port = sys.argv[1].rsplit(":", 1)
with socket.create_connection((host, int(port)), 10) as connection:
    request = struct.pack(">hhihi", 3, 1, 7, -1, 0)
    connection.sendall(struct.pack(">i", len(request)) + request)
    answer = connection.makefile("rb")
    answer.read(8)
    for _ in range(struct.unpack(">i", answer.read(4))[0]):
        node, length = struct.unpack(">ih", answer.read(6))
        print(answer.read(length).decode(), struct.unpack(">i", answer.read(4))[0], sep=":")
        answer.read(max(0, struct.unpack(">h", answer.read(2))[0]))
"""


class World:
    """Made once; every check takes its containers with it when it ends."""

    def __init__(self, work: pathlib.Path, say):
        self.work = work
        builder = Builder(ROOT / ".build" / "image-check", say)
        self.images = {name: builder.build(stage) for name, stage in stages((DOCKER / "Dockerfile").read_text()).items()
                       if name not in ("build", "service")}
        self.network = Network(f"nestbox-check-{os.getpid()}")
        self.containers: dict[str, Container] = {}
        self.started = 0

    def container(self, name, target="nestbox", **settings) -> Container:
        """docker run -d."""
        self.started += 1
        container = Container(self.network, self.images[target], name, self.work / f"{self.started}-{name}", **settings)
        self.containers[name] = container
        return container

    def compose_up(self, *files) -> dict[str, Container]:
        """docker compose up -d --wait: every service after those that it needs, all healthy at the end."""
        found = compose.services([(DOCKER / file).read_text() for file in files], KEYS)
        for service in found:
            # Names are there for all before the first starts, as the engine's resolver would have them by the time that they are asked for.
            volumes = [(self._volume(outside), inside) for outside, inside in service.volumes]
            self.container(service.name, service.target, environment=service.environment, command=service.command, volumes=volumes,
                           published=service.published)
        for service in found:
            for needed, how in service.needs.items():
                if how == "service_healthy":
                    self.containers[needed].wait_until_healthy()
            self.containers[service.name].start()
        for service in found:
            if self.containers[service.name].image.stage.health:
                self.containers[service.name].wait_until_healthy()
        return self.containers

    def _volume(self, name):
        """A file beside the compose file; or a named volume, which begins as the image's own folder: owned by its user."""
        if name.startswith("."):
            return DOCKER / name
        folder = self.work / "volumes" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            os.chown(folder, 1000, 0)
        return folder

    def remove_all(self):
        for container in self.containers.values():
            container.remove()
        self.containers = {}

    def close(self):
        self.remove_all()
        self.network.close()

    # Programs of the host and of other namespaces, with this machine's files

    def run_in(self, namespace, *words, seconds=30, environment=None):
        """Runs a program of this machine in a namespace; returns what it prints."""
        ended = subprocess.run(
            ["ip", "netns", "exec", self.network.namespace(namespace), *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=seconds, env={**os.environ, **(environment or {})})
        assert ended.returncode == 0, f"{words}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def on_host(self, *words, **settings):
        return self.run_in(HOST, *words, **settings)

    def brokers(self, namespace, address):
        """What the broker tells a client in a namespace that asks at an address."""
        return self.run_in(namespace, ROOT / ".venv/bin/python", "-c", BROKERS, address).strip()

    def curl(self, *words):
        return json.loads(self.on_host("curl", "-sS", "--max-time", "10", *words))

    def aws(self, port, *words):
        """aws on the host, against a published port."""
        environment = {**KEYS, "AWS_ENDPOINT_URL": f"http://localhost:{port}", "AWS_REGION": "ap-northeast-2", "AWS_EC2_METADATA_DISABLED": "true"}
        return json.loads(self.on_host(ROOT / ".venv/bin/aws", "--region", "ap-northeast-2", "--output", "json", *words, seconds=60,
                                       environment=environment))


def wait_until(condition, seconds, what):
    """Polls a condition; returns what it gave."""
    deadline = time.monotonic() + seconds
    while not (last := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return last


def needed_programs():
    """What must be on this machine, by Debian's package."""
    return {program: package for program, package in {
        "debootstrap": "debootstrap", "ip": "iproute2", "unshare": "util-linux", "nsenter": "util-linux", "chroot": "coreutils",
        "curl": "curl", "kcat": "kcat"}.items() if shutil.which(program) is None}
