"""The services' DynamoDB client against AWS as it is in earnest: by region, TLS and proxy, with every source of credentials.

The service under test is the real binary; it is told nothing that it would not be told in AWS. The endpoints are fakes (aws_fakes.py) that
check each signature by botocore's signer.
"""

import json
import os
import pathlib
import socket
import subprocess
import threading
import time

import pytest

from aws_fakes import FakeAWS, Keys, Lending
from nestbox_process import http, program, wait_until

ROLE = "arn:aws:iam::123456789012:role/orders"


class Service:
    """An order-service of its own, without Kafka."""

    def __init__(self, directory, environment):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/api/v1"
        self.log = directory / "service.log"
        variables = {
            "PATH": os.environ["PATH"], "HOME": str(directory), "PORT": str(port), "BIND_ADDRESS": "127.0.0.1",
            "KAFKA_BROKERS": "127.0.0.1:1", "AWS_EC2_METADATA_DISABLED": "true", **environment}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [pathlib.Path(program()).parent / "order-service"], cwd=directory, env=variables, stderr=log, stdout=log)

    def start(self):
        def answers():
            try:
                return http("GET", self.url + "/orders/none")[0] == 400
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
        wait_until(answers, 10, "a service that answers")
        return self

    def get(self):
        """Asks for an order that there is not: 404 when DynamoDB has answered, 500 when it has not."""
        return http("GET", self.url + "/orders/1")[0]

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        return self.process.wait(10)


@pytest.fixture
def aws(tmp_path):
    aws = FakeAWS(tmp_path)
    yield aws
    aws.close()


@pytest.fixture
def run(tmp_path, aws):
    """Starts a service that finds the fake AWS by region and proxy, with more variables."""
    services = []

    def start(environment=None, files=None):
        for name, text in (files or {}).items():
            (tmp_path / ".aws").mkdir(exist_ok=True)
            (tmp_path / ".aws" / name).write_text(text)
        services.append(Service(tmp_path, {**aws.environment(), **(environment or {})}))
        return services[-1].start()

    yield start
    for service in services:
        service.stop()


@pytest.fixture
def lending():
    made = []

    def lend(*keys, **settings):
        made.append(Lending(*keys, **settings))
        return made[-1]

    yield lend
    for server in made:
        server.close()


# Each source by itself


def test_keys_of_the_environment_reach_awss_own_host_over_tls_by_the_proxy(aws, run):
    keys = Keys("ENVIRONMENT", token="a/token+with=signs")
    aws.knows(keys)
    service = run(keys.environment())
    assert service.get() == 404
    assert set(aws.connected) == {"dynamodb.ap-northeast-2.amazonaws.com:443"}
    assert {host for host, _, _ in aws.requests} == {"dynamodb.ap-northeast-2.amazonaws.com"}
    assert set(aws.asked()) == {"ENVIRONMENT"}


@pytest.mark.parametrize("file", ["credentials", "config"])
def test_keys_of_a_profile(aws, run, file):
    aws.knows(keys := Keys("PROFILE"))
    section = "work" if file == "credentials" else "profile work"
    assert run({"AWS_PROFILE": "work"}, {file: keys.profile(section)}).get() == 404
    assert set(aws.asked()) == {"PROFILE"}


def test_a_role_is_assumed_by_the_keys_of_its_source_profile(aws, run):
    aws.knows(base := Keys("BASE"), lent := Keys("LENT", token="lent"))
    aws.roles[ROLE] = lent
    config = f"[profile work]\nrole_arn = {ROLE}\nsource_profile = base\n" + base.profile("profile base")
    assert run({"AWS_PROFILE": "work"}, {"config": config}).get() == 404
    assert ("sts.ap-northeast-2.amazonaws.com", "AssumeRole", "BASE") in aws.requests
    assert set(aws.asked()) == {"LENT"}


def test_what_a_credential_process_prints(aws, run, tmp_path):
    aws.knows(keys := Keys("PROCESS", token="t"))
    document = {"Version": 1, **keys.document("SessionToken")}
    script = tmp_path / "lend keys"
    script.write_text(f"#!/bin/sh\nprintf '%s' '{json.dumps(document)}'\n")
    script.chmod(0o755)
    assert run(files={"config": f'[default]\ncredential_process = "{script}" --for me\n'}).get() == 404
    assert set(aws.asked()) == {"PROCESS"}


def test_a_web_identity(aws, run, tmp_path):
    aws.knows(lent := Keys("IDENTITY", token="t"))
    aws.roles[ROLE] = lent
    aws.web_identity = "header.payload.signature"
    (tmp_path / "token").write_text(aws.web_identity + "\n")
    environment = {"AWS_ROLE_ARN": ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")}
    assert run(environment).get() == 404
    assert ("sts.ap-northeast-2.amazonaws.com", "AssumeRoleWithWebIdentity", None) in aws.requests
    assert set(aws.asked()) == {"IDENTITY"}


@pytest.mark.parametrize("how", ["variable", "file"])
def test_a_containers_endpoint_with_its_token(aws, run, lending, tmp_path, how):
    aws.knows(keys := Keys("CONTAINER", token="t"))
    endpoint = lending(keys, token="Bearer of-the-container")
    environment = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url + "/container"}
    if how == "variable":
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = endpoint.token
    else:
        (tmp_path / "authorization").write_text(endpoint.token)
        environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(tmp_path / "authorization")
    # A proxy for plain HTTP must not see the token.
    assert run({**environment, "http_proxy": "http://127.0.0.1:1"}).get() == 404
    assert endpoint.asked == ["GET /container"]
    assert set(aws.asked()) == {"CONTAINER"}


