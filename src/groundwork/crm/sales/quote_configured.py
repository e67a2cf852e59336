"""Word templates of quotes in a configuration file: that of the firm and those of its pipelines, each as base64.

What comes is examined like what is put in by hand. A file holds so many bytes of them; larger ones stay.
"""

import base64
import binascii

from django.db.models.functions import Length
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from groundwork.access.configured import is_yes
from groundwork.blueprint.models import Element
from groundwork.blueprint.plan import Act, Facts, Section, sections, wrong
from groundwork.core.refusals import Refusal
from groundwork.crm.sales.configured import by_name
from groundwork.crm.sales.pipelines import Pipeline
from groundwork.crm.sales.quote_template import QuoteTemplate, element_of, own_template, put_back, put_in_use
from groundwork.records.added.configured import joined, parted, text_in

FIRM, OF_PIPELINE = "firm", "pipeline"
MOST_IN_FILE = 1_500_000  # bytes of all templates together: as base64 they take two thirds of a file (text.LONGEST)
LONGEST_NAME = 200


def key_of(name: str) -> str:
    """The key of the pipeline that a file calls so; "" for the firm."""
    if name == FIRM:
        return ""
    said, called = parted(name) if "/" in name else ("", "")
    row = by_name(Pipeline.objects.all()).get(called)
    if said != OF_PIPELINE or row is None:
        raise Refusal(_("Say whose template it is: “firm”, or a pipeline, like “pipeline / Sales”."))
    return row.key


def names() -> dict[str, str]:
    """{what a file calls it: key of the pipeline}, the firm first, of those that ever had a template of their own."""
    had = set(QuoteTemplate.objects.order_by().values_list("pipeline", flat=True).distinct())
    found = {FIRM: ""} | {joined(OF_PIPELINE, name): row.key for name, row in by_name(Pipeline.objects.all()).items()}
    return {name: key for name, key in found.items() if key in had}


def read_templates() -> dict[str, Facts]:
    reasons = dict(Element.objects.filter(key__startswith=element_of("")).values_list("key", "reason"))
    return {name: about(own_template(key), reasons.get(element_of(key), "")) for name, key in names().items()}


def about(held: QuoteTemplate | None, reason: str) -> Facts:
    if held is None:
        return {"reason": reason, "in_use": "no"}
    return {
        "reason": reason, "in_use": "yes", "file": held.name,
        "content": base64.b64encode(bytes(held.content)).decode(),
    }  # fmt: skip


def write_template(name: str, facts: Facts, act: Act) -> None:
    pipeline, reason = key_of(name), facts.get("reason") or act.reason
    if not is_yes(facts, "in_use", "yes"):
        put_back(by=act.by, reason=reason, pipeline=pipeline)
        return
    content, called = content_in(facts), text_in(facts, "file", LONGEST_NAME) or "template.docx"
    held = own_template(pipeline)
    if held is not None and (bytes(held.content), held.name) == (content, called):
        return
    try:
        put_in_use(content, name=called, by=act.by, reason=reason, pipeline=pipeline)
    except Refusal as refusal:
        raise wrong(str(refusal.sentence), "content") from refusal


def content_in(facts: Facts) -> bytes:
    text = "".join(facts.get("content", "").split())
    if not text:
        raise wrong(_("Give the Word file as base64 under “content”."), "content")
    if len(text) > MOST_IN_FILE * 4 / 3 + 4:
        raise wrong(_("A template of more than %(most)s KB does not travel in a file: put it in by hand.")
                    % {"most": MOST_IN_FILE // 1000}, "content")  # fmt: skip
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise wrong(
            _("This is no base64: take the text out of a configuration file as it stands there."), "content"
        ) from error


def element_named(name: str) -> str:
    key = names().get(name)
    return "" if key is None else element_of(key)


# ── what fits


def sizes() -> dict[str, int]:
    """{name: bytes} of the templates in use, the firm's first; one of a pipeline out of use has nowhere to go."""
    found = {}
    retired = set(Pipeline.objects.exclude(retired_at=None).values_list("pk", flat=True))
    for name, key in names().items():
        newest = QuoteTemplate.objects.filter(pipeline=key).annotate(size=Length("content")).defer("content").first()
        if newest is not None and newest.size and key not in map(str, retired):
            found[name] = newest.size
    return found


def that_fit() -> set[str]:
    fitting, taken = set(), 0
    for name, size in sizes().items():
        if taken + size <= MOST_IN_FILE:
            fitting.add(name)
            taken += size
    return fitting


def too_large() -> list[str]:
    words = _("Template of quotes, %(name)s: too large for a file")
    return [words % {"name": name} for name in sizes().keys() - that_fit()]


sections.add(
    Section(
        key="quote_templates", label=gettext_lazy("Templates of quotes"), order=66, read=read_templates,
        write=write_template, facts=frozenset({"reason", "in_use", "file", "content"}), element=element_named,
        gone={"in_use": "no"}, travels=lambda name, _facts: name in that_fit(), stays=too_large,
    )
)  # fmt: skip
