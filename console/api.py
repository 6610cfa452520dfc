"""All that a plugin may import from the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import current_app

from console import lunar
from console.admin import (
    AdminView,
    Asks,
    Column,
    Filter,
    FormSection,
    ModelAdmin,
    Panel,
    RecordAction,
    action,
    find_record,
    page,
    render,
)
from console.admin.density import among
from console.admin.export import send_table
from console.admin.fields import ChoiceField, NumberField, SwitchField
from console.admin.lists.conditions import read as read_conditions
from console.admin.lists.saved_views import save_view, share_view
from console.admin.lists.segments import save_segment, segment_where, segments_of
from console.admin.lookups import look_up
from console.admin.pictures import picture_section
from console.admin.saying import say_done
from console.admin.scanning import Scanned
from console.approval import ApprovalKind, ask_approval
from console.approval import state_of as approval_state
from console.audit import record as record_audit
from console.clock import business_day, now, today
from console.clock import frozen as at_moment
from console.db import (
    CHAIN,
    BigInt,
    Json,
    Model,
    Scope,
    UtcDateTime,
    among_stores,
    column,
    db,
    in_store,
    insert_into,
)
from console.demo import demo_person
from console.demo import is_on as demo_flag
from console.epoch import bump as raise_epoch
from console.erasing import erase_traces, erase_words, rows_with
from console.errors import Conflict, NotFound, Refused
from console.failpoints import fail_point
from console.files import StoredFile, drop_bytes, keep_file
from console.hookspecs import (
    check,
    collect,
    console_check_disable,
    console_form_sections,
    console_identify_visitor,
    console_language_changed,
    console_list_columns,
    console_list_filters,
    console_notice_sent,
    console_open_scan,
    console_phone_tabs,
    console_plugin_disabled,
    console_plugin_enabled,
    console_record_actions,
    console_record_panels,
    console_reveal_freely,
    console_seal_heads,
    console_signin_refused,
    console_user_signed_in,
    console_welcome_visitor,
    event,
    first,
    hookimpl,
    joining,
)
from console.host.attempt import attempt
from console.i18n import _, gettext, lazy_pgettext, ngettext, pgettext, translate
from console.inbox import notify
from console.inbox import settle as settle_notice
from console.inbox_readers import StaffNotice, read_notice
from console.jobs import JobRun, Schedule, job, start_job
from console.locks import lock, wait_for_writers
from console.money import format_fen, parse_fen
from console.once import read_once
from console.phones import normalise_phone, tail_of
from console.pinyin import spell
from console.plugin import Card, Command, DemoEntrance, DemoPane, DemoPart, Plugin, TourStop
from console.public import PublicRoutes
from console.public_pages import render_public
from console.qr import draw_qr, save_qr
from console.row_checks import RowMisfit, check_rows
from console.seal_key import seal_key
from console.search import FoundBy, SearchHit, SearchSource, forget_words, keep_words
from console.search.records import record_source
from console.secrecy import conceal, uncover
from console.security import Actor, Permission, acting_as, actor, known_store, visible_stores
from console.security.cookies import drop as drop_cookie
from console.security.cookies import put as put_cookie
from console.security.cookies import read as read_cookie
from console.security.masking import draw as draw_masked
from console.security.masking import mask, seen_in_full, sees_all
from console.security.models import User
from console.security.passwords import check_pin
from console.security.passwords import hash_secret as hash_pin
from console.security.passwords import matches as pin_matches
from console.security.reading import reader_locale
from console.security.settings import SHOP_NAME
from console.security.tries import count_try, take_back_try
from console.security.users import (
    RoleInStore,
    add_role_like,
    add_user,
    end_access,
    hash_password,
    preset_role,
    roles_of,
)
from console.settings import Setting
from console.stores import Store
from console.transfer.badfile import BadFile
from console.transfer.cells import show as show_cell
from console.transfer.command import import_command
from console.transfer.dates import read_birthday
from console.transfer.fields import (
    Import,
    ImportField,
    ImportReason,
    ImportValue,
    read_vocabulary,
)
from console.transfer.intake import Intake, Naming, Outlook, SampleSheet
from console.transfer.models import ImportRun
from console.transfer.plan import StagedRow
from console.transfer.view import ImportView
from console.transfer.workbook import Limits as SheetLimits
from console.transfer.workbook import open_workbook
from console.unit import after_commit, in_unit, unit
from console.visitors import PhoneTab, Visitor, find_visitor, forget_visitor, public_path, visitor
from console.webhooks import WebhookFailed, call_webhook
from console.words import freeze, speaking, thaw

P = ParamSpec("P")
R = TypeVar("R")


def base_url() -> str:
    """Return how people reach this console from outside; empty where nobody said it."""
    return str(current_app.extensions["console_config"].base_url or "")


def local_url() -> str:
    """Return how this machine itself reaches this console."""
    config = current_app.extensions["console_config"]
    host = "127.0.0.1" if config.host in ("0.0.0.0", "::") else config.host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{config.port}"


def emit(spec: Callable[P, None], *args: P.args, **facts: P.kwargs) -> None:
    """Announce a fact, in a unit: it is stored now and told to every listener after commit."""
    current_app.extensions["console"].emit(spec, **facts)


def remember(key: str, read: Callable[[], R]) -> R:
    """Return what *read* answers, asking it again only when the epoch was raised.

    It must be plain values of `remembered` models or settings, under a key of the plugin's own.
    """
    kept: R = current_app.extensions["console"].remember(key, read)
    return kept


def answers(spec: Callable[P, R | None], *args: P.args, **facts: P.kwargs) -> list[R]:
    """Ask every plugin and return what they answered, in the order of their dependencies."""
    found: list[R] = current_app.extensions["console"].answers(spec, **facts)
    return found


def first_answer(spec: Callable[P, R | None], *args: P.args, **facts: P.kwargs) -> R | None:
    """Ask plugin after plugin until one answers; None when nobody does."""
    found: list[R] = current_app.extensions["console"].answers(spec, **facts)
    return found[0] if found else None
