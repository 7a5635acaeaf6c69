"""An OpenID provider as a process: idpyoidc answers, and what is here carries its words over HTTP.

Who someone is, code and PKCE, tokens, sessions, and the logout token that it posts to the gate
itself are all the library's. Arguments: a port, the gate's address, the client's secret, and the
claims of the people by name (JSON); each person's password is her name.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from idpyoidc.server import Server
from idpyoidc.server.configure import OPConfiguration
from idpyoidc.server.endpoint import Endpoint

HOST: Final = "127.0.0.1"
CLIENT: Final = "doelpoort"
PROVEN_BY: Final = "client_secret_basic"
KEYS: Final = {"key_defs": [{"type": "OCT", "use": [use], "kid": use} for use in ("enc", "sig")]}
PKCE: Final = {"essential": True, "code_challenge_methods": {"S256": None}}
ENDPOINTS: Final[Mapping[str, tuple[str, str, Mapping[str, object]]]] = {
    "provider_config": (
        ".well-known/openid-configuration",
        "provider_config.ProviderConfiguration",
        {},
    ),
    "authorization": ("authorization", "authorization.Authorization", {}),
    "token": ("token", "token.Token", {"client_authn_method": [PROVEN_BY]}),
    "session": (
        "session",
        "session.Session",
        {"logout_verify_url": "verify", "post_logout_uri_path": "over", "signing_alg": "RS256"},
    ),
}


def configured(issuer: str, people: Mapping[str, Mapping[str, object]]) -> OPConfiguration:
    """Say what the library is to be: people known by Basic authentication, PKCE demanded."""
    library = "idpyoidc.server"
    conf = {
        "issuer": issuer,
        "key_conf": {"key_defs": [{"type": "RSA", "use": ["sig"]}], "uri_path": "jwks"},
        "cookie_handler": {
            "class": f"{library}.cookie_handler.CookieHandler",
            "kwargs": {"keys": KEYS},
        },
        "endpoint": {
            name: {"path": path, "class": f"{library}.oidc.{kind}", "kwargs": dict(words)}
            for name, (path, kind, words) in ENDPOINTS.items()
        },
        "add_ons": {
            "pkce": {"function": f"{library}.oauth2.add_on.pkce.add_support", "kwargs": PKCE}
        },
        "authentication": {
            "user": {
                "acr": "basic",
                "class": f"{library}.user_authn.user.BasicAuthn",
                "kwargs": {"pwd": {name: name for name in people}},
            }
        },
        "userinfo": {"class": f"{library}.user_info.UserInfo", "kwargs": {"db": people}},
        "token_handler_args": {
            "code": {"lifetime": 600},
            "token": {"lifetime": 600},
            "id_token": {
                "class": f"{library}.token.id_token.IDToken",
                "kwargs": {"base_claims": dict.fromkeys(("name", "oin", "roles"))},
            },
        },
    }
    return OPConfiguration(conf, base_path=".")


def built(
    issuer: str, gate: str, secret: str, people: Mapping[str, Mapping[str, object]]
) -> Server:
    """Build the library's server, and register the gate with it."""
    server = Server(configured(issuer, people))
    context = server.context
    context.cdb[CLIENT] = {
        "client_id": CLIENT,
        "client_secret": secret,
        "redirect_uris": [(f"{gate}/aanmelden/terug", None)],
        "post_logout_redirect_uri": [(f"{gate}/aanmelden", None)],
        "response_types_supported": ["code"],
        "token_endpoint_auth_method": PROVEN_BY,
        "allowed_scopes": ["openid", "profile"],
        "backchannel_logout_uri": f"{gate}/aanmelden/einde",
        "backchannel_logout_session_required": True,
    }
    # idpyoidc 5.0.0 fails at the end of a session for a client known by its id alone; ours never is.
    context.client_authn_methods = {PROVEN_BY: context.client_authn_methods[PROVEN_BY]}
    return server


class Window(BaseHTTPRequestHandler):
    """Carries one request to the library, and its answer back."""

    provider: Server

    def do_GET(self) -> None:
        """Ask what the address asks."""
        address = urlsplit(self.path)
        if address.path == "/jwks":
            self._say(200, self.provider.context.keyjar.export_jwks_as_json())
        elif address.path == "/verify":
            self._sign_off(dict(parse_qsl(address.query)))
        else:
            self._ask(address.path, dict(parse_qsl(address.query)))

    def do_POST(self) -> None:
        """Ask what the form asks."""
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._ask(self.path, dict(parse_qsl(form)))

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _sign_off(self, asked: Mapping[str, str]) -> None:
        """Let the library end a session; it tells the gate before this answers."""
        desk = self.provider.get_endpoint("session")
        desk.do_verified_logout(desk.unpack_signed_jwt(asked["sjwt"])["sid"])
        self._say(200, "", _set(desk.kill_cookies()))

    def _ask(self, path: str, asked: dict[str, str]) -> None:
        desk = next(
            one for one in self.provider.endpoint.values() if path == f"/{one.endpoint_path}"
        )
        proof = self.headers.get("Authorization", "")
        told = {"headers": {"authorization": proof}, "cookie": self._cookies()}
        request = desk.parse_request(asked, http_info=told)
        found = desk.process_request(request, http_info=told, authn=proof)
        if "redirect_location" in found:
            self._say(303, "", [("Location", f"/{found['redirect_location']}")])
        else:
            self._answer(desk, desk.do_response(request=request, **found))

    def _answer(self, desk: Endpoint, answer: Mapping[str, Any]) -> None:
        headers = [*answer["http_headers"], *_set(answer.get("cookie", []))]
        if desk.response_placement == "url":
            self._say(303, "", [*headers, ("Location", answer["response"])])
        else:
            self._say(answer.get("response_code", 200), answer["response"], headers)

    def _cookies(self) -> list[dict[str, str]]:
        kept = (one.strip().partition("=") for one in self.headers.get("Cookie", "").split(";"))
        return [{"name": name, "value": value} for name, _, value in kept if name]

    def _say(self, code: int, text: str, headers: Iterable[tuple[str, str]] = ()) -> None:
        body = text.encode()
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _set(cookies: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Hand out cookies, or take them back: without ``Secure``, as there is no TLS here."""
    words = [(one["name"], one["value"], one.get("expires")) for one in cookies]
    return [("Set-Cookie", f"{n}={v}" + (f"; Expires={e}" if e else "")) for n, v, e in words]


def main(port: str, gate: str, secret: str, people: str) -> None:
    """Serve until the process is ended."""
    Window.provider = built(f"http://{HOST}:{port}", gate, secret, json.loads(people))
    ThreadingHTTPServer((HOST, int(port)), Window).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
