"""Telling other services: an address that the owner typed in is called, and nothing of ours."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import current_app

from console.errors import Refused
from console.i18n import _
from console.unit import in_unit

SECONDS = 5.0
MOST_BYTES = 64 * 1024
#: IPv6 addresses that stand for one of IPv4.
TRANSLATED = IPv6Network("64:ff9b::/96")


class WebhookFailed(Exception):
    """The other service did not take the message; trying again later may help."""


def call_webhook(url: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """Post *message* as JSON to an https address on the internet; return the JSON it answers.

    Call it in a job or by a schedule, never in a unit. An address that is not https, or that
    leads into a private network, is `Refused`; redirects are not followed. Whatever else goes
    wrong within five seconds is `WebhookFailed`, without the address, which may be a secret.
    """
    if in_unit():
        raise RuntimeError("nothing in a unit may touch the network")
    parts = urlsplit(url.strip())
    connection = _connect(parts)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    body = json.dumps(message, ensure_ascii=False).encode()
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        with closing(connection.getresponse()) as answer:
            said = answer.read(MOST_BYTES)
    except (OSError, HTTPException) as problem:
        raise WebhookFailed(f"no answer: {type(problem).__name__}") from None
    finally:
        connection.close()
    if answer.status >= 300:
        raise WebhookFailed(f"the answer was {answer.status}")
    return _read(said)


def _connect(parts: SplitResult) -> HTTPConnection:
    """Prepare the connection to the very address that was checked."""
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    local = parts.scheme == "http" and _may_be_local() and host in ("127.0.0.1", "localhost")
    if not host or parts.username is not None or not (parts.scheme == "https" or local):
        raise Refused(_("The address must begin with https:// and name a host."))
    address = _resolve(host, port or 443)
    if local:
        return HTTPConnection(address, port, timeout=SECONDS)
    if not is_public(address):
        raise Refused(_("The address leads into a private network."))
    return _Pinned(host, port or 443, address)


def _may_be_local() -> bool:
    """Tell whether a test may call a server of its own."""
    return bool(current_app.extensions["console_config"].testing)


class _Pinned(HTTPSConnection):
    """A connection to a checked address, whatever the name resolves to by now."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=SECONDS, context=self._tls)
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _resolve(host: str, port: int) -> str:
    """Return the first address of a host; one private address among several is returned first."""
    try:
        found = [
            str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ]
    except (OSError, UnicodeError):
        raise WebhookFailed("there is no such host") from None
    return next((each for each in found if not is_public(each)), found[0])


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the internet, in whatever form it is written."""
    known: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(known, IPv6Address):
        inner = known.ipv4_mapped or known.sixtofour
        if known in TRANSLATED:
            inner = IPv4Address(int(known) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return known.is_global and not known.is_multicast


def _read(said: bytes) -> dict[str, Any]:
    try:
        told = json.loads(said)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
