"""Plugins: a broken one costs only itself and those who need it, and all switch at once."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from console import worker
from console.db import db
from console.errors import NotFound, Refused
from console.host import Host, discovery, mount, states
from console.migrate import migrate_database
from console.plugin import Plugin
from console.security.models import User
from tests.support.app import MakeApp, make_config
from tests.support.people import add_person, enter, login_of, post

pytestmark = [pytest.mark.either_engine, pytest.mark.slow]

MANIFEST = """
from flask_admin.base import expose
from sqlalchemy.orm import Mapped, relationship
from console import api
from console.api import _

SEE = api.Permission("{name}.see_pages", _("Number"), roles=("owner",))


class Front(api.AdminView):
    title, noun = _("Number"), "front"

    @api.page("/", needs=SEE)
    def index(self):
        return "the front of {name}"

{more}

class Manifest(api.Plugin):
    name, version, title, summary = "{name}", "1.0", "{name}", "{name}"
    permissions = (SEE,)
    admin_views = (Front,)
{body}
"""


def owner_of(app: Flask) -> FlaskClient:
    client = app.test_client()
    enter(client, login_of(add_person("owner")))
    return client


def write(folder: Path, name: str, body: str = "    pass", more: str = "") -> None:
    text = MANIFEST.format(name=name, body=body, more=dedent(more))
    (folder / f"{name}.py").write_text(text)


def fill_with_broken_plugins(folder: Path) -> dict[str, str]:
    """Write one sound plugin and many that are not; return part of the reason for each."""
    write(folder, "sound")
    (folder / "noimport.py").write_text("import a_module_that_is_nowhere")
    (folder / "leaves.py").write_text("raise SystemExit('bye')")
    (folder / "empty.py").write_text("")
    (folder / "untitled.py").write_text(
        "from console import api\nclass P(api.Plugin):\n    name = 'untitled'\n    version = '1'\n"
    )
    write(folder, "needsnobody", "    requires = {'nobody': '>=1'}")
    write(folder, "needsnewer", "    requires = {'sound': '>=2'}")
    write(folder, "misversioned", "    requires = {'sound': 'new'}")
    write(folder, "ring1", "    requires = {'ring2': '>=1'}")
    write(folder, "ring2", "    requires = {'ring1': '>=1'}")
    write(folder, "needsring", "    requires = {'ring1': '>=1'}")
    write(folder, "nextapi", "    api = 2")
    write(folder, "misspelt", "    @api.hookimpl\n    def console_user_singed_in(self): ...")
    write(
        folder,
        "unguarded",
        more="class Bad(api.AdminView):\n    @api.page('/')\n    def index(self): ...",
    )
    write(folder, "undeclared", "    def register_permissions(self):\n        return ()")
    write(folder, "raises", "    def register_cards(self):\n        return 1 / 0")
    write(folder, "foreignkey", "    permissions = (api.Permission('sound.see', ''),)")
    write(
        folder,
        "exposed",
        "    admin_views = (Bare,)",
        more="""
        class Bare(api.AdminView):
            noun = "bare"

            @expose("/")
            def index(self):
                return "bare"
        """,
    )
    write(
        folder,
        "badnoun",
        "    admin_views = (Dotted,)",
        more="""
        class Dotted(Front):
            noun = "a.b"
        """,
    )
    write(
        folder,
        "badmapper",
        more="""
        class Lonely(api.Model):
            __tablename__ = "badmapper_lonely"
            scope = api.CHAIN
            id: Mapped[int] = api.column(_("Number"), primary_key=True)
            friends = relationship("Nowhere")
        """,
    )
    write(
        folder,
        "thief",
        more="""
        class Stolen(api.Model):
            __tablename__ = "sound_stolen"
            scope = api.CHAIN
            id: Mapped[int] = api.column(_("Number"), primary_key=True)
        """,
    )
    write(
        folder,
        "twice",
        more="""
        class One(api.Model):
            __tablename__ = "twice_row"
            scope = api.CHAIN
            id: Mapped[int] = api.column(_("Number"), primary_key=True)

        class Other(api.Model):
            __tablename__ = "twice_row"
            scope = api.CHAIN
            id: Mapped[int] = api.column(_("Number"), primary_key=True)
        """,
    )
    return {
        "noimport": "ModuleNotFoundError",
        "leaves": "SystemExit",
        "empty": str(discovery.Quarantine("").reason),
        "untitled": "no 'title'",
        "needsnobody": "nobody",
        "needsnewer": ">=2",
        "misversioned": "new",
        "ring1": "ring2",
        "ring2": "ring1",
        "needsring": "ring1",
        "nextapi": "2",
        "misspelt": "console_user_singed_in",
        "unguarded": "needs",
        "undeclared": "undeclared.see_pages",
        "raises": "ZeroDivisionError",
        "foreignkey": "foreignkey.",
        "exposed": "needs",
        "badnoun": "",
        "badmapper": "Nowhere",
        "thief": "sound_stolen",
        "twice": "twice_row",
    }


@pytest.fixture(scope="session")
def broken_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for both engines, as its models can be defined once only."""
    return tmp_path_factory.mktemp("plugins")


