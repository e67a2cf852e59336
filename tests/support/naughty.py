"""Texts that break the handling of input: our own, and the public list of naughty strings where it is there."""

import json
import random

from groundwork.records.imports.testing import public_data

RUN = "window.__ran=1"  # whatever runs leaves a trace
MARKUP = [
    f"<script>{RUN}</script>",
    f'"><script>{RUN}</script>',
    f"'><img src=x onerror={RUN}>",
    f"<svg/onload={RUN}>",
    f'" autofocus onfocus="{RUN}" x="',
    f"javascript:{RUN}",
    f"</title><script>{RUN}</script>",
    f"</textarea><img src=x onerror={RUN}>",
    f"<a href=javascript:{RUN}>x</a>",
    f'<div hx-on:load="{RUN}" hx-get="/search" hx-trigger="load">x</div>',
    f"]]><script>{RUN}</script>",
    f"</option></select><svg onload={RUN}>",
    "<style>*{display:none}</style>",
    "<!--",
    "&lt;b&gt; &amp; &#0; &nbsp",
    "<base href=//elsewhere.example/>",
]
CODE = [
    "{{ 7*7 }}", "{% load x %}", "${7*7}", "#{7*7}", "%(name)s", "%s%s%n", "{0.__class__}", "{name}", "%d%x",
    "'; DROP TABLE customers_company; --", "' OR '1'='1", '" OR ""="', "1;SELECT pg_sleep(9)", "\\'", "\\", "%_%", "--",
    '=HYPERLINK("x")', "+1+1", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", "../../etc/passwd", "file:///etc/passwd",
    "C:\\con\\con", "https://elsewhere.example", "//elsewhere.example", "$(touch /tmp/x)", "`id`", "__proto__",
    "constructor",
]  # fmt: skip
SIGNS = [
    "", " ", "\t", "\u00a0", "\u3000", "\u200b\u200b", "\ufeff", "\u202etxet", "\u2066\u2069", "\u0000", "a\u0000b",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L", "👩‍👩‍👧‍👦", "🏳️‍🌈", "\U0010ffff", "田中さん", "안녕하세요", "مرحبا", "שלום", "ﬁﬂ", "ǅ", "İı", "ẞß", "ﷺ",
    "Ёлка ёлка", "Żółć", "й й", "\r\nSet-Cookie: a=b", "a\nb\rc", "\x1b[31mred\x07", "\x7f\x80\x9f", "½²³", "①②", "१२३",
]  # fmt: skip
WORDS = [
    "null", "undefined", "NaN", "None", "true", "inf", "-Infinity", "0", "-1", "1e309", "0x10", "1,000.00", "1 000,00",
    "2026-02-30", "31.02.2026", "99999999999999999999", "9" * 400, "ж" * 3000, "a " * 1000, "<" * 1000, "ﷺ" * 200,
]  # fmt: skip


def made(count: int = 60, seed: int = 7) -> list[str]:
    """All of ours, and ``count`` mixtures of them: the same for a seed."""
    all_of_them, dice = [*MARKUP, *CODE, *SIGNS, *WORDS], random.Random(seed)  # noqa: S311 - no secret
    mixed = ["".join(dice.sample(all_of_them, 2))[:400] for _place in range(count)]
    return list(dict.fromkeys([*all_of_them, *mixed]))


def sample(count: int, seed: int = 7) -> list[str]:
    """Some of every sort, always what writes markup first."""
    dice = random.Random(seed)  # noqa: S311 - as above
    others = [text for text in made(seed=seed) if text not in MARKUP]
    return [*MARKUP[: count // 3], *dice.sample(others, count - count // 3)]


def public() -> list[str]:
    """The public list together with ours; the test is skipped where it is not there."""
    told = (public_data("naughty-strings") / "blns.json").read_text(encoding="utf-8")
    return list(dict.fromkeys([*json.loads(told), *made()]))
