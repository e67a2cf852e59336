"""Days and moments the way the reader's language writes them."""

from django import template

from groundwork.core import languages

register = template.Library()
register.filter("day", lambda value: languages.day(value))
register.filter("percent", lambda value: languages.percent(value / 100, 0))  # of a whole number of hundredths
register.filter("moment", lambda value: languages.moment(value))