def test_a_broken_plugin_costs_only_itself_and_says_why(
    make_app: MakeApp, broken_folder: Path
) -> None:
    folder = broken_folder
    reasons = fill_with_broken_plugins(folder)
    app = make_app(folder=folder)
    host: Host = app.extensions["console"]
    with app.app_context():
        assert {name for name in reasons if name not in host.quarantined} == set()
        for name, part in reasons.items():
            assert part in str(host.quarantined[name].reason), name
        assert set(host.quarantined) == set(reasons)
        assert {"sound", "salon", "ledger", "membership"} <= set(host.mounted)
        client = owner_of(app)
        assert client.get("/console/sound/front/").text == "the front of sound"
        assert db.session.query(User).count() == 1


def test_each_reason_stands_on_the_page_of_plugins(make_app: MakeApp, tmp_path: Path) -> None:
    (tmp_path / "noimport.py").write_text("import a_module_that_is_nowhere")
    write(tmp_path, "needsnobody", "    requires = {'nobody': '>=1'}")
    app = make_app(folder=tmp_path)
    with app.app_context():
        client = owner_of(app)
        page = client.get("/console/system/plugins/").text
        assert "a_module_that_is_nowhere" in page
        assert "nobody" in page
        assert "Traceback" in client.get("/console/system/plugins/noimport/").text


def test_a_plugin_whose_migration_fails_waits_with_the_reason(
    database_url: str, tmp_path: Path, make_app: MakeApp
) -> None:
    package = tmp_path / "plugins" / "halfway"
    (package / "migrations").mkdir(parents=True)
    write(package.parent, "halfway")
    (package.parent / "halfway.py").rename(package / "__init__.py")
    (package / "migrations" / "__init__.py").write_text("")
    (package / "migrations" / "m0001_broken.py").write_text(
        "def upgrade(op):\n    op.execute('CREATE TABLE halfway_one (id INTEGER)')\n    1 / 0\n"
    )
    config = make_config(database_url, tmp_path / "instance", plugin_folder=package.parent)
    report = migrate_database(config)
    assert isinstance(report.failed["halfway"], ZeroDivisionError)
    app = make_app(url=database_url, folder=package.parent)
    host: Host = app.extensions["console"]
    with app.app_context():
        assert not sa.inspect(db.engine).has_table("halfway_one")
        client = owner_of(app)
        assert "console migrate" in client.get("/console/system/plugins/").text
        assert "ZeroDivisionError" in client.get("/console/system/plugins/halfway/").text
    assert {"salon", "membership"} <= set(host.mounted)


def test_a_check_that_raises_stops_the_act_and_is_named(make_app: MakeApp, tmp_path: Path) -> None:
    check = (
        "    @api.hookimpl\n    def console_check_disable(self, plugin):\n"
        "        return {}['nothing here']"
    )
    write(tmp_path, "nervous", check)
    write(tmp_path, "calm")
    app = make_app(folder=tmp_path)
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        client = owner_of(app)
        failed = post(client, "/console/system/plugins/switch/?name=calm&to=off")
        assert failed.status_code == 500
        assert app.extensions["console"].is_active("calm")
        page = client.get("/console/system/plugins/nervous/").text
        assert "console_check_disable" in page
        assert "nothing here" in page
        post(client, "/console/system/plugins/nervous/forget/")
        assert "nothing here" not in client.get("/console/system/plugins/nervous/").text


