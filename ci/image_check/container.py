"""Containers without an engine: a network of namespaces, and programs that are the first process of theirs."""

import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time

from image_check.image import PATH, Image, mounted, run

SUBNET = "10.89.77"
HOST = "host"
BRIDGE = "containers"


class Network:
    """A namespace that plays the host, with a bridge; one more for each container on it. All of them are this script's own."""

    def __init__(self, prefix: str):
        self.prefix = prefix
        self.addresses: dict[str, str] = {}
        self.number = 1
        self.add(HOST)
        self.inside(HOST, "ip", "link", "add", BRIDGE, "type", "bridge")
        self.inside(HOST, "ip", "address", "add", f"{SUBNET}.1/24", "dev", BRIDGE)
        self.inside(HOST, "ip", "link", "set", BRIDGE, "up")

    def namespace(self, name):
        return f"{self.prefix}-{name}"

    def add(self, name):
        run("ip", "netns", "add", self.namespace(name))
        self.inside(name, "ip", "link", "set", "lo", "up")

    def attach(self, name):
        """A namespace with an address on the bridge, whose gateway is the host."""
        self.add(name)
        # Never one that was used before: the kernel takes its time to forget the links of a namespace that is gone.
        self.number += 1
        number = self.number
        self.addresses[name] = f"{SUBNET}.{number}"
        self.inside(HOST, "ip", "link", "add", f"v{number}", "type", "veth", "peer", "name", "eth0", "netns", self.namespace(name))
        self.inside(HOST, "ip", "link", "set", f"v{number}", "master", BRIDGE, "up")
        self.inside(name, "ip", "address", "add", f"{self.addresses[name]}/24", "dev", "eth0")
        self.inside(name, "ip", "link", "set", "eth0", "up")
        self.inside(name, "ip", "route", "add", "default", "via", f"{SUBNET}.1")

    def inside(self, name, *words):
        return run("ip", "netns", "exec", self.namespace(name), *words)

    def detach(self, name):
        run("ip", "netns", "delete", self.namespace(name))
        self.addresses.pop(name, None)

    def close(self):
        for name in [*self.addresses, HOST]:
            run("ip", "netns", "delete", self.namespace(name))


class Container:
    """One container: a writable layer of its own, a network namespace, process ids of its own."""

    def __init__(self, network: Network, image: Image, name: str, place: pathlib.Path, *, environment=(), command=None, entrypoint=None,
                 user=None, volumes=(), published=()):
        self.network, self.image, self.name, self.place = network, image, name, place
        stage = image.stage
        self.environment = {"PATH": PATH, "HOSTNAME": name, **stage.environment, **dict(environment)}
        self.words = [*(stage.entrypoint if entrypoint is None else entrypoint),
                      *((stage.command if entrypoint is None else []) if command is None else command)]
        self.user = user or stage.user
        self.volumes = list(volumes)
        upper = place / "upper"
        upper.mkdir(parents=True)
        upper.chmod(0o755)
        self.root = mounted(place, image.layers, upper)
        self.log_file = place / "log"
        self.forwarders = []
        network.attach(name)
        for outside, inside in published:
            self.publish(outside, inside)

    # Life

    def start(self):
        """Starts the first process, with everybody's names in its hosts file, as the engine's resolver has them."""
        names = "".join(f"{address} {name}\n" for name, address in self.network.addresses.items())
        (self.root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n" + names)
        mounts = [f"mount -t proc proc {self.root}/proc", f"hostname {self.name}"]
        for outside, inside in self.volumes:
            target = self.root / inside.lstrip("/")
            target.mkdir(parents=True, exist_ok=True) if os.path.isdir(outside) else target.touch()
            mounts.append(f"mount --bind {outside} {target}")
        self.log = open(self.log_file, "ab")
        script = " && ".join([*mounts, "exec " + shlex.join(self._chroot(self.words))])
        self.outer = subprocess.Popen(
            ["ip", "netns", "exec", self.network.namespace(self.name), "unshare", "--mount", "--pid", "--uts", "--ipc", "--fork",
             "--kill-child", "sh", "-c", script],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)
        self.pid = self._first_process()
        return self

    def _chroot(self, words, user=None):
        user, _, group = (user or self.user).partition(":")
        settings = [f"{name}={value}" for name, value in self.environment.items()]
        number = user if user.isdigit() else run("chroot", self.root, "id", "-u", user).strip()
        group = group or ("0" if user.isdigit() else run("chroot", self.root, "id", "-g", user).strip())
        return ["chroot", f"--userspec={number}:{group}", f"--groups={group}", str(self.root), "env", "-i", "-C", self.image.stage.directory,
                *settings, *words]

    def _first_process(self):
        children = pathlib.Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children")
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                if found := children.read_text().split():
                    return int(found[0])
            except OSError:
                break
            time.sleep(0.01)
        raise AssertionError(f"{self.name} did not start:\n{self.output}")

    @property
    def output(self):
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def wait_for_output(self, pattern, seconds=20):
        """As harnesses do it: the log has a line."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.output):
            assert self.outer.poll() is None, f"{self.name} ended with {self.outer.returncode}:\n{self.output}"
            assert time.monotonic() < deadline, f"{self.name} did not print {pattern}:\n{self.output}"
            time.sleep(0.02)

    def execute(self, *words, user=None, seconds=30):
        """docker exec."""
        ended = subprocess.run(
            ["nsenter", "--target", str(self.pid), "--mount", "--pid", "--net", "--uts", "--ipc", *self._chroot(words, user)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds)
        return ended

    def is_healthy(self):
        """What the health check says now."""
        return self.execute(*self.image.stage.health, seconds=10).returncode == 0

    def wait_until_healthy(self, seconds=20):
        began = time.monotonic()
        while not self.is_healthy():
            assert self.outer.poll() is None, f"{self.name} ended with {self.outer.returncode}:\n{self.output}"
            last = self.execute(*self.image.stage.health)
            assert time.monotonic() - began < seconds, f"{self.name} is not healthy: {last.stdout}{last.stderr}\n{self.output}"
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self, seconds=10):
        """docker stop: the image's stop signal, and its end within the engine's patience; returns the exit code."""
        if self.outer.poll() is None:
            os.kill(self.pid, getattr(signal, self.image.stage.stop_signal))
        try:
            return self.outer.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(self.pid, signal.SIGKILL)
            self.outer.wait()
            raise AssertionError(f"{self.name} did not end within {seconds} s of {self.image.stage.stop_signal}:\n{self.output}") from None

    def copy_in(self, path, text, mode=0o755):
        """docker cp, as root."""
        target = self.root / path.lstrip("/")
        making = target.with_name(target.name + ".new")
        making.write_text(text)
        making.chmod(mode)
        making.rename(target)

    def publish(self, outside, inside):
        """-p OUTSIDE:INSIDE: as the engine's proxy, so that the container sees the gateway."""
        forwarder = subprocess.Popen(
            ["ip", "netns", "exec", self.network.namespace(HOST), sys.executable, pathlib.Path(__file__).with_name("forward.py"),
             str(outside), self.network.addresses[self.name], str(inside)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.forwarders.append(forwarder)
        assert forwarder.stdout.readline(), f"port {outside} cannot be published"

    def remove(self):
        """docker rm -f."""
        for forwarder in self.forwarders:
            forwarder.kill()
            forwarder.wait()
            forwarder.stdout.close()
        if getattr(self, "outer", None) is not None and self.outer.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
            self.outer.wait()
        run("umount", "--lazy", self.root)
        self.network.detach(self.name)
