"""Message catalogues with Babel; no gettext needed. English is the source, Russian and Polish are translated.

    tools/messages.py update            bring the catalogues up to date with the code (keeps what is translated)
    tools/messages.py check             list what is missing, fuzzy, has wrong plurals or placeholders; code 1 if any
    tools/messages.py compile           write the .mo files (not kept in git)
    tools/messages.py extract           print every message of the code
    tools/messages.py missing LANG      print what LANG lacks, as JSON to fill in
    tools/messages.py fill LANG FILE    take translations from such a JSON ({"message": "text" or ["one", "few", ...]})

A message with a context is written "context\\u0004message" in JSON, as gettext does.
"""

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "groundwork"
PLURALS = {  # exactly those of Django's own catalogues, so that ours join them
    "ru": (
        "4",
        "n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : n%10==0 || "
        "(n%10>=5 && n%10<=9) || (n%100>=11 && n%100<=14)? 2 : 3",
    ),
    "pl": (
        "4",
        "n==1 ? 0 : (n%10>=2 && n%10<=4) && (n%100<12 || n%100>14) ? 1 : n!=1 && (n%10>=0 && n%10<=1) || (n%10>=5 && "
        "n%10<=9) || (n%100>=12 && n%100<=14) ? 2 : 3",
    ),
}
KEYWORDS: dict[str, tuple | None] = {}
for suffix in ("", "_lazy", "_noop"):
    KEYWORDS |= {
        f"gettext{suffix}": None,
        f"ngettext{suffix}": (1, 2),
        f"pgettext{suffix}": ((1, "c"), 2),
        f"npgettext{suffix}": ((1, "c"), 2, 3),
    }
KEYWORDS["_"] = None
KEYWORDS["_t"] = None  # gettext beside a lazy _
LITERAL = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
CALL = re.compile(
    rf"\b(?:np?|p)?gettext\({LITERAL}(?:, *{LITERAL})*(?:, *count)?\)|\b_\({LITERAL}\)"
)  # in a templatized template
PERCENT = re.compile(r"%(?:\((\w+)\))?[#0\-+]*[\d.*]*([sdifgrx%])")
BRACES = re.compile(r"\{(\w*)(?:[!:.\[][^{}]*)?\}")
SEPARATOR = "\u0004"


def path_of(language: str) -> Path:
    return PACKAGE / "locale" / language / "LC_MESSAGES" / "django.po"


def sources() -> Iterator[tuple[Path, io.BytesIO]]:
    """Every file with messages, templates turned into calls that a Python reader understands."""
    from django.utils.translation.template import templatize

    for path in sorted(PACKAGE.rglob("*")):
        parts = path.relative_to(PACKAGE).parts
        if path.suffix == ".py" and not {"tests", "migrations", "__pycache__"} & set(parts):
            yield path, io.BytesIO(path.read_bytes())
        elif path.suffix in (".html", ".txt") and "templates" in parts:
            text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            yield path, io.BytesIO("\n".join(call[0] for call in CALL.finditer(text)).encode())


def extracted() -> Catalog:
    """The messages of the code, in English."""
    catalogue = Catalog(project="Groundwork", charset="utf-8")
    for path, file in sources():
        try:
            found = list(extract_python(file, list(KEYWORDS), ["Translators:"], {}))
        except Exception as fault:
            raise SystemExit(f"{path}: {fault}") from fault
        for line, function, arguments, comments in found:
            if message := wanted(function, arguments):
                context, text = message
                add(catalogue, text, context, comments, path, line)
    return catalogue


def wanted(function: str, arguments) -> tuple[str | None, str | tuple[str, str]] | None:
    """The (context, message) of one call; None for a call whose text is not written there."""
    texts = list(arguments) if isinstance(arguments, tuple | list) else [arguments]
    context = texts.pop(0) if "pgettext" in function else None
    count = 2 if "ngettext" in function or "npgettext" in function else 1
    texts = texts[:count]
    if len(texts) < count or not all(isinstance(text, str) and text for text in texts):
        return None
    return context, texts[0] if count == 1 else (texts[0], texts[1])


def add(catalogue: Catalog, text: str | tuple[str, str], context: str | None, comments, path: Path, line: int) -> None:
    """Add a message; one that occurs both alone and with a plural is kept with its plural, as gettext does."""
    single = text if isinstance(text, str) else text[0]
    known = catalogue.get(single, context)
    if known and known.pluralizable and isinstance(text, str):
        return
    if known and not known.pluralizable and not isinstance(text, str):
        catalogue.delete(single, context)
    catalogue.add(text, context=context, auto_comments=comments, locations=[(str(path.relative_to(PACKAGE)), line)])


def catalogue_of(language: str) -> Catalog:
    path, catalogue = path_of(language), Catalog(locale=language, project="Groundwork", charset="utf-8")
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    number, expression = PLURALS[language]
    catalogue._num_plurals, catalogue._plural_expr = int(number), expression  # Babel's own table has three forms
    return catalogue


