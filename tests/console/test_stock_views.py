"""Flask-Admin's own views inside the shell, under its strict policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_admin import Admin
from flask_admin.contrib.fileadmin import FileAdmin
from flask_admin.contrib.sqla import ModelView
from flask_babel import Babel
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from console import assets, kept
from console.admin.drawn_fields import draw_field

#: Flask-Admin 2.2.1 still fills its selects in the way that WTForms 4 will drop.
pytestmark = pytest.mark.filterwarnings("ignore:Yielding raw tuples")
TEMPLATES = Path(assets.__file__).parent / "templates"
FORBIDDEN = re.compile(r"""<[^>]+\s(on\w+|style)=["']|javascript:|<script(?![^>]*nonce)""")


class Base(DeclarativeBase):
    pass


class Cup(Base):
    __tablename__ = "cup"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column()
    glazed: Mapped[bool] = mapped_column(default=True)
    spoons: Mapped[list[Spoon]] = relationship(back_populates="cup")


class Spoon(Base):
    __tablename__ = "spoon"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column()
    cup_id: Mapped[int] = mapped_column(sa.ForeignKey("cup.id"))
    cup: Mapped[Cup] = relationship(back_populates="spoons")


class CupView(ModelView):
    column_filters = ("name", "glazed")
    column_searchable_list = ("name",)
    column_editable_list = ("name", "glazed")
    column_descriptions = {"name": "What it is called"}
    can_view_details = can_export = can_set_page_size = True
    inline_models = (Spoon,)


class SpoonView(ModelView):
    create_modal = edit_modal = details_modal = can_view_details = True


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = Flask(__name__, template_folder=str(TEMPLATES))
    app.testing = True
    app.secret_key = "not secret"  # noqa: S105
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    Babel(app, default_locale="en")
    CSRFProtect(app)
    assets.install(app)
    kept.install(app)
    app.jinja_env.globals["draw_field"] = draw_field
    app.jinja_env.globals["csp_nonce"] = lambda: "once"
    unguarded = {"info": {"unit": "stock views write as they like"}}
    db = SQLAlchemy(app, model_class=Base, session_options=unguarded)
    (tmp_path / "notes.txt").write_text("notes")
    admin = Admin(app, csp_nonce_generator=lambda: "once")
    admin.add_view(CupView(Cup, db, endpoint="cups"))
    admin.add_view(SpoonView(Spoon, db, endpoint="spoons"))
    admin.add_view(FileAdmin(str(tmp_path), endpoint="files"))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.session.add(Cup(name="blue", spoons=[Spoon(name="silver")]))
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/admin/", "main"),
        ("/admin/cups/", "blue"),
        ("/admin/cups/?flt0_0=nothing", "There are no items"),
        ("/admin/cups/new/", "Save and add another"),
        ("/admin/cups/edit/?id=1", "silver"),
        ("/admin/cups/details/?id=1", "blue"),
        ("/admin/spoons/", "silver"),
        ("/admin/spoons/new/?modal=True", "box-head"),
        ("/admin/spoons/edit/?id=1&modal=True", "silver"),
        ("/admin/spoons/details/?id=1&modal=True", "silver"),
        ("/admin/files/", "notes.txt"),
        ("/admin/files/upload/", "Save"),
    ],
)
def test_a_stock_view_shows_itself_and_breaks_no_policy(
    client: FlaskClient, path: str, shown: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert shown in answer.text
    assert not FORBIDDEN.findall(answer.text)
    assert "jquery" not in answer.text.lower()


def test_a_stock_form_saves(client: FlaskClient) -> None:
    page = client.get("/admin/spoons/new/").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    sent = {"csrf_token": token[1], "name": "wooden", "cup": "1"}
    assert client.post("/admin/spoons/new/", data=sent).status_code == 302
    assert "wooden" in client.get("/admin/spoons/").text
