"""What the services' client signs and where it goes, held to botocore by the same questions to both."""

import json
import os
import pathlib
import random
import subprocess
import time

import botocore.endpoint_provider
import botocore.exceptions
import botocore.loaders
import pytest

from aws_fakes import Keys, signature
from nestbox_process import program

PATHS = ["/", "", "/a", "/a/", "/a/b%20c", "//", "/a//b", "/./a", "/a/../b", "/a/b/..", "/%E2%98%83", "/~-._", "/a+b", "/a%2Fb",
         "/(x)!*'", "/a:b@c", "/.."]
WORDS = ["", "a", "b", "ab", "A", "0", "-", "~", "x y", "é", "雪", "🦉", "+", "%", "=", "&", "/", "a,b", "\"q\"", "tab\there"]


def ask(questions):
    """aws-probe's answers, one for each question."""
    probe = pathlib.Path(program()).parent / "aws-probe"
    run = subprocess.run(
        [probe], input="".join(json.dumps(question) + "\n" for question in questions), capture_output=True, text=True,
        check=True, timeout=60)
    return [json.loads(line) for line in run.stdout.splitlines()]


class Requests:
    """Random requests, the same ones for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self, most=3):
        return " ".join(self.random.choices(WORDS, k=self.random.randint(0, most)))

    def query(self):
        quoted = [word.encode() for word in WORDS]
        def part():
            return "".join(
                chr(byte) if chr(byte).isalnum() and byte < 128 or chr(byte) in "-_.~" else f"%{byte:02X}"
                for byte in self.random.choice(quoted))
        pairs = [(part(), part()) for _ in range(self.random.randint(0, 4))]
        return "&".join(f"{name}={value}" for name, value in pairs if name)

    def headers(self):
        host = self.random.choice(["dynamodb.eu-west-1.amazonaws.com", "localhost:8000", "x.example.org"])
        headers = [("Host", host)]
        for number in range(self.random.randint(0, 4)):
            blanks = [" " * self.random.randint(0, 3) for _ in range(4)]
            value = blanks[0] + self.random.choice(["a", "a" + blanks[1] + "b", "A  \t B", "", "x-y;z=1", "é"]) + blanks[2]
            name = self.random.choice(["X-Amz-Target", "Content-Type", "x-custom", "X-Custom", "Accept", "a"]) + str(number % 2)
            headers.append((name, value))
        self.random.shuffle(headers)
        return headers

    def next(self):
        keys = Keys(
            "AKIA" + str(self.random.randint(0, 9)),
            token=self.random.choice([None, "token", "a/b+c==" * 40]))
        keys.secret = self.random.choice(["secret", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "ü"])
        when = time.gmtime(self.random.randint(0, 4_000_000_000))
        return keys, {
            "ask": "sign", "method": self.random.choice(["GET", "POST", "PUT", "DELETE"]),
            "path": self.random.choice(PATHS), "query": self.query(), "headers": self.headers(),
            "body": self.random.choice(["", "{}", self.text(20), "ü" * 1000]),
            "region": self.random.choice(["eu-west-1", "ap-northeast-2"]),
            "service": self.random.choice(["dynamodb", "sts"]), "time": time.strftime("%Y%m%dT%H%M%SZ", when),
            "access_key": keys.id, "secret_key": keys.secret, **({"token": keys.token} if keys.token else {})}


def test_signatures_equal_botocores(record_property):
    seed = int(os.environ.get("SIGNATURE_SEED", random.randrange(1 << 32)))
    requests = Requests(seed)
    asked = [requests.next() for _ in range(600)]
    answers = ask([question for _, question in asked])
    assert len(answers) == len(asked)
    for (keys, question), answer in zip(asked, answers):
        headers = question["headers"] + [("X-Amz-Date", question["time"])]
        if keys.token:
            headers.append(("X-Amz-Security-Token", keys.token))
        host = dict(question["headers"])["Host"]
        url = f"https://{host}{question['path']}" + (f"?{question['query']}" if question["query"] else "")
        expected = signature(
            keys, question["method"], url, headers, question["body"].encode(), question["service"], question["region"],
            question["time"])
        names = ";".join(sorted({name.lower() for name, _ in headers}))
        day = question["time"][:8]
        assert answer == {
            "X-Amz-Date": question["time"], **({"X-Amz-Security-Token": keys.token} if keys.token else {}),
            "Authorization": f"AWS4-HMAC-SHA256 Credential={keys.id}/{day}/{question['region']}/{question['service']}/aws4_request, "
                             f"SignedHeaders={names}, Signature={expected}"}, f"SIGNATURE_SEED={seed}: {question}"


@pytest.mark.parametrize("service", ["dynamodb", "sts"])
def test_endpoints_equal_botocores_in_every_region(service):
    loader = botocore.loaders.create_loader()
    partitions = loader.load_data("partitions")
    provider = botocore.endpoint_provider.EndpointProvider(
        loader.load_service_model(service, "endpoint-rule-set-1"), partitions)
    regions = [region for partition in partitions["partitions"] for region in partition["regions"] if "global" not in region]
    regions += ["eu-nowhere-9", "us-gov-nowhere-1", "cn-nowhere-1"]
    assert len(regions) > 35
    questions, expected = [], []
    for region in regions:
        for fips in (False, True):
            for dual_stack in (False, True):
                try:
                    url = provider.resolve_endpoint(
                        Region=region, UseFIPS=fips, UseDualStack=dual_stack,
                        **({"UseGlobalEndpoint": False} if service == "sts" else {})).url
                except botocore.exceptions.EndpointProviderError as error:
                    pytest.fail(f"{region}: {error}")
                expected.append({"url": url + "/"})
                questions.append({"ask": "endpoint", "service": service, "environment": {
                    "AWS_REGION": region, "HOME": "/nowhere", "AWS_USE_FIPS_ENDPOINT": str(fips).lower(),
                    "AWS_USE_DUALSTACK_ENDPOINT": str(dual_stack).lower()}})
    for question, answer, wanted in zip(questions, ask(questions), expected):
        assert answer == wanted, question