def test_a_foreign_host_is_not_told_the_containers_token(aws, run, lending):
    endpoint = lending(Keys("CONTAINER", token="t"), token="secret")
    environment = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url.replace("127.0.0.1", "127.0.0.1.nip.io") + "/container",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "secret"}
    service = run(environment)
    assert service.get() == 500
    assert "neither https nor an address of this host" in service.log.read_text()
    assert endpoint.asked == []


@pytest.mark.parametrize("disabled", [False, True])
def test_the_instance_metadata_service_by_version_2_unless_it_is_disabled(aws, run, lending, disabled):
    aws.knows(keys := Keys("INSTANCE", token="t"))
    metadata = lending(keys)
    environment = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url + "/", "AWS_EC2_METADATA_DISABLED": str(disabled).lower()}
    service = run(environment)
    if disabled:
        assert service.get() == 500
        assert metadata.asked == []
        assert "No AWS credentials were found" in service.log.read_text()
    else:
        assert service.get() == 404
        path = "GET /latest/meta-data/iam/security-credentials/"
        assert metadata.asked == ["PUT /latest/api/token", path, path + "a-role"]
        assert set(aws.asked()) == {"INSTANCE"}


def test_sources_are_asked_in_the_sdks_order(aws, run, lending, tmp_path):
    names = ["ENVIRONMENT", "IDENTITY", "PROFILE", "CONTAINER", "INSTANCE"]
    keys = {name: Keys(name, token=None if name == "PROFILE" else "t") for name in names}
    aws.knows(*keys.values())
    aws.roles[ROLE], aws.web_identity = keys["IDENTITY"], "token"
    (tmp_path / "token").write_text("token")
    environment = {
        "ENVIRONMENT": keys["ENVIRONMENT"].environment(),
        "IDENTITY": {"AWS_ROLE_ARN": ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")},
        "PROFILE": {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "shared")},
        "CONTAINER": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": lending(keys["CONTAINER"]).url + "/container"},
        "INSTANCE": {"AWS_EC2_METADATA_SERVICE_ENDPOINT": lending(keys["INSTANCE"]).url, "AWS_EC2_METADATA_DISABLED": "false"},
    }
    (tmp_path / "shared").write_text(keys["PROFILE"].profile("default"))
    while environment:
        aws.requests.clear()
        service = run({name: value for source in environment.values() for name, value in source.items()})
        assert service.get() == 404
        service.stop()
        first = next(iter(environment))
        assert set(aws.asked()) == {first}
        del environment[first]


# Their end


