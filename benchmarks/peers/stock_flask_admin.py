"""Stock Flask-Admin."""

from __future__ import annotations

import os
import sys

# It comes with Flask-AppBuilder; Flask-Admin alone does without it, and is quicker then.
sys.modules["flask_babel"] = None  # type: ignore[assignment]

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_sqlalchemy import SQLAlchemy
from peers.tables import declare

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["BENCH_URL"]
app.config["SECRET_KEY"] = "only for measuring"
db = SQLAlchemy(app)
Member, Level, Store = declare(db.Model)


class MemberView(ModelView):  # type: ignore[misc]
    """The list and the form of members."""

    page_size = 50
    can_export = True
    export_max_rows = 0
    column_list = (
        *("number", "name", "phone", "level", "store"),
        *("balance", "points", "joined_at"),
    )
    column_searchable_list = ("name", "phone", "number", "initials")
    column_filters = ("level_id", "store_id")
    column_sortable_list = ("number", "name", "balance", "points", "joined_at")
    form_columns = (
        *("number", "name", "initials", "phone", "level", "store"),
        *("balance", "points", "joined_at"),
    )


admin = Admin(app, name="Bench", url="/admin")
admin.add_view(MemberView(Member, db.session, name="Members", endpoint="member"))
admin.add_view(ModelView(Level, db.session, name="Levels", endpoint="level"))
admin.add_view(ModelView(Store, db.session, name="Stores", endpoint="store"))
