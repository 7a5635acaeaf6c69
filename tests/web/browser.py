"""A real browser on a gate that is served on loopback, with the demo's people in it."""

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

import httpx
import uvicorn
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Response,
    expect,
    sync_playwright,
)

from gateway import wiring
from gateway.commands.population import fill
from gateway.commands.shared import partner_named
from gateway.domain.callers import Persona
from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.partners import Partner
from gateway.settings import Settings
from tests.edges.api.door import row
from tests.fakes.clock import Clock

PEOPLE: Final = 120
NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser")
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
)  # fmt: skip
PICTURES: Final = os.environ.get("DOELPOORT_PICTURES")  # noqa: TID251 - the tests' own setting
WIDE: Final = (1280, 900)
NARROW: Final = (320, 700)
PATIENT: Final = 60_000
"""Milliseconds that a page may take to show what is waited for: a loaded machine is slow."""


@dataclass(frozen=True, slots=True)
class Served:
    """A gate that answers at ``address``."""

    gateway: wiring.Gateway
    address: str

    def broken_policies(self) -> int:
        """Count what browsers reported."""
        lines = self.gateway.telemetry.exposition().splitlines()
        told = [line for line in lines if line.startswith("doelpoort_page_broke_its_policy")]
        return sum(int(line.rpartition(" ")[2]) for line in told)

    def day(self, ahead: int) -> date:
        """Return the day so many days ahead; this gate goes by the wall clock."""
        return self.gateway.actions.gate.clock.now().date() + timedelta(days=ahead)

    def linked(self, number: int, **values: object) -> dict[str, object]:
        """Return someone linked a month ago: late, but not before all others on every list."""
        return row(number, **({"koppel_datum": self.day(-30).isoformat()} | values))

    def partner(self, slug: str) -> Partner:
        """Return a partner by its short name."""
        return partner_named(slug, self.gateway.catalogue.partners)

    def ask(
        self,
        caller: tuple[str, str],
        method: str,
        path: str,
        body: object = None,
    ) -> httpx.Response:
        """Ask the gate's own interface as a partner's system does; ``caller`` is partner and role."""
        slug, role = caller
        actions, sites = (
            self.gateway.actions,
            frozenset(self.gateway.catalogue.codes.opvanglocaties),
        )
        assert actions.tokens is not None
        persona = Persona(self.partner(slug), RoleId(role), ActorId(f"{role}-1"), sites)
        token = actions.tokens.issue(persona, actions.gate.clock.now(), timedelta(hours=1))
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.request(method, self.address + path, json=body, headers=headers, timeout=60)


@contextmanager
def served(folder: Path, clock: Clock | None = None) -> Iterator[Served]:
    """Serve a gate with synthetic people from a thread; with a clock of one's own, nobody is there."""
    gateway = wiring.build(Settings(data=folder), create=True, clock=clock)
    if clock is None:
        asyncio.run(fill(gateway, PEOPLE))
    config = uvicorn.Config(gateway.app(), "127.0.0.1", 0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="served gate")
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the gate did not start"
            time.sleep(0.02)
        (port,) = {one.getsockname()[1] for one in server.servers[0].sockets}
        yield Served(gateway, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def browser() -> Iterator[Browser]:
    """Start the browser named by ``DOELPOORT_CHROMIUM``, or Debian's; fail where there is none."""
    asked = os.environ.get("DOELPOORT_CHROMIUM")  # noqa: TID251 - the tests' own setting
    found = asked or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"no browser: install chromium-headless-shell, or name one; tried {NAMES}"
    expect.set_options(timeout=PATIENT)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=list(FLAGS))


@dataclass(slots=True)
class Desk:
    """A worker's browser window, and what it complained about."""

    page: Page
    served: Served
    complaints: list[str]
    answers: list[Response] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the gate."""
        self.page.goto(self.served.address + path)
        return self.page

    def source(self) -> str:
        """Return the page that is shown as it was sent."""
        return next(one.text() for one in reversed(self.answers) if not 300 <= one.status < 400)

    def sign_in(self, name: str) -> None:
        """Come in by the demo's door."""
        self.go("/aanmelden")
        self.page.locator("li", has_text=name).get_by_role("button").click()
        self.page.wait_for_url(lambda url: "/aanmelden" not in url)

    def picture(self, name: str) -> None:
        """Keep a picture of the window, where pictures are asked for."""
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png")


def _wrong(said: ConsoleMessage) -> list[str]:
    """Leave out what a browser merely tells, such as that it cleared what we asked it to."""
    return [said.text] if said.type in {"error", "warning"} else []


def _keep(one: Desk, answer: Response) -> None:
    if answer.request.resource_type == "document":
        one.answers.append(answer)


@contextmanager
def desk(
    browser_: Browser,
    served_: Served,
    size: tuple[int, int] = WIDE,
    locale: str = "nl-NL",
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[Desk]:
    """Open a window of its own, with no cookie of another."""
    width, height = size
    context = browser_.new_context(
        viewport={"width": width, "height": height}, locale=locale, color_scheme=scheme
    )
    context.set_default_timeout(PATIENT)
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda said: complaints.extend(_wrong(said)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        one = Desk(page, served_, complaints)
        page.on("response", lambda answer: _keep(one, answer))
        yield one
    finally:
        context.close()