def test_a_plugin_that_hangs_at_import_is_left_out(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "PATIENCE", 4)
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "hangs.py").write_text("while True:\n    pass\n")
    write(
        folder, "stubborn", more="while True:\n    try:\n        1 / 0\n    except Exception: ..."
    )
    host: Host = make_app(folder=folder).extensions["console"]
    for name in ("hangs", "stubborn"):
        assert str(host.quarantined[name].reason) == "It took longer than 4 seconds."
        assert "while True" in host.quarantined[name].trace


def test_the_first_reason_stays_though_models_cannot_be_defined_again(
    database_url: str, tmp_path: Path, make_app: MakeApp
) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    row = """
        class Row(api.Model):
            __tablename__ = "{name}_row"
            scope = api.CHAIN
            {key}: Mapped[int] = api.column(_("Number"){options})
        """
    late = row.format(name="late", key="id", options=", primary_key=True")
    write(folder, "late", more=late + "\n        import a_module_that_is_nowhere")
    write(folder, "keyless", more=row.format(name="keyless", key="number", options=""))
    config = make_config(database_url, tmp_path / "instance", plugin_folder=folder)
    migrate_database(config)  # as `console run` does first; it loads them as well
    host: Host = make_app(url=database_url, folder=folder).extensions["console"]
    assert "a_module_that_is_nowhere" in str(host.quarantined["late"].reason)
    assert "primary key" in str(host.quarantined["keyless"].reason)
    assert {"salon", "membership"} <= set(host.mounted)


def test_a_plugin_whose_tables_are_not_there_yet_waits_for_migrate(make_app: MakeApp) -> None:
    folder = Path(__file__).parent.parent / "support" / "plugins"
    host: Host = make_app(folder=folder).extensions["console"]
    assert "console migrate" in str(host.quarantined["bell"].reason)


def test_models_that_no_migration_makes_are_named_with_what_to_do(
    make_app: MakeApp, tmp_path: Path
) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    row = """
        class Row(api.Model):
            __tablename__ = "{name}_row"
            scope = api.CHAIN
            id: Mapped[int] = api.column(_("Number"), primary_key=True)
            note: Mapped[str] = api.column(_("Number"))
        """
    for name in ("forgotten", "grown"):
        write(folder, name, more=row.format(name=name))
        (folder / name).mkdir()
        (folder / f"{name}.py").rename(folder / name / "__init__.py")
    write(folder, "lonefile", more=row.format(name="lonefile"))
    with make_app().app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE grown_row (id INTEGER PRIMARY KEY)")
    host: Host = make_app(folder=folder).extensions["console"]
    forgotten, grown = (str(host.quarantined[name].reason) for name in ("forgotten", "grown"))
    assert "no migration makes forgotten_row: run `console migrations new forgotten" in forgotten
    assert "no migration makes grown_row.note: run `console migrations new grown" in grown
    assert "a plugin with tables is a package" in str(host.quarantined["lonefile"].reason)


def test_a_name_is_taken_by_who_comes_first(make_app: MakeApp, tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    write(folder, "copycat")
    (folder / "zcat.py").write_text((folder / "copycat.py").read_text())
    host: Host = make_app(folder=folder).extensions["console"]
    assert "copycat" in host.mounted
    assert "zcat" in host.quarantined


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installed distribution of somebody else's, with a plugin of the same name."""
    site = tmp_path / "site"
    info = site / "stranger-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[console.plugins]\nstranger = stranger:Manifest\n")
    write(site, "stranger")
    monkeypatch.syspath_prepend(str(site))
    return "stranger"


def test_a_plugin_of_somebody_else_starts_switched_off(make_app: MakeApp, stranger: str) -> None:
    app = make_app()
    host: Host = app.extensions["console"]
    with app.app_context():
        assert stranger in host.mounted
        assert not host.is_active(stranger)
        assert host.is_active("salon")
        states.enable(host, stranger)
        assert host.is_active(stranger)