def update() -> int:
    template = extracted()
    for language in PLURALS:
        catalogue = catalogue_of(language)
        for message in list(catalogue):
            twin = template.get(single_of(message), message.context) if message.id else None
            if twin is not None and bool(twin.pluralizable) != bool(message.pluralizable):
                catalogue.delete(single_of(message), message.context)
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
        save(language, catalogue)
    return 0


def save(language: str, catalogue: Catalog) -> None:
    """Write the catalogue sorted, without places and dates, so that a change of the code is a small change here."""
    number, expression = PLURALS[language]
    for message in catalogue:
        if message.pluralizable:
            texts = list(message.string) if isinstance(message.string, tuple | list) else [message.string]
            message.string = tuple((texts + [""] * int(number))[: int(number)])
        message.auto_comments = list(dict.fromkeys(message.auto_comments))
    out = io.BytesIO()
    write_po(out, catalogue, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True, width=120)
    header = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: Groundwork\\n"\n'
        f'"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals={number}; plural=({expression});\\n"\n\n'
    )
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = header + out.getvalue().decode().lstrip("\n")
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        part = path.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)


def single_of(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def texts_of(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string]


def placeholders(text: str) -> list[str]:
    named = [found[1] or found[2] for found in PERCENT.finditer(text) if found[2] != "%"]
    return sorted(named + [found[1] for found in BRACES.finditer(text)])


def faults() -> Iterator[str]:
    """What keeps a catalogue from being complete, one sentence a fault."""
    template = extracted()
    for language, (number, _expression) in PLURALS.items():
        catalogue = catalogue_of(language)
        for wish in template:
            if not wish.id:
                continue
            name = f"{language}: {single_of(wish)!r}"
            place = f" ({wish.locations[0][0]}:{wish.locations[0][1]})" if wish.locations else ""
            message = catalogue.get(single_of(wish), wish.context)
            if message is None or not any(texts_of(message)):
                yield f"{name} is missing{place}"
            else:
                yield from faults_of(name, wish, message, int(number))


def faults_of(name: str, wish: Message, message: Message, number: int) -> Iterator[str]:
    if message.fuzzy:
        yield f"{name} is fuzzy"
    texts = texts_of(message)
    expected = number if wish.pluralizable else 1
    if bool(wish.pluralizable) != bool(message.pluralizable) or len(texts) != expected or not all(texts):
        yield f"{name} has {len([text for text in texts if text])} of {expected} forms"
        return
    ids = list(wish.id) if isinstance(wish.id, tuple | list) else [wish.id]
    allowed = [placeholders(text) for text in ids]
    for text in texts:
        if placeholders(text) not in allowed:
            yield f"{name} has the placeholders {placeholders(text)}, not {allowed[-1]}, in {text!r}"


def check() -> int:
    found = list(faults())
    for fault in found:
        print(fault)
    if found:
        print(f"{len(found)} faults in the messages. See tools/messages.py missing LANG, and fill.", file=sys.stderr)
    return 1 if found else 0


def key_of(message: Message) -> str:
    return f"{message.context}{SEPARATOR}{single_of(message)}" if message.context else single_of(message)


def missing(language: str) -> int:
    catalogue, lacking = catalogue_of(language), {}
    for wish in extracted():
        message = catalogue.get(single_of(wish), wish.context) if wish.id else None
        if wish.id and (message is None or message.fuzzy or not all(texts_of(message))):
            lacking[key_of(wish)] = ["", "", "", ""] if wish.pluralizable else ""
    print(json.dumps(lacking, ensure_ascii=False, indent=1))
    return 0


def fill(language: str, file: str) -> int:
    """Take translations; unknown messages are named and refused, so that a typing error is not lost."""
    update()
    catalogue, unknown = catalogue_of(language), []
    for key, text in json.loads(Path(file).read_text(encoding="utf-8")).items():
        context, _, single = key.rpartition(SEPARATOR)
        message = catalogue.get(single, context or None)
        if message is None:
            unknown.append(key)
        elif text and (isinstance(text, str) or all(text)):
            message.string = text if isinstance(text, str) else tuple(text)
            message.flags.discard("fuzzy")
    save(language, catalogue)
    for key in unknown:
        print(f"{language}: {key!r} is not a message of the code", file=sys.stderr)
    return 1 if unknown else 0


def compile_all() -> int:
    sys.path.insert(0, str(PACKAGE.parent))
    from groundwork.config.catalogues import compile_stale

    for path in compile_stale():
        print(f"compiled {path.relative_to(PACKAGE)}")
    return 0


def extract() -> int:
    out = io.BytesIO()
    write_po(out, extracted(), omit_header=True, sort_output=True)
    sys.stdout.write(out.getvalue().decode())
    return 0


COMMANDS = {
    "extract": extract,
    "update": update,
    "check": check,
    "compile": compile_all,
    "missing": missing,
    "fill": fill,
}


def main(arguments: list[str]) -> int:
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None or len(arguments) - 1 != command.__code__.co_argcount:
        print(__doc__, file=sys.stderr)
        return 2
    return command(*arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
