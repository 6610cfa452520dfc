"""Stock Flask-AppBuilder."""

from __future__ import annotations

import os

from flask import Flask
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.utils.legacy import get_sqla_class
from peers.tables import declare

LOGIN = PASSWORD = "bench"
app = Flask(__name__)
app.config.update(
    SQLALCHEMY_DATABASE_URI=os.environ["BENCH_URL"],
    SECRET_KEY="only for measuring, only for measuring",
    WTF_CSRF_ENABLED=True,
    RATELIMIT_ENABLED=False,
)
db = get_sqla_class()()
Member, Level, Store = declare(Model)
COLUMNS = ["number", "name", "phone", "level", "store", "balance", "points", "joined_at"]


class MemberView(ModelView):  # type: ignore[misc]
    """The list and the form of members."""

    datamodel = SQLAInterface(Member)
    route_base = "/members"
    page_size = 50
    list_columns = COLUMNS
    search_columns = ["name", "phone", "number", "initials", "level", "store"]
    edit_columns = [*COLUMNS[:2], "initials", *COLUMNS[2:]]


with app.app_context():
    db.init_app(app)
    appbuilder = AppBuilder(app, db.session)
    appbuilder.add_view(MemberView, "Members")
    if appbuilder.sm.find_user(LOGIN) is None:
        role = appbuilder.sm.find_role("Admin")
        appbuilder.sm.add_user(LOGIN, LOGIN, LOGIN, "bench@example.com", role, PASSWORD)
