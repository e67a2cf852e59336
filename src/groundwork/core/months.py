"""Months of the calendar: where they begin and end, and how days move by them."""

from datetime import date, timedelta

from django.db.models import DateField, Func


def first_of_month(day: date, ahead: int = 0) -> date:
    """The first day of the month that lies ``ahead`` months after that of ``day``; before it, with a minus."""
    place = day.year * 12 + day.month - 1 + ahead
    return date(max(place // 12, 1), place % 12 + 1, 1)


def days_of(month: str) -> tuple[date, date]:
    """The first and last day of 2026-05."""
    first = date.fromisoformat(f"{month}-01")
    return first, first_of_month(first, 1) - timedelta(days=1)


def same_day_earlier(day: date, months: int) -> date:
    """The same day so many months earlier; the last of its month where there is no such day."""
    first = first_of_month(day, -months)
    last = first_of_month(first, 1) - timedelta(days=1)
    return first.replace(day=min(day.day, last.day))


class FirstOfMonth(Func):
    """In a query: the first day of a day's month. SQLite reckons by itself: Django's way calls Python for each row."""

    arity = 1
    output_field = DateField()

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="SUBSTR(%(expressions)s, 1, 8) || '01'", **context)

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="DATE_TRUNC('month', %(expressions)s)::date", **context)
