"""What is packed on its way to the browser, and what is not."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from console import packing

WORDS = "a member of the salon " * 500
GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    packing.install(app)
    app.add_url_rule("/page", "page", lambda: WORDS)
    app.add_url_rule("/short", "short", lambda: "short")
    app.add_url_rule("/rows", "rows", lambda: Response((WORDS for _ in "ab"), mimetype="text/csv"))
    return app.test_client()


def test_a_page_is_packed_for_a_browser_that_can_unpack_it(client: FlaskClient) -> None:
    packed = client.get("/page", headers=GZIP)
    assert packed.content_encoding == "gzip"
    assert gzip.decompress(packed.data).decode() == WORDS
    assert packed.content_length == len(packed.data) < len(WORDS) / 10
    assert client.get("/page").text == WORDS


@pytest.mark.parametrize("path", ["/short", "/rows"])
def test_short_answers_and_streams_go_out_as_they_are(client: FlaskClient, path: str) -> None:
    assert client.get(path, headers=GZIP).content_encoding is None


def test_caches_keep_packed_and_plain_pages_apart(client: FlaskClient) -> None:
    assert "Accept-Encoding" in client.get("/page").headers["Vary"]


def test_the_size_of_a_packed_page_tells_nothing(client: FlaskClient) -> None:
    sizes = {len(client.get("/page", headers=GZIP).data) for _ in range(50)}
    assert len(sizes) > 5
