"""The import as staff walk through it: upload, columns, dry run, result, rollback."""

from __future__ import annotations

import pytest
from flask import Flask

from console.db import db
from console.i18n import LOCALES
from console.jobs import StoredJob
from console.transfer.models import ImportRow
from plugins.ledger import api as ledger
from plugins.ledger.services.verifying import verify
from plugins.membership.api import Member
from tests.support.importing import (
    HOME,
    LEGACY,
    act,
    apply,
    page,
    plain,
    read,
    run_of,
    sheet,
    statuses,
    take_in,
    upload,
    work,
)
from tests.support.ledger import balance, left
from tests.support.live import choose
from tests.support.people import SignIn, add_person, add_store, post

pytestmark = [pytest.mark.any_engine, pytest.mark.slow]

ANNA = ("Anna Chen", "13900000001", "1990-08-15", "100.50", "20", 30, "Facial", 4)
BEA = ("Bea Lin", "13900000002", "", "0", "0", 0)
SHORT = ("Cora Wu", "1390000", "", "12.34")
DEBTOR = ("Dora Ye", "13900000004", "", "-50")
NEVER_BORN = ("Eva Ma", "13900000005", "1990-02-30")
AGAIN = ("Anna Chen", "139-0000-0001", "", "7")


@pytest.fixture
def english(app: Flask) -> int:
    """An owner who reads English, and a store."""
    add_store()
    owner = add_person("owner")
    choose(owner, locale=LOCALES[2])
    return owner


def members() -> dict[str, Member]:
    """All members there are, by name."""
    db.session.rollback()
    return {member.name: member for member in db.session.query(Member)}


def test_the_first_page_says_what_to_do_and_offers_a_sample(english: int, sign_in: SignIn) -> None:
    client = sign_in(user_id=english)
    shown = plain(client.get(HOME).text)
    assert "Drop the spreadsheet that your old system gave you" in shown
    assert "Nothing was taken in yet" in shown
    number = read(client, client.get(f"{HOME}samples/0").data)
    assert run_of(number).totals["by_status"] == {"importable": 4, "rejected": 1}
    assert client.get(f"{HOME}samples/9").status_code == 404


def test_an_empty_shop_is_led_to_the_import_from_home_and_from_the_empty_list(
    english: int, sign_in: SignIn
) -> None:
    owner, clerk = sign_in(user_id=english), sign_in("front_desk")
    for path in ("/console/", "/console/membership/members/"):
        assert f'<a class="btn btn-primary" href="{HOME}"' in owner.get(path).text or (
            f'<a class="btn" href="{HOME}"' in owner.get(path).text
        )
        assert HOME not in clerk.get(path).text
    take_in(owner, sheet(ANNA))
    assert "Drop the spreadsheet" not in owner.get("/console/").text


def test_columns_are_guessed_shown_with_their_grounds_and_corrected(
    english: int, sign_in: SignIn
) -> None:
    client = sign_in(user_id=english)
    headings = ("Name", "Phone", "Balance", "Remark")
    number = upload(client, sheet(("Anna", "13900000001", "9.90", "x"), headings=headings))
    shown = page(client, number)
    assert "The heading says so, and the values fit." in shown
    assert "13900000001" in shown
    post(client, f"{HOME}{number}/columns", {"column-0": "name", "column-1": "phone"})
    work(client)
    apply(client, number)
    assert left(members()["Anna"].id) == (0, 0)


def test_one_field_cannot_be_two_columns_and_what_was_chosen_is_kept(
    english: int, sign_in: SignIn
) -> None:
    client = sign_in(user_id=english)
    number = upload(client, sheet(ANNA))
    chosen = {"column-0": "phone", "column-1": "phone"}
    answer = post(client, f"{HOME}{number}/columns", chosen)
    assert answer.status_code == 422
    assert "“Phone” is chosen for two columns." in plain(answer.text)
    assert answer.text.count('<option value="phone" selected>') == 2


def test_another_sheet_of_the_file_can_be_chosen(english: int, sign_in: SignIn) -> None:
    client = sign_in(user_id=english)
    number = upload(client, sheet(ANNA, others={"Old ones": [("Phone",), ("13900000009",)]}))
    assert "Old ones" in page(client, number)
    act(client, number, "sheet", sheet="1")
    assert list(run_of(number).mapping["columns"]) == ["phone"]
    assert "There is no such sheet." in act(client, number, "sheet", sheet="7")


def test_the_dry_run_says_what_would_happen_and_touches_nothing(
    english: int, sign_in: SignIn
) -> None:
    client = sign_in(user_id=english)
    total = ("Total", "", "", "105.50")
    number = read(client, sheet(ANNA, BEA, SHORT, DEBTOR, NEVER_BORN, AGAIN, total))
    assert list(statuses(number).values()) == [
        "importable",
        "importable",
        "rejected",
        "rejected",
        "rejected",
        "duplicate",
        "total_line",
    ]
    shown = page(client, number)
    for words in (
        "Nothing is taken in yet",
        "2 To be taken in 1 There already 3 Rejected 6 Rows in the sheet",
        "Principal ¥100.50 ¥7.00 ¥12.34 Owing -¥50.00 ¥105.50 differs by -¥5.00",
        "Sessions left 4 0 0 \u2013",
        "The phone number is too short 1 ¥12.34",
        "There is no such birthday 1 ¥0.00",
        "Take in 2 rows",
    ):
        assert words in shown
    assert members() == {}
    assert verify().journals == 0


