"""What runs under the walk: a stack without tables, topics or services, and the two services, each from its .env file."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("NESTBOX_BIN", ROOT / ".build" / "release" / "nestbox")).resolve()
PORTS = {"order-service": 8080, "product-service": 8081}
PRODUCT_URL = "http://localhost:8081/api/v1/products/PROD001"


class Stack:
    """Everything of one walk lives in `directory`: it is where the README's reader sits."""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.processes = {}
        for name in (*PORTS, "home", "bin"):
            (directory / name).mkdir()
        # Kafka's tools, under their own names: the program goes by the name that it is called by.
        for tool in subprocess.run([PROGRAM, "help", "kafka-tools"], check=True, capture_output=True, text=True).stdout.split():
            (directory / "bin" / tool).symlink_to(PROGRAM)
        # curl's and aws's own settings: the lines stay as they are.
        (directory / "home" / ".curlrc").write_text('silent\nshow-error\nmax-time = 20\nwrite-out = "%{stderr}%{http_code}"\n')
        (directory / "empty.yaml").write_text("# No tables, topics or services: the README makes them.\n")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("NESTBOX_", "AWS_", "KAFKA_")) and "proxy" not in k.lower()}
        self.environment = {
            **kept, "HOME": str(directory / "home"), "PATH": f"{directory}/bin:{ROOT}/.venv/bin:{kept['PATH']}", "LC_ALL": "C.UTF-8",
            "AWS_ENDPOINT_URL": "http://localhost:8000", "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": "ap-northeast-2", "AWS_DEFAULT_OUTPUT": "json", "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start_emulators(self):
        """`nestbox up` on the README's ports, with nothing in it."""
        log = open(self.directory / "nestbox.log", "w")
        process = subprocess.Popen(
            [PROGRAM, "up", "--stack", "empty.yaml", "--data", "memory"], cwd=self.directory, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        self.processes["nestbox"] = process
        self._wait("nestbox", lambda: "Ready." in (self.directory / "nestbox.log").read_text().splitlines())

    def start_service(self, name, settings=None):
        """The service in the directory that the README has for it, its log beside that; ready when its health answer says so."""
        environment = {**self.environment, **(settings or {})}
        log = open(self.directory / f"{name}.log", "a")
        self.processes[name] = subprocess.Popen(
            [PROGRAM.parent / name], cwd=self.directory / name, env=environment, stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True)
        self._wait(name, lambda: self.health(name).get("status") == "healthy")

    def health(self, name):
        try:
            return json.loads(self.get(f"http://localhost:{PORTS[name]}/api/v1/health"))
        except OSError:
            return {}

    @staticmethod
    def get(url):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=5) as response:
            return response.read().decode()

    def _wait(self, name, condition, seconds=20):
        deadline = time.monotonic() + seconds
        while not condition():
            if self.processes[name].poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"readme-walk: {name} did not become ready:\n{(self.directory / f'{name}.log').read_text()}")
            time.sleep(0.02)

    def stop(self, *names):
        """Stops these, or all: services first."""
        for name in names or [*PORTS, "nestbox"]:
            process = self.processes.pop(name, None)
            if process is None:
                continue
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
