"""企业微信群日报：每晚把各门店的数字发到群机器人。"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from console import api
from console.api import _
from plugins.membership.api import Member

WEBHOOK = api.Setting(
    "daily.webhook",
    _("群机器人地址"),
    "",
    help=_("在企业微信群里添加机器人后复制，以 https:// 开头。"),
)


def write_lines() -> Iterator[str]:
    """逐店写出今天的数字：新增会员、会员总数、明天生日。"""
    for store in api.db.session.scalars(sa.select(api.Store).order_by(api.Store.id)):
        today = api.business_day(api.now(), store.time_zone, store.cut_off_minutes)
        figures = (
            (_("新增会员"), Member.joined_on == today),
            (_("会员总数"), sa.true()),
            (_("明天生日"), Member.next_birthday_on == today + timedelta(days=1)),
        )
        counts = [f"{label} {count_members(store.id, where)}" for label, where in figures]
        yield f"> **{store.name}**　" + "，".join(counts)


def count_members(store_id: int, where: sa.ColumnElement[bool]) -> int:
    """数一家门店的会员。"""
    found = sa.select(sa.func.count(Member.id)).where(Member.home_store_id == store_id, where)
    return api.db.session.scalar(found) or 0


def send_report() -> None:
    """发送日报；没有填地址就不发。"""
    if not WEBHOOK.get():
        return
    text = "\n".join((f"**{api.gettext('今日数据')}**", *write_lines()))
    answer = api.call_webhook(WEBHOOK.get(), {"msgtype": "markdown", "markdown": {"content": text}})
    if answer.get("errcode"):
        raise api.WebhookFailed(answer.get("errmsg"))


class Daily(api.Plugin):
    """企业微信群日报。"""

    name, version, title = "daily", "1.0", _("群日报")
    summary = _("每晚把各门店的数字发到企业微信群。")
    source_language = "zh_Hans_CN"
    requires = {"membership": ">=1"}
    settings = (WEBHOOK,)
    jobs = (api.Schedule("daily.report", send_report, daily_at="21:30"),)
