"""Days and moments the way the reader's language writes them."""

from django import template

from groundwork.core import languages

register = template.Library()
register.filter("day", lambda value: languages.day(value))
register.filter("moment", lambda value: languages.moment(value))
