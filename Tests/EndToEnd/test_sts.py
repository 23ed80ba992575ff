"""STS on the same port as DynamoDB: aws-cli and boto3, temporary credentials, signatures."""

import json
import subprocess
import urllib.parse

import boto3
import botocore.config
import botocore.exceptions
import pytest

from nestbox_process import http

ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"


def client(nestbox, service, key="local", secret="local", token=None):
    return boto3.client(
        service, endpoint_url=nestbox.aws_url, region_name="ap-northeast-2", aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token,
        config=botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=20))


def client_of(nestbox, service, credentials):
    return client(nestbox, service, credentials["AccessKeyId"], credentials["SecretAccessKey"],
                  credentials["SessionToken"])


def error_of(call, **parameters):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def test_aws_cli_asks_who_it_is(emulators):
    ran = subprocess.run(["aws", "sts", "get-caller-identity"], env=emulators.client_environment(),
                         capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "UserId": ACCOUNT, "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"}


def test_every_way_to_temporary_credentials(emulators):
    sts = client(emulators, "sts")
    session = sts.get_session_token(DurationSeconds=900)
    assert client_of(emulators, "sts", session["Credentials"]).get_caller_identity()["Arn"].endswith(":root")
    assumed = sts.assume_role(RoleArn=ROLE, RoleSessionName="me", SourceIdentity="me@home")
    assert assumed["SourceIdentity"] == "me@home"
    user = assumed["AssumedRoleUser"]
    assert user["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/me"
    identity = client_of(emulators, "sts", assumed["Credentials"]).get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (user["Arn"], user["AssumedRoleId"])
    web = sts.assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="pod", WebIdentityToken="a.b.c")
    assert web["Credentials"]["AccessKeyId"].startswith("ASIA")
    assert sts.get_access_key_info(AccessKeyId="AKIAIOSFODNN7EXAMPLE")["Account"] == ACCOUNT


def test_errors_are_sts_s(emulators):
    sts = client(emulators, "sts")
    assert error_of(sts.assume_role, RoleArn="nothing-valid-in-here", RoleSessionName="me") == (
        400, "ValidationError", "nothing-valid-in-here is invalid")
    assert error_of(sts.get_session_token, DurationSeconds=200_000)[1] == "ValidationError"
    assert error_of(sts.get_federation_token, Name="me") == (
        400, "InvalidAction", "Could not find operation GetFederationToken for version 2011-06-15")


def test_the_health_page_of_localstack(emulators):
    status, body = http("GET", emulators.aws_url + "/_localstack/health")
    assert status == 200
    services = json.loads(body)["services"]
    assert services["dynamodb"] == services["sts"] == "running"
    assert http("HEAD", emulators.aws_url + "/_localstack/health") == (200, "")


def test_signatures_are_checked_for_each_service(tmp_path, start):
    (tmp_path / "nestbox.yaml").write_text(
        "verify_signatures: true\ncredentials:\n  - { access_key_id: known, secret_access_key: secret }\n")
    nestbox = start("--only", "aws", "--data", "memory")
    sts = client(nestbox, "sts", "known", "secret")
    assert sts.get_caller_identity()["Account"] == ACCOUNT
    assert error_of(client(nestbox, "sts", "known", "wrong").get_caller_identity)[:2] == (403, "SignatureDoesNotMatch")
    assert error_of(client(nestbox, "sts", "other", "secret").get_caller_identity) == (
        403, "InvalidClientTokenId", "The security token included in the request is invalid.")
    # A presigned request, which carries its signature in the URL.
    url = sts.generate_presigned_url("get_caller_identity", HttpMethod="GET")
    status, body = http("GET", url)
    assert (status, f"<Account>{ACCOUNT}</Account>" in body) == (200, True)
    assert http("GET", url.replace("X-Amz-Signature=", "X-Amz-Signature=0"))[0] == 403
    form = "Action=GetCallerIdentity&Version=2011-06-15"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    status, body = http("POST", nestbox.aws_url, form, kind)
    assert (status, "<Code>MissingAuthenticationToken</Code>" in body) == (403, True)
    # A web identity has no key to sign with; what it gets opens every other service.
    form = urllib.parse.urlencode({
        "Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": ROLE, "RoleSessionName": "pod",
        "WebIdentityToken": "a.b.c"})
    assert http("POST", nestbox.aws_url, form, kind)[0] == 200
    credentials = sts.assume_role(RoleArn=ROLE, RoleSessionName="me")["Credentials"]
    assert client_of(nestbox, "dynamodb", credentials).list_tables()["TableNames"] == []
    credentials["SessionToken"] = "another"
    assert error_of(client_of(nestbox, "dynamodb", credentials).list_tables)[1] == "UnrecognizedClientException"
    assert nestbox.stop() == 0, nestbox.output


def test_temporary_credentials_see_the_tables_of_who_asked_for_them(start):
    nestbox = start("--only", "aws", "--data", "memory", "--isolation", "credentials")
    client(nestbox, "dynamodb", "mine", "s").create_table(
        TableName="mine", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}])
    credentials = client(nestbox, "sts", "mine", "s").assume_role(RoleArn=ROLE, RoleSessionName="me")["Credentials"]
    assert client_of(nestbox, "dynamodb", credentials).list_tables()["TableNames"] == ["mine"]
    assert client(nestbox, "dynamodb", "other", "s").list_tables()["TableNames"] == []
    assert nestbox.stop() == 0, nestbox.output