def test_the_sheet_of_the_old_system_is_taken_in_and_rolled_back(
    english: int, sign_in: SignIn
) -> None:
    client = sign_in(user_id=english)
    number = take_in(client, LEGACY.read_bytes())
    assert "4,547 rows were taken in" in page(client, number)
    kinds = ["principal", "bonus", "all_points", "all_sessions"]
    columns = ["principal_fen", "bonus_fen", "points", "card_times"]
    rows = db.session.query(ImportRow).filter(ImportRow.added_id.is_not(None)).all()
    wanted = {
        int(row.added_id or 0): dict(
            zip(kinds, (row.values[key] or 0 for key in columns), strict=True)
        )
        for row in rows
    }
    assert ledger.standings(list(wanted), kinds) == wanted
    sums = [sum(have[kind] for have in wanted.values()) for kind in kinds]
    assert sums == [281_991_321, 14_231_921, 31_166_997, 5_558]
    assert balance(ledger.salon("opening")) == -281_991_321
    assert balance(ledger.salon("revenue")) == 0
    assert verify().findings == {}
    assert len(wanted) == 4547 == db.session.query(Member).count()
    act(client, number, "undo")
    assert "Rolled back" in page(client, number)
    assert members() == {}
    assert balance(ledger.salon("opening")) == 0
    assert verify().findings == {}


def test_while_the_worker_reads_the_page_tells_how_far_it_is_and_can_stop_it(
    english: int, sign_in: SignIn
) -> None:
    client = sign_in(user_id=english)
    number = upload(client, sheet(ANNA))
    columns = run_of(number).mapping["columns"]
    post(
        client,
        f"{HOME}{number}/columns",
        {f"column-{column}": name for name, column in columns.items()},
    )
    waiting = client.get(f"{HOME}{number}/progress").json
    assert waiting == {
        "running": True,
        "alive": True,
        "done": 0,
        "total": 0,
        "note": "Waiting for the worker",
    }
    assert "Reading the rows" in page(client, number)
    act(client, number, "stop")
    assert run_of(number).state == "mapping"
    assert statuses(number) == {}
    assert client.get(f"{HOME}{number}/progress").json == {"running": False}


def test_work_whose_job_died_is_begun_again_by_a_button(english: int, sign_in: SignIn) -> None:
    client = sign_in(user_id=english)
    number = upload(client, sheet(ANNA))
    post(client, f"{HOME}{number}/columns", {"column-1": "phone"})
    give_up_job(run_of(number).job_id)
    assert "This was cut off" in page(client, number)
    act(client, number, "retry")
    assert run_of(number).state == "ready"
    assert "gone on in the meantime" in act(client, number, "retry")


def test_whoever_saw_another_state_of_it_is_told_and_nothing_is_taken_in(
    english: int, sign_in: SignIn
) -> None:
    client = sign_in(user_id=english)
    number = read(client, sheet(ANNA, AGAIN))
    seen = run_of(number).version
    act(client, number, "rows/3/decide", decision="alone")
    assert "Somebody changed this import" in act(client, number, "apply", version=seen)
    assert members() == {}


def test_an_import_can_go_back_to_its_columns_or_be_discarded(
    english: int, sign_in: SignIn
) -> None:
    client = sign_in(user_id=english)
    number = read(client, sheet(ANNA))
    act(client, number, "back")
    assert "What do the columns mean?" in page(client, number)
    assert statuses(number) == {}
    act(client, number, "discard")
    assert run_of(number).state == "discarded"
    assert "Nothing of this sheet was taken in." in page(client, number)
    assert "Discarded" in plain(client.get(HOME).text)


def test_taking_in_twice_brings_nothing_twice(english: int, sign_in: SignIn) -> None:
    client = sign_in(user_id=english)
    number = take_in(client, sheet(ANNA, BEA))
    apply(client, number)
    assert len(members()) == 2
    assert left(members()["Anna Chen"].id) == (10_050, 2_000)
    assert "gone on in the meantime" in act(client, number, "discard")
    again = read(client, sheet(ANNA, BEA))
    assert set(statuses(again).values()) == {"duplicate"}


def give_up_job(number: int | None) -> None:
    """Let a job be one that the worker gave up."""
    with db.engine.connect().execution_options(console_writes=True) as connection:
        job = StoredJob.__table__
        connection.execute(job.update().where(job.c.id == number).values(state="failed"))
        connection.commit()
    db.session.rollback()
