"""What a person wants to be told, by which way, and when mail may come."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from groundwork.access.limits import mail_is_configured
from groundwork.access.models import User
from groundwork.blueprint.models import Firm
from groundwork.records.notices.models import Mail, Notice, NoticeChoices, Way
from groundwork.records.workdays import calendar


def choices_of(user_id: int) -> NoticeChoices:
    """What the person chose; of whoever never did, the defaults, unsaved."""
    return NoticeChoices.objects.filter(pk=user_id).first() or NoticeChoices(user_id=user_id)


def zone_of(user: User) -> ZoneInfo:
    """The person's own time zone, else the firm's."""
    firm = Firm.current()
    return ZoneInfo(user.time_zone or (firm.time_zone if firm else "") or "UTC")


def language_of(user: User) -> str:
    firm = Firm.current()
    return user.language or (firm.language if firm else "") or "en"


def works_on(choices: NoticeChoices, moment: datetime, zone: ZoneInfo) -> bool:
    """A day of the person's own, and neither a holiday nor a day off of our firm."""
    day, ours = moment.astimezone(zone).date(), calendar()
    return str(day.isoweekday()) in choices.days and not ours.holiday(day) and ours.own.get(day, True)


def is_quiet(choices: NoticeChoices, moment: datetime, zone: ZoneInfo) -> bool:
    return in_quiet(choices.quiet_from, choices.quiet_to, moment.astimezone(zone).time())


def in_quiet(start: time | None, end: time | None, hour: time) -> bool:
    """Within the quiet hours, which may go over midnight; the hour that ends them is not quiet any more."""
    if start is None or end is None or start == end:
        return False
    return start <= hour < end if start < end else hour >= start or hour < end


def free_at(choices: NoticeChoices, moment: datetime, zone: ZoneInfo) -> datetime:
    """The first moment from ``moment`` on at which mail may come: a day of the person's, outside the quiet hours."""
    for _turn in range(60):  # at most two steps a day, and a month of days off
        local = moment.astimezone(zone)
        if not works_on(choices, moment, zone):
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            moment = (midnight + timedelta(days=1)).astimezone(zone)
        elif is_quiet(choices, moment, zone):
            end = choices.quiet_to
            after = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)  # type: ignore[union-attr]
            moment = after if after > local else after + timedelta(days=1)
        else:
            return moment
    return moment


def mail_at_once(notice: Notice, choices: NoticeChoices) -> None:
    """Put the notice out for mail if the person wants that: kept with the notice, sent by the worker."""
    if choices.way(notice.kind) == Way.MAIL and mail_is_configured():
        Mail.objects.create(user_id=notice.user_id, notice=notice, next_at=notice.at)
