"""Sign-in through an identity provider: a real one vouches, forged ones do not."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from northwatch.errors import InputError, ParameterError, ProviderError, UnreadableError
from northwatch.workstreams import keys, people, settings, signin
from northwatch.workstreams.record import Record
from northwatch.workstreams.settings import Provider
from northwatch.workstreams.signin import throttle
from tests.identity import CLIENT, CLIENT_SECRET, identity_provider, vouch
from tests.workstream import Browser, Clock, browser, code, made_record

ADDRESS = "https://made.localhost"
DOOR = "/signin"


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return made_record(tmp_path / "made", clock=Clock(datetime.now(UTC)))


def set_up(record: Record, issuer: str) -> Provider:
    provider = Provider(issuer=issuer, client_id=CLIENT, address=ADDRESS)
    keys.write_provider_secret(record.folder.keys, CLIENT_SECRET)
    known = settings.read_settings(record.folder)
    settings.write_settings(record.folder, known.model_copy(update={"provider": provider}))
    return provider


def linked(record: Record, provider: Provider, name: str, subject: str) -> None:
    with record.reading() as connection:
        found = people.member_id(connection, name)
    signin.link(record, provider, found, subject)


def answer_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


@pytest.fixture
def real(record: Record) -> Iterator[Provider]:
    with identity_provider(ADDRESS + signin.BACK) as running:
        provider = set_up(record, running.issuer)
        linked(record, provider, "berta", "b-17")
        yield provider


def come_back(who: Browser, subject: str) -> httpx.Response:
    """Leave for the provider, sign in there, and come back with what it said."""
    gone = who.get("/signin/provider")
    assert gone.status_code == 303
    who.cookie = gone.headers["set-cookie"].partition(";")[0]
    back = vouch(gone.headers["location"], subject)
    return who.get(back.removeprefix(ADDRESS))


@pytest.mark.usefixtures("real")
def test_a_member_is_vouched_for_and_gives_a_code_here(record: Record, tmp_path: Path) -> None:
    who = browser(record, tmp_path / "none")
    assert "Sign in with your organisation" in who.get(DOOR).text
    page = come_back(who, "b-17")
    assert "Your code, please" in page.text
    half = who.cookie.partition("=")[2]
    assert who.ask("GET", "/", headers={"cookie": f"__Host-login={half}"}).status_code == 401
    done = who.ask("POST", "/signin/code", data={"code": code(record)})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    cookies = done.headers.get_list("set-cookie")
    who.cookie = next(one for one in cookies if one.startswith("__Host-login")).partition(";")[0]
    assert "Berta of BBB" in who.get("/account").text
    assert signin.finish_half(record, half, code(record, steps=1), "here") is None, "used up"


@pytest.mark.usefixtures("real")
def test_whom_no_membership_awaits_sees_the_same(record: Record, tmp_path: Path) -> None:
    with record.writing() as connection:
        gone = people.member_id(connection, "carlo")
        people.end_member(connection, record, gone, by="")
    provider = settings.read_settings(record.folder).provider
    assert provider is not None
    signin.link(record, provider, gone, "c-9")
    seen = []
    for subject, given in (("b-17", "000000"), ("a stranger", code(record)), ("c-9", code(record))):
        who = browser(record, tmp_path / "none")
        page = come_back(who, subject)
        refused = who.ask("POST", "/signin/code", data={"code": given})
        seen.append((page.status_code, page.content, refused.status_code, refused.content,
                     [*page.headers], [*refused.headers]))  # fmt: skip
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][2] == 401


def test_an_answer_counts_for_the_browser_that_asked(record: Record, real: Provider) -> None:
    mine, theirs = signin.send(record, real), signin.send(record, real)
    back = answer_of(vouch(theirs.url, "b-17"))
    for held, told in (
        (mine.held, back),
        ("", back),
        (theirs.held, {**back, "state": ""}),
        (theirs.held, {**back, "iss": "https://other.example"}),
        (theirs.held, {name: back[name] for name in ("code", "state")}),
        (theirs.held, {**back, "code": "guessed"}),
    ):
        with pytest.raises(ProviderError):
            signin.take_back(record, real, held, told, "here")
    signin.take_back(record, real, theirs.held, back, "here")
    with pytest.raises(ProviderError):  # the provider gives nothing twice for one code
        signin.take_back(record, real, theirs.held, back, "here")
    assert signin.finish_half(record, theirs.held, code(record), "here") is not None


def test_the_code_is_owed_for_ten_minutes(record: Record, real: Provider) -> None:
    sent = signin.send(record, real)
    signin.take_back(record, real, sent.held, answer_of(vouch(sent.url, "b-17")), "here")
    assert isinstance(record.clock, Clock)
    record.clock.move(timedelta(minutes=10))
    assert signin.finish_half(record, sent.held, code(record), "here") is None


def test_whoever_tries_too_often_is_not_heard(record: Record, real: Provider) -> None:
    for _ in range(throttle.MOST["address"]):
        assert signin.finish_half(record, "nothing", "000000", "there") is None
    for address, is_in in (("there", False), ("here", True)):
        sent = signin.send(record, real)
        signin.take_back(record, real, sent.held, answer_of(vouch(sent.url, "b-17")), address)
        assert (signin.finish_half(record, sent.held, code(record), address) is not None) is is_in


def test_the_clients_secret_is_told_to_nobody(record: Record, real: Provider) -> None:
    keys.write_provider_secret(record.folder.keys, "wrongsecret")
    sent = signin.send(record, real)
    with pytest.raises(ProviderError) as refused:
        signin.take_back(record, real, sent.held, answer_of(vouch(sent.url, "b-17")), "here")
    for told in (sent.url, sent.held, str(refused.value)):
        assert "wrongsecret" not in told


def test_without_a_provider_its_addresses_are_the_door(record: Record, tmp_path: Path) -> None:
    who = browser(record, tmp_path / "none")
    door = who.get(DOOR)
    assert "organisation" not in door.text
    asked = (("GET", "/signin/provider"), ("GET", signin.BACK), ("POST", "/signin/code"))
    for method, path in asked:
        answer = who.ask(method, path)
        assert (answer.status_code, answer.content) == (401, door.content)


def test_a_provider_that_is_gone_is_said_and_passwords_go_on(
    record: Record, tmp_path: Path
) -> None:
    set_up(record, "http://127.0.0.1:9")
    who = browser(record, tmp_path / "none")
    for path in ("/signin/provider", f"{signin.BACK}?code=x&state=y"):
        answer = who.get(path)
        assert answer.status_code == 401
        assert "The identity provider" in answer.text
        assert "127.0.0.1" not in answer.text
    assert who.sign_in(record, "berta").status_code == 303


def test_an_account_is_one_members_and_a_link_ends(record: Record) -> None:
    provider = set_up(record, "https://id.example")
    linked(record, provider, "berta", "one")
    for name in ("berta", "boris"):
        with pytest.raises(InputError, match="linked already"):
            linked(record, provider, name, "one")
    with pytest.raises(ParameterError):
        linked(record, provider, "boris", "")
    linked(record, provider, "berta", "two")
    linked(record, provider, "boris", "one")
    with record.reading() as connection:
        found = people.member_id(connection, "berta")
    signin.unlink(record, found)
    linked(record, provider, "carla", "two")


# --- providers that lie --------------------------------------------------------------------------


class Liar:
    """A provider that signs what it is told to; its answers can be changed."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signs_by: Any = self.key
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.claims: dict[str, Any] = {}
        self.about: dict[str, Any] = {}
        self.status = 200
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self, path: str) -> dict[str, Any]:
        if path.startswith("/.well-known"):
            ends = {f"{use}_endpoint": f"{self.issuer}/{use}" for use in ("authorization", "token")}
            return {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/jwks", **ends, **self.about}
        if path == "/jwks":
            return {"keys": [self.key.as_dict(private=False)]}
        kinds = [self.header["alg"]]
        signed = jwt.encode(self.header, self.claims, self.signs_by, algorithms=kinds)
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told = json.dumps(liar.told(self.path)).encode()
                self.send_response(liar.status)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(told)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def liar() -> Iterator[Liar]:
    made = Liar()
    yield made
    made.server.shutdown()
    made.server.server_close()


def taken(record: Record, liar: Liar, lie: Callable[[Liar], None] = lambda _: None) -> bool:
    """Say whether what the provider says signs somebody in."""
    provider = set_up(record, liar.issuer)
    sent = signin.send(record, provider)
    asked = answer_of(sent.url)
    now = record.now_ms() // 1000
    liar.claims = {"iss": liar.issuer, "aud": CLIENT, "sub": "b-17", "iat": now, "exp": now + 60,
                   "nonce": asked["nonce"]}  # fmt: skip
    lie(liar)
    linked(record, provider, "berta", "b-17")
    told = {"code": "any", "state": asked["state"]}
    signin.take_back(record, provider, sent.held, told, "here")
    return signin.finish_half(record, sent.held, code(record), "here") is not None


def claim(name: str, value: object) -> Callable[[Liar], None]:
    return lambda liar: liar.claims.__setitem__(name, value)


def without(name: str) -> Callable[[Liar], None]:
    return lambda liar: liar.claims.__delitem__(name)


def about(name: str, value: object) -> Callable[[Liar], None]:
    return lambda liar: liar.about.__setitem__(name, value)


def signed_by_another(liar: Liar) -> None:
    liar.signs_by = RSAKey.generate_key(2048, {"kid": "one"})


def signed_by_the_shared_secret(liar: Liar) -> None:
    liar.header = {"alg": "HS256", "kid": "one"}
    liar.signs_by = OctKey.import_key(CLIENT_SECRET)


def not_signed(liar: Liar) -> None:
    liar.header = {"alg": "none", "kid": "one"}


def fails(liar: Liar) -> None:
    liar.status = 500


def test_what_is_true_is_taken(record: Record, liar: Liar) -> None:
    assert taken(record, liar)


@pytest.mark.parametrize(
    "lie",
    [
        claim("iss", "https://other.example"), claim("aud", "another client"),
        claim("aud", [CLIENT, "another client"]), claim("azp", "another client"),
        claim("nonce", "another"), claim("exp", 1), claim("iat", 9_999_999_999),
        claim("at_hash", "nonsense"), without("nonce"), without("sub"), without("exp"),
        without("aud"), signed_by_another, signed_by_the_shared_secret, not_signed, fails,
        about("issuer", "https://other.example"), about("token_endpoint", "http://far.example/"),
        about("jwks_uri", "file:///etc/passwd"),
        about("authorization_response_iss_parameter_supported", "yes"),
    ],
)  # fmt: skip
def test_no_lie_is_taken(record: Record, liar: Liar, lie: Callable[[Liar], None]) -> None:
    with pytest.raises(ProviderError):
        taken(record, liar, lie)


# --- what the keeper sets ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["http://id.example", "id.example", "", "https://", "file:///x"]
)
def test_an_address_that_is_not_encrypted_is_refused(address: str) -> None:
    with pytest.raises(ParameterError, match="https"):
        settings.new_provider(issuer=address, client_id=CLIENT, address=ADDRESS)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("url = [", "settings.toml"),
        ("colour = 1", "colour"),
        (
            '[provider]\nissuer = "http://far.example"\nclient_id = "a"\naddress = ""',
            "https",
        ),
    ],
)
def test_settings_that_are_none_are_named(record: Record, text: str, problem: str) -> None:
    record.folder.settings.write_text(text)
    with pytest.raises(UnreadableError, match=problem):
        settings.read_settings(record.folder)


def test_settings_are_read_as_written(record: Record) -> None:
    provider = Provider(issuer='https://id.example/"quoted"', client_id="ä", address=ADDRESS)
    for made in (settings.Settings(), settings.Settings(url="x", provider=provider)):
        settings.write_settings(record.folder, made)
        assert settings.read_settings(record.folder) == made
    assert record.folder.settings.stat().st_mode & 0o077 == 0
