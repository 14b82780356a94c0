"""The door to users' URLs: a small internet of our own, with honest and with nasty servers."""

import datetime
import gzip
import ipaddress
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.outbound import (
    Internet,
    Limits,
    RefusedUrlError,
    TooMuchError,
    TooSlowError,
    UnreachableError,
    WrongContentError,
    addresses,
    check_url,
    fetch,
    post,
)

PUBLIC = "93.184.215.14"
OTHER_PUBLIC = "93.184.215.15"


class SmallInternet:
    """Names, public addresses, and the loopback servers that stand behind them."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.servers: dict[tuple[str, int], int] = {}
        self.connected: list[str] = []

    def name(self, host: str, *answers: list[str]) -> None:
        """Each look-up takes the next answer; the last one stays."""
        self.names[host] = list(answers)

    def resolve(self, host: str, port: int) -> list[str]:
        answers = self.names.get(host, [[]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **_options):
        self.connected.append(host)
        server = self.servers.get((host, port))
        if server is None:
            raise httpcore.ConnectError
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", server, timeout=timeout)

    def as_internet(self, trust: ssl.SSLContext | None = None) -> Internet:
        return Internet(resolve=self.resolve, backend=self, trust=lambda: trust)


@pytest.fixture
def internet():
    return SmallInternet()


@pytest.fixture
def serve():
    """Start a loopback server from a function of the handler; answers its port."""
    servers = []

    def start(answer: Callable, tls: ssl.SSLContext | None = None) -> int:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                answer(self)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *args):
                """A client that hangs up is what many of these tests are about."""

        server = Server(("127.0.0.1", 0), Handler)
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server.server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def say(handler, body: bytes = b"hello", *, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    headers = {"Content_Type": "text/plain", "Content_Length": str(len(body)), **headers}
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def redirect_to(url: str, status: int = 302) -> Callable:
    return lambda handler: say(handler, b"", status=status, Location=url)


@pytest.fixture
def site(internet, serve):
    """A public site `site.example` on port 80 that answers with the given function."""

    def start(answer: Callable = say, host: str = "site.example", address: str = PUBLIC) -> None:
        internet.name(host, [address])
        internet.servers[address, 80] = serve(answer)

    return start


def get(internet: SmallInternet, url: str = "http://site.example/", **options):
    return fetch(url, internet=internet.as_internet(), **options)


# What a URL may look like.


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://example.com:8443/a?b=c#d",
        "https://sub-domain.example.co.uk./",
        "https://bücher.example/",
        "http://93.184.215.14/",
        "http://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
    ],
)
def test_a_public_url_is_taken(url):
    assert check_url(url).startswith(url[:7])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com:80/",
        "javascript:alert(1)",
        "http://",
        "http://user@example.com/",
        "http://user:password@example.com/",
        "http://example.com\\@site.example/",
        "http://site.example\\.evil.example/",
        " http://example.com/",
        "http://exa mple.com/",
        "http://example.com\n/",
        "http://example.com:22/",
        "http://example.com:6379/",
        "http://example.com:0/",
        "http://localhost/",
        "http://postgres/",
        "http://127.0.0.1/",
        "http://127.0.0.1./",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://a.example.0x7f/",
        "http://example.1/",
        "http://1.2.3.4.5/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://172.31.255.255/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://224.0.0.251/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fd00:ec2::254]/",
        "http://[ff02::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:93.184.215.14]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[64:ff9b:1::a00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
        "http://[2001:db8::1]/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://127\u30020\u30020\u30021/",
        "http://\u2460\u2461\u2466.0.0.1/",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_anything_else_is_refused(url):
    with pytest.raises(RefusedUrlError):
        check_url(url)


def test_every_address_that_python_calls_private_is_refused_here_too():
    samples = [
        str(network[0] + step)
        for text in ("0.0.0.0/0", "2000::/3", "::/3", "fc00::/6")
        for network in [ipaddress.ip_network(text)]
        for step in range(0, network.num_addresses, max(1, network.num_addresses // 4093))
    ]

    wrong = [a for a in samples if addresses.is_public(a) and not ipaddress.ip_address(a).is_global]

    assert wrong == []


# What a fetch does.


def test_a_fetch_answers_with_what_is_there(internet, site):
    site(lambda handler: say(handler, "größer".encode(), Content_Type="text/plain; charset=utf-8"))

    fetched = get(internet)

    assert (fetched.status, fetched.text, fetched.content_type) == (200, "größer", "text/plain")
    assert internet.connected == [PUBLIC]


def test_the_server_hears_the_name_and_not_the_address(internet, site):
    site(lambda handler: say(handler, handler.headers["Host"].encode()))

    assert get(internet).text == "site.example"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1%2"]
)
def test_a_name_with_an_address_inside_is_never_connected_to(internet, address):
    internet.name("inside.example", [address])

    with pytest.raises(UnreachableError):
        get(internet, "http://inside.example/")
    assert internet.connected == []


def test_one_address_inside_spoils_a_name(internet, site):
    site()
    internet.name("site.example", [PUBLIC, "127.0.0.1"])

    with pytest.raises(UnreachableError):
        get(internet)
    assert internet.connected == []


def test_a_name_inside_and_a_name_that_does_not_exist_look_alike(internet):
    internet.name("inside.example", ["10.0.0.1"])

    messages = []
    for name in ("inside.example", "nowhere.example"):
        with pytest.raises(UnreachableError) as error:
            get(internet, f"http://{name}/")
        messages.append(str(error.value))

    assert messages[0] == messages[1]


def test_a_name_that_answers_differently_the_second_time_gains_nothing(internet, site):
    site()
    internet.name("site.example", [PUBLIC], ["127.0.0.1"])

    assert get(internet).text == "hello"
    with pytest.raises(UnreachableError):
        get(internet)
    assert internet.connected == [PUBLIC]


def test_the_next_address_is_tried_when_the_first_does_not_answer(internet, site):
    site()
    internet.name("site.example", [OTHER_PUBLIC, PUBLIC])

    assert get(internet).text == "hello"
    assert internet.connected == [OTHER_PUBLIC, PUBLIC]


# Redirects.


def test_redirects_are_followed_and_the_last_url_is_told(internet, site):
    site(redirect_to("http://other.example/there"))
    site(lambda handler: say(handler, handler.path.encode()), "other.example", OTHER_PUBLIC)

    fetched = get(internet)

    assert (fetched.url, fetched.text) == ("http://other.example/there", "/there")


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://localhost:6379/",
        "file:///etc/passwd",
        "http://user:pw@other.example/",
        "http://site.example:22/",
        "//127.0.0.1/",
    ],
)
def test_a_redirect_to_where_one_may_not_go_is_refused(internet, site, target):
    site(redirect_to(target))

    with pytest.raises(RefusedUrlError):
        get(internet)
    assert internet.connected == [PUBLIC]


def test_a_redirect_to_a_name_inside_is_refused_when_it_connects(internet, site):
    site(redirect_to("http://inside.example/"))
    internet.name("inside.example", ["192.168.0.1"])

    with pytest.raises(UnreachableError):
        get(internet)
    assert internet.connected == [PUBLIC]


def test_each_hop_to_the_same_name_is_resolved_and_checked_anew(internet, site):
    site(redirect_to("/again"))
    internet.name("site.example", [PUBLIC], ["127.0.0.1"])

    with pytest.raises(UnreachableError):
        get(internet)
    assert internet.connected == [PUBLIC]


def test_an_endless_redirect_ends(internet, site):
    site(redirect_to("/"))

    with pytest.raises(UnreachableError, match="too often"):
        get(internet, limits=Limits(redirects=3))
    assert len(internet.connected) == 4


def test_secret_headers_stay_with_the_origin_they_were_meant_for(internet, site):
    site(redirect_to("http://other.example/"))
    site(lambda handler: say(handler, str(handler.headers).encode()), "other.example", OTHER_PUBLIC)

    heard = get(internet, headers={"Authorization": "Bearer secret", "Accept": "text/*"}).text

    assert "secret" not in heard
    assert "text/*" in heard


def test_a_post_goes_to_one_address_and_follows_nothing(internet, site):
    def echo(handler):
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        say(handler, body, status=307, Location="http://other.example/")

    site(echo)

    answer = post(
        "http://site.example/hook",
        body=b'{"a": 1}',
        content_type="application/json",
        internet=internet.as_internet(),
    )

    assert answer.status == 307
    assert internet.connected == [PUBLIC]


# Limits.


def test_a_slow_drip_ends_at_the_deadline_of_the_whole(internet, site):
    hung_up = threading.Event()

    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        try:
            while not hung_up.wait(0.02):
                handler.wfile.write(b".")
                handler.wfile.flush()
        except OSError:
            hung_up.set()

    site(drip)

    with pytest.raises(TooSlowError):
        get(internet, limits=Limits(seconds=0.3))
    assert hung_up.wait(60)


def test_headers_that_drip_end_at_the_deadline_too(internet, site):
    hung_up = threading.Event()

    def drip(handler):
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not hung_up.wait(0.02):
                handler.wfile.write(b"X-Drip: 1\r\n")
                handler.wfile.flush()
        except OSError:
            hung_up.set()

    site(drip)

    with pytest.raises(TooSlowError):
        get(internet, limits=Limits(seconds=0.3))
    assert hung_up.wait(60)


def test_a_resolver_that_hangs_is_left_behind(internet):
    asked, done = threading.Event(), threading.Event()

    def resolve(host, port):
        asked.set()
        done.wait(30)
        return [PUBLIC]

    internet.resolve = resolve

    with pytest.raises(TooSlowError):
        get(internet, limits=Limits(seconds=0.2))
    assert asked.wait(60)
    done.set()


def test_a_body_that_says_it_is_too_big_is_not_read(internet, site):
    def big(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**12))
        handler.end_headers()

    site(big)

    with pytest.raises(TooMuchError):
        get(internet, limits=Limits(max_bytes=1000))


def test_a_body_without_an_end_is_cut_at_the_limit(internet, site):
    sent = 0
    hung_up = threading.Event()

    def endless(handler):
        nonlocal sent
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                sent += 1024
        except OSError:
            hung_up.set()

    site(endless)

    with pytest.raises(TooMuchError):
        get(internet, limits=Limits(max_bytes=10_000))
    assert hung_up.wait(60)


def test_a_body_of_exactly_the_limit_is_taken(internet, site):
    site(lambda handler: say(handler, b"x" * 1000))

    assert len(get(internet, limits=Limits(max_bytes=1000)).body) == 1000
    with pytest.raises(TooMuchError):
        get(internet, limits=Limits(max_bytes=999))


def test_a_packed_body_is_unpacked(internet, site):
    packed = gzip.compress(b"hello " * 1000)
    site(lambda handler: say(handler, packed, Content_Encoding="gzip"))

    assert get(internet).body == b"hello " * 1000


def test_a_gzip_bomb_is_stopped_while_it_unpacks(internet, site, monkeypatch):
    bomb = gzip.compress(b"\0" * 50_000_000)
    site(lambda handler: say(handler, bomb, Content_Encoding="gzip"))

    with pytest.raises(TooMuchError):
        get(internet, limits=Limits(max_bytes=100_000))


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_a_packing_that_was_not_asked_for_is_refused(internet, site, encoding):
    site(lambda handler: say(handler, b"?", Content_Encoding=encoding))

    with pytest.raises(WrongContentError):
        get(internet)


def test_what_is_not_packed_though_it_says_so_is_refused(internet, site):
    site(lambda handler: say(handler, b"plain", Content_Encoding="gzip"))

    with pytest.raises(WrongContentError):
        get(internet)


def test_only_the_wanted_kinds_of_content_come_in(internet, site):
    site(lambda handler: say(handler, b"<p>", Content_Type="Text/HTML; charset=utf-8"))

    assert get(internet, accept=("text/html",)).body == b"<p>"
    with pytest.raises(WrongContentError):
        get(internet, accept=("application/json",))


def test_a_server_that_hangs_up_or_talks_nonsense_is_unreachable(internet, site):
    site(lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n"))

    with pytest.raises(UnreachableError):
        get(internet)


# The allowance.


def test_an_allowed_origin_inside_is_reached_by_its_exact_name_and_port(internet, serve, settings):
    port = serve(say)
    internet.name("localhost", ["127.0.0.1"])
    internet.servers["127.0.0.1", port] = port
    settings.OUTBOUND_ALLOWED_ORIGINS = [f"http://localhost:{port}"]

    assert get(internet, f"http://localhost:{port}/").text == "hello"
    for other in (f"http://127.0.0.1:{port}/", "http://localhost/", "http://localhost:9/"):
        with pytest.raises(RefusedUrlError):
            get(internet, other)


def test_an_allowed_origin_may_not_redirect_further_inside(internet, serve, settings):
    port = serve(redirect_to("http://127.0.0.1:6379/"))
    internet.name("localhost", ["127.0.0.1"])
    internet.servers["127.0.0.1", port] = port
    settings.OUTBOUND_ALLOWED_ORIGINS = [f"http://localhost:{port}"]

    with pytest.raises(RefusedUrlError):
        get(internet, f"http://localhost:{port}/")


# TLS.


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for `site.example`, and a client's trust in it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site.example")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("site.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "site.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    trust = ssl.create_default_context(cafile=str(file))
    return server, trust


@pytest.fixture
def tls_site(internet, serve, certificate):
    server, trust = certificate
    heard: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: heard.append(name)
    internet.servers[PUBLIC, 443] = serve(say, tls=server)
    internet.name("site.example", [PUBLIC])
    internet.name("wrong.example", [PUBLIC])
    return trust, heard


def test_tls_is_verified_for_the_name_though_the_address_is_connected_to(internet, tls_site):
    trust, heard = tls_site

    assert fetch("https://site.example/", internet=internet.as_internet(trust)).text == "hello"
    assert (heard, internet.connected) == (["site.example"], [PUBLIC])


def test_a_certificate_of_another_name_is_not_believed(internet, tls_site):
    trust, _heard = tls_site

    with pytest.raises(UnreachableError):
        fetch("https://wrong.example/", internet=internet.as_internet(trust))


def test_a_certificate_that_nobody_vouches_for_is_not_believed(internet, tls_site):
    with pytest.raises(UnreachableError):
        fetch("https://site.example/", internet=internet.as_internet(ssl.create_default_context()))
