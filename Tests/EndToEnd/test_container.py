"""What `--container` changes, as the image sets it by NESTBOX_CONTAINER: who reaches the stack, and what harnesses read in its output."""

import pytest

from nestbox_process import Nestbox, http
from test_kafka_properties import brokers, free_ports, own_address


@pytest.fixture
def container(tmp_path):
    running = []

    def start(*arguments, **environment):
        aws, also, kafka = free_ports(3)
        nestbox = Nestbox(
            tmp_path, ["--only", "aws,kafka", "--data", "memory", "--aws-port", str(aws), "--kafka-port", str(kafka), *arguments],
            {"NESTBOX_CONTAINER": "true", "NESTBOX_ALSO_AWS_PORT": str(also), **environment}, any_port=False).start()
        running.append(nestbox)
        return nestbox, aws, also, kafka

    yield start
    for nestbox in running:
        assert nestbox.stop() == 0, nestbox.output


def test_it_listens_on_all_addresses_and_on_both_ports_of_dynamodb(container):
    nestbox, aws, also, _ = container()
    for host in ("127.0.0.1", "[::1]", own_address()):
        for port in (aws, also):
            assert http("GET", f"http://{host}:{port}/")[0] == 200
    assert nestbox.aws_url == f"http://localhost:{aws}"


def test_another_host_is_kept_to(container):
    _, aws, _, _ = container("--host", "127.0.0.1")
    with pytest.raises(OSError):
        http("GET", f"http://{own_address()}:{aws}/")


def test_the_lines_that_harnesses_wait_for_come_last_and_in_their_order(container):
    nestbox, *_ = container()
    assert "Transitioning from RECOVERY to RUNNING" in nestbox.lines[-2] and nestbox.lines[-1] == "Ready."


def test_who_comes_through_a_published_port_is_told_localhost_without_anything_advertised(container):
    _, _, _, kafka = container()
    # A peer with the broker's own address is what rootless engines make of a published port.
    assert brokers(own_address(), kafka) == [("localhost", kafka)]


def test_outside_a_container_the_line_is_not_printed_and_a_peer_is_told_where_it_came_to(tmp_path):
    (kafka,) = free_ports(1)
    nestbox = Nestbox(tmp_path, ["--only", "kafka", "--data", "memory", "--host", "0.0.0.0", "--kafka-port", str(kafka)],
                      any_port=False).start()
    try:
        assert "RECOVERY" not in nestbox.output
        assert brokers(own_address(), kafka) == [(own_address(), kafka)]
    finally:
        assert nestbox.stop() == 0