def test_only_distributions_on_the_list_may_bring_plugins(make_app: MakeApp, stranger: str) -> None:
    app = make_app(plugin_distributions=frozenset({"trusted"}))
    host: Host = app.extensions["console"]
    assert "salon" in host.mounted
    assert stranger not in host.mounted
    assert stranger not in host.quarantined


@pytest.fixture
def shop(make_app: MakeApp, tmp_path: Path) -> Flask:
    """An application with a plugin `tea`, one that needs it, and one that objects."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    public = """
        routes = api.PublicRoutes("tea", __name__)

        @routes.get("/menu", audience="anyone")
        def menu():
            return "green tea"
        """
    write(folder, "tea", "    public_routes = (routes,)", more=public)
    write(folder, "teapot", "    requires = {'tea': '>=1'}")
    objection = (
        "    @api.hookimpl\n    def console_check_disable(self, plugin):\n"
        "        return '12 guests wait' if plugin == 'objector' else None"
    )
    write(folder, "objector", objection)
    return make_app(folder=folder)


def test_disabling_works_at_once_in_every_worker_and_the_data_stays(shop: Flask) -> None:
    host: Host = shop.extensions["console"]
    public = shop.test_client()
    with shop.app_context():
        client = owner_of(shop)
    assert client.get("/console/teapot/front/").status_code == 200
    assert public.get("/tea/menu").text == "green tea"
    with shop.app_context():
        states.disable(host, "teapot")
        states.disable(host, "tea")
    assert client.get("/console/teapot/front/").status_code == 404
    assert public.get("/tea/menu").status_code == 404
    with shop.app_context():
        assert [m.name for m in host.active() if m.name.startswith("tea")] == []
        states.enable(host, "tea")
    assert public.get("/tea/menu").text == "green tea"
    assert client.get("/console/teapot/front/").status_code == 404


def test_a_stranger_cannot_tell_a_disabled_page_from_none(shop: Flask) -> None:
    with shop.app_context():
        states.disable(shop.extensions["console"], "teapot")
    assert shop.test_client().get("/console/teapot/front/").status_code == 404


def test_what_others_need_cannot_be_disabled(shop: Flask) -> None:
    with shop.app_context():
        with pytest.raises(Refused, match="teapot"):
            states.disable(shop.extensions["console"], "tea")
        assert shop.extensions["console"].is_active("tea")


def test_a_plugin_may_object_to_being_disabled(shop: Flask) -> None:
    with shop.app_context(), pytest.raises(Refused, match="12 guests wait"):
        states.disable(shop.extensions["console"], "objector")


def test_what_is_missing_is_enabled_first(shop: Flask) -> None:
    host: Host = shop.extensions["console"]
    with shop.app_context():
        states.disable(host, "teapot")
        states.disable(host, "tea")
        with pytest.raises(Refused, match="tea"):
            states.enable(host, "teapot")
        with pytest.raises(NotFound):
            states.enable(host, "nobody")


def test_enabling_is_told_to_other_plugins(bell_app: Flask, bell: ModuleType) -> None:
    host: Host = bell_app.extensions["console"]
    states.disable(host, "bell")
    states.enable(host, "bell")
    worker.drain(bell_app)
    assert host.is_active("bell")


def test_plugins_are_mounted_after_those_they_require(app: Flask) -> None:
    names = list(app.extensions["console"].mounted)
    for name in names:
        plugin = app.extensions["console"].mounted[name].plugin
        assert all(names.index(needed) < names.index(name) for needed in plugin.requires)


def test_a_demo_is_imported_only_where_there_may_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "from console.plugin import DemoPart\nPART = DemoPart(load=lambda: None)\n"
    (tmp_path / "teahouse_shown.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)

    class Teahouse(Plugin):
        name, version, title, summary = "teahouse", "1.0", "Tea", "Tea"
        demo = ("teahouse_shown",)

    assert mount.collect(Teahouse(), with_demo=False).demo == ()
    assert "teahouse_shown" not in sys.modules
    (part,) = mount.collect(Teahouse(), with_demo=True).demo
    assert part.load is not None
    del sys.modules["teahouse_shown"]