def test_keys_that_near_their_end_are_replaced_without_a_request_failing(aws, run, lending):
    aws.knows(old := Keys("OLD", token="old", lifetime=200), new := Keys("NEW", token="new"))
    endpoint = lending(old, new)
    service = run({"AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url + "/container"})

    def asked_with_new():
        assert service.get() == 404
        return aws.asked()[-1] == "NEW"
    wait_until(asked_with_new, 20, "a request with the new keys")
    assert len(endpoint.asked) == 2


def test_keys_that_aws_calls_expired_are_asked_for_again_at_once(aws, run, lending):
    aws.knows(old := Keys("OLD", token="old"), new := Keys("NEW", token="new"))
    service = run({"AWS_CONTAINER_CREDENTIALS_FULL_URI": lending(old, new).url + "/container"})
    wait_until(lambda: aws.asked("Query"), 10, "a request")
    old.expiry = 0
    assert service.get() == 404
    assert aws.asked()[-1] == "NEW"


# Failures


@pytest.fixture
def failing(aws, run):
    """A service whose GetItem gets these answers first; how often it asked, and what it answered in the end."""
    aws.knows(keys := Keys("KEY"))

    def ask(*script, environment=None, times=1):
        service = run({**keys.environment(), **(environment or {})})
        aws.script["GetItem"] = list(script)
        statuses = [service.get() for _ in range(times)]
        return len(aws.asked()), statuses
    return ask


def cut(handler):
    """Takes a request and hangs up."""
    handler.close_connection = True
    handler.connection.close()


def garbled(handler):
    """An answer that does not match its checksum."""
    handler.answer(200, "{}", [("x-amz-crc32", "1")])


DOWN = ("InternalServerError", "m", 500)
SLOW_DOWN = ("ProvisionedThroughputExceededException", "m", 400)


@pytest.mark.parametrize("script", [
    [DOWN], [("ServiceUnavailable", "m", 503), DOWN, ("x", "m", 502)], [cut], [garbled], [("RequestTimeout", "m", 400)]])
def test_failures_that_pass_are_not_seen(failing, script):
    assert failing(*script) == (len(script) + 1, [404])


def test_four_attempts_and_no_more(failing):
    assert failing(*[DOWN] * 9) == (4, [500])


def test_as_many_attempts_as_AWS_MAX_ATTEMPTS_says(failing):
    assert failing(*[DOWN] * 9, environment={"AWS_MAX_ATTEMPTS": "2"}) == (2, [500])


def test_throttling_is_waited_out_by_the_second(failing):
    began = time.monotonic()
    # The wait is random from nothing to a second; what the service asks for makes it certain.
    assert failing((*SLOW_DOWN, [("x-amz-retry-after", "700")])) == (2, [404])
    assert time.monotonic() - began >= 0.7


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFoundException", "AccessDeniedException"])
def test_what_will_not_pass_is_not_tried_again(failing, code):
    assert failing((code,)) == (1, [500])


def test_a_service_that_is_down_is_spared_when_the_bucket_is_empty(failing):
    asked, statuses = failing(*[DOWN] * 200, times=30)
    assert set(statuses) == {500}
    # 500 tokens at 14 each are 35 retries; the other requests of the service may bring back tokens for a few more.
    assert 30 + 35 <= asked <= 30 + 35 + 5


@pytest.mark.parametrize("ahead", [-7200, 3600])
def test_a_clock_that_is_wrong_is_put_right_by_awss(aws, run, ahead):
    aws.knows(keys := Keys("KEY", lifetime=86_400))
    aws.seconds_ahead = ahead
    service = run(keys.environment())
    assert service.get() == 404
    wait_until(lambda: len(aws.asked("Query")) >= 8, 10, "the first look at the outbox")
    aws.requests.clear()
    for _ in range(5):
        assert service.get() == 404
    assert len(aws.asked()) == 5, "every later request is signed at the right time at once"


def test_a_wrong_secret_is_refused_once(aws, run):
    aws.knows(keys := Keys("KEY"))
    service = run({**keys.environment(), "AWS_SECRET_ACCESS_KEY": "wrong"})
    assert service.get() == 500
    assert len(aws.asked()) == 1


# TLS, proxies, endpoints


def test_a_certificate_of_nobody_is_refused_before_anything_is_sent(aws, run):
    aws.knows(keys := Keys("KEY"))
    service = run({**keys.environment(), "AWS_CA_BUNDLE": "", "AWS_MAX_ATTEMPTS": "1"})
    assert service.get() == 500
    assert aws.requests == [] and aws.connected


def test_a_certificate_for_another_name_is_refused(aws, run):
    aws.knows(keys := Keys("KEY"))
    address = aws.direct.replace("localhost", "127.0.0.1")
    environment = {**keys.environment(), "AWS_ENDPOINT_URL": "https://" + address, "NO_PROXY": "127.0.0.1", "AWS_MAX_ATTEMPTS": "1"}
    assert run(environment).get() == 500
    assert aws.requests == []


@pytest.mark.parametrize("exceptions, by_proxy", [("localhost", False), ("elsewhere", True)])
def test_no_proxy_names_what_is_reached_without_one(aws, run, exceptions, by_proxy):
    aws.knows(keys := Keys("KEY"))
    environment = {**keys.environment(), "AWS_ENDPOINT_URL_DYNAMODB": f"https://{aws.direct}", "no_proxy": exceptions}
    assert run(environment).get() == 404
    assert bool(aws.connected) == by_proxy


def test_ignored_endpoints_lead_to_aws_itself(aws, run):
    aws.knows(keys := Keys("KEY"))
    environment = {
        **keys.environment(), "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
    config = "[default]\nendpoint_url = http://127.0.0.1:1\n"
    assert run(environment, {"config": config}).get() == 404
    assert aws.asked()


@pytest.mark.parametrize("environment, mend", [
    ({"AWS_CA_BUNDLE": "/nowhere"}, "AWS_CA_BUNDLE"),
    ({"AWS_MAX_ATTEMPTS": "some"}, "give 1 or more"),
    ({"AWS_ENDPOINT_URL": "localhost:8000"}, "write it as http"),
    ({"AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://localhost:1"}, "take one of the two out"),
    ({"KAFKA_SASL_MECHANISM": "PLAIN"}, "set it to SASL_SSL"),
    ({"KAFKA_SECURITY_PROTOCOL": "SSL", "KAFKA_SSL_KEY_LOCATION": "/dev/null"}, "KAFKA_SSL_CERTIFICATE_LOCATION too"),
])
def test_what_cannot_be_used_ends_the_service_at_its_start_with_the_mend(aws, tmp_path, environment, mend):
    service = Service(tmp_path, {**aws.environment(), **environment})
    try:
        assert service.process.wait(10) == 1
    finally:
        service.stop()
    assert mend in service.log.read_text()


def test_many_requests_at_once_survive_a_wrong_clock(aws, run):
    aws.knows(keys := Keys("KEY", lifetime=86_400))
    service = run(keys.environment())
    aws.seconds_ahead = 3600
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(service.get())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [404] * 16
