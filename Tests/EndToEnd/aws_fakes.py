"""Small fakes of AWS for a client that was built for the real one: DynamoDB and STS behind a proxy, the endpoints that lend credentials.

The fakes' signer is botocore's: a request is only answered when its signature equals the one that AWS's own client makes.
"""

import datetime
import email.utils
import http.server
import json
import re
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.parse
import zlib

import botocore.auth
import botocore.awsrequest
import botocore.credentials

REGION = "ap-northeast-2"
HOSTS = [f"{service}.{REGION}.amazonaws.com" for service in ("dynamodb", "sts")] + ["localhost"]
SIGNED_FORMAT = "%Y%m%dT%H%M%SZ"


def certificate(directory):
    """A key and a certificate for AWS's hosts, which is also the file of authorities that trusts it."""
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    names = ",".join("DNS:" + host for host in HOSTS)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", key, "-out", certificate, "-subj", "/CN=fake", "-addext", "subjectAltName=" + names],
        check=True, capture_output=True)
    return key, certificate


def iso(seconds):
    """A moment as AWS writes an expiry."""
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Keys:
    """An access key that the fakes know, with its secret and perhaps its token and its end."""

    def __init__(self, name, token=None, lifetime=3600):
        self.id, self.secret, self.token = name, "secret of " + name, token
        self.expiry = time.time() + lifetime

    def environment(self):
        variables = {"AWS_ACCESS_KEY_ID": self.id, "AWS_SECRET_ACCESS_KEY": self.secret}
        return {**variables, "AWS_SESSION_TOKEN": self.token} if self.token else variables

    def profile(self, name):
        return f"[{name}]\naws_access_key_id = {self.id}\naws_secret_access_key = {self.secret}\n"

    def document(self, token="Token"):
        return {"AccessKeyId": self.id, "SecretAccessKey": self.secret, token: self.token, "Expiration": iso(self.expiry)}


def signature(keys, method, url, headers, body, service, region, timestamp):
    """What botocore's signer signs this request with, over exactly these headers."""
    request = botocore.awsrequest.AWSRequest(method=method, url=url, data=body)
    for name, value in headers:
        request.headers.add_header(name, value)
    request.context["timestamp"] = timestamp
    signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(keys.id, keys.secret, keys.token), service, region)
    return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)


class Quiet(http.server.BaseHTTPRequestHandler):
    """HTTP/1.1 with connections kept, and without a log."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, headers=()):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))


class AWSHandler(Quiet):
    """DynamoDB and STS, by the host that was asked for."""

    def do_POST(self):
        aws, body = self.server.aws, self.body()
        is_sts = self.headers["Host"].startswith("sts.")
        form = dict(urllib.parse.parse_qsl(body.decode())) if is_sts else {}
        operation = form["Action"] if is_sts else self.headers["X-Amz-Target"].split(".")[1]
        aws.requests.append((self.headers["Host"], operation, self.key_id()))
        if is_sts and operation == "AssumeRoleWithWebIdentity":
            return self.lend(form, None if form["WebIdentityToken"] == aws.web_identity else "the token is not known")
        refusal = self.refusal(body, "sts" if is_sts else "dynamodb")
        if is_sts:
            return self.lend(form, refusal and refusal[1])
        if refusal:
            return self.fail(*refusal)
        script = aws.script.get(operation, [])
        if script:
            step = script.pop(0)
            return step(self) if callable(step) else self.fail(*step)
        self.send({"Items": [], "Count": 0, "ScannedCount": 0} if operation == "Query" else {}, 200)

    def key_id(self):
        found = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        return found and found[1]

    def refusal(self, body, service):
        """(code, message) when the signature is not the one that botocore makes, or not of now."""
        aws = self.server.aws
        claim = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/(\w+)/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)",
            self.headers.get("Authorization", ""))
        if not claim:
            return "MissingAuthenticationTokenException", "Request is missing Authentication Token"
        keys = aws.keys.get(claim[1])
        if keys is None or keys.token != self.headers.get("X-Amz-Security-Token"):
            return "UnrecognizedClientException", "The security token included in the request is invalid."
        stamp = self.headers["X-Amz-Date"]
        signed = datetime.datetime.strptime(stamp, SIGNED_FORMAT).replace(tzinfo=datetime.timezone.utc).timestamp()
        if abs(signed - aws.now()) > 300:
            return "InvalidSignatureException", f"Signature expired: {stamp} is now earlier than {iso(aws.now() - 300)}"
        names = claim[4].split(";")
        assert {"host", "x-amz-date"} <= set(names) and (not keys.token or "x-amz-security-token" in names)
        headers = [(name, self.headers[name]) for name in names]
        url = f"https://{self.headers['Host']}{self.path}"
        if claim[5] != signature(keys, "POST", url, headers, body, service, REGION, stamp) or claim[2] != REGION:
            return "InvalidSignatureException", "The request signature we calculated does not match."
        if keys.expiry < aws.now():
            return "ExpiredTokenException", "The security token included in the request is expired"
        return None

    def send(self, answer, status, headers=()):
        body = json.dumps(answer).encode()
        headers = [*headers, ("x-amz-crc32", str(zlib.crc32(body))), ("Date", email.utils.formatdate(self.server.aws.now(), usegmt=True))]
        self.answer(status, body, headers)

    def fail(self, code, message="m", status=400, headers=()):
        self.send({"__type": "com.amazonaws.dynamodb.v20120810#" + code, "message": message}, status, headers)

    def lend(self, form, refusal):
        aws = self.server.aws
        if refusal:
            return self.answer(403, f"<ErrorResponse><Error><Code>AccessDenied</Code><Message>{refusal}</Message></Error></ErrorResponse>")
        keys = aws.roles[form["RoleArn"]]
        self.answer(200, f"""<{form['Action']}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{form['Action']}Result>
            <Credentials><AccessKeyId>{keys.id}</AccessKeyId><SecretAccessKey>{keys.secret}</SecretAccessKey>
            <SessionToken>{keys.token}</SessionToken><Expiration>{iso(keys.expiry)}</Expiration></Credentials>
            </{form['Action']}Result></{form['Action']}Response>""")


class ProxyHandler(socketserver.StreamRequestHandler):
    """CONNECT: what is asked for behind it is AWS, with AWS's names."""

    def handle(self):
        line = self.rfile.readline().decode()
        while self.rfile.readline().strip():
            pass
        method, target, _ = line.split()
        self.server.aws.connected.append(target)
        if method != "CONNECT" or target.rsplit(":", 1)[0] not in HOSTS:
            self.request.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        self.request.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.server.aws.serve(self.request, self.client_address)


