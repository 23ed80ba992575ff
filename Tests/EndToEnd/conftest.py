"""Fixtures: running stacks, and real clients pointed at them."""

import signal

import boto3
import botocore.config
import pytest

from aws_wire import Wire
from nestbox_process import Nestbox

# A run in the background or under nohup(1) ignores these, and would hand that on to what the tests start.
for ignored in (signal.SIGHUP, signal.SIGQUIT):
    signal.signal(ignored, signal.SIG_DFL)


@pytest.fixture(scope="session")
def emulators(tmp_path_factory):
    """DynamoDB and Kafka alone, in memory, shared by the tests that make their own tables and topics."""
    nestbox = Nestbox(tmp_path_factory.mktemp("emulators"), ["--only", "aws,kafka", "--data", "memory"]).start()
    yield nestbox
    assert nestbox.stop() == 0, nestbox.output


@pytest.fixture
def stack(tmp_path):
    """The seed's whole stack on a fresh data directory."""
    nestbox = Nestbox(tmp_path).start()
    yield nestbox
    if nestbox.process.poll() is None:
        assert nestbox.stop() == 0, nestbox.output


@pytest.fixture
def start(tmp_path):
    """Starts one in the test's directory, as often as need be; what still runs at the end is killed."""
    started = []

    def start(*arguments):
        started.append(Nestbox(tmp_path, arguments).start())
        return started[-1]

    yield start
    for nestbox in started:
        nestbox.kill()


def dynamodb_client(nestbox, **settings):
    """A boto3 client as a user would make it, without retries that would hide an error."""
    return boto3.client(
        "dynamodb", endpoint_url=nestbox.aws_url, region_name="ap-northeast-2",
        aws_access_key_id="local", aws_secret_access_key="local",
        config=botocore.config.Config(
            retries={"max_attempts": 0}, connect_timeout=5, read_timeout=20, max_pool_connections=32, **settings))


@pytest.fixture(scope="session")
def dynamodb(emulators):
    return dynamodb_client(emulators)


@pytest.fixture(scope="session")
def wire(emulators):
    """DynamoDB's protocol by hand, for exact answers."""
    return Wire(emulators.aws_url)