class DirectHandler(socketserver.BaseRequestHandler):
    """The same AWS without the proxy."""

    def handle(self):
        self.server.aws.serve(self.request, self.client_address)


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64


class FakeAWS:
    """DynamoDB and STS in one region, reached through `proxy` by their own names, or directly as localhost."""

    def __init__(self, directory):
        key, self.bundle = certificate(directory)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.bundle, key)
        self.keys, self.roles, self.script = {}, {}, {}
        self.web_identity = None
        self.seconds_ahead = 0
        self.requests, self.connected = [], []
        self.servers = [self._start(handler) for handler in (ProxyHandler, DirectHandler)]
        self.proxy, self.direct = (f"localhost:{server.server_address[1]}" for server in self.servers)

    def _start(self, handler):
        server = Threads(("127.0.0.1", 0), handler)
        server.aws = self
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def serve(self, connection, address):
        try:
            with self.tls.wrap_socket(connection, server_side=True) as secured:
                AWSHandler(secured, address, self.servers[0])
        except (OSError, ssl.SSLError):
            pass  # The client has refused the certificate, or gone.

    def knows(self, *keys):
        for known in keys:
            self.keys[known.id] = known

    def now(self):
        return time.time() + self.seconds_ahead

    def environment(self):
        """What leads a client here: the region, the proxy and the authority. Nothing names an endpoint."""
        return {"AWS_REGION": REGION, "HTTPS_PROXY": "http://" + self.proxy, "AWS_CA_BUNDLE": str(self.bundle)}

    def asked(self, operation="GetItem"):
        """The access keys of the requests for an operation, in order."""
        return [key for _, name, key in self.requests if name == operation]

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()


class LendingHandler(Quiet):
    """A container's endpoint, and EC2's instance metadata service in its version 2."""

    def do_PUT(self):
        lending = self.server.lending
        lending.asked.append("PUT " + self.path)
        good = self.path == "/latest/api/token" and self.headers["X-aws-ec2-metadata-token-ttl-seconds"] == "21600"
        self.answer(200 if good else 400, "session" if good else "")

    def do_GET(self):
        lending = self.server.lending
        lending.asked.append("GET " + self.path)
        if self.path == "/container":
            if self.headers.get("Authorization") != lending.token:
                return self.answer(403, "{}")
            return self.answer(200, json.dumps(lending.next().document()))
        if self.headers.get("X-aws-ec2-metadata-token") != "session":
            return self.answer(401, "")
        if self.path == "/latest/meta-data/iam/security-credentials/":
            return self.answer(200, "a-role")
        if self.path == "/latest/meta-data/iam/security-credentials/a-role":
            return self.answer(200, json.dumps({"Code": "Success", **lending.next().document()}))
        self.answer(404, "")


class Lending:
    """Lends these keys, one after the other; the last one again and again."""

    def __init__(self, *keys, token=None):
        self.keys, self.token, self.asked = list(keys), token, []
        self.server = Threads(("127.0.0.1", 0), LendingHandler)
        self.server.lending = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def next(self):
        return self.keys.pop(0) if len(self.keys) > 1 else self.keys[0]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
