"""Fills a Word template, as a program of its own: without Django, secrets or network, with bounded memory and time.

A template comes from users and is a program in Jinja's language. So three fences stand one behind the other: only the
few things listed below may stand in a tag (the tree of the template is read before it runs), what runs is Jinja's
immutable sandbox with nothing in it but texts, and this process has nothing worth taking.

Reads a line of JSON {"shape", "said", "memory", "seconds"} and the template from stdin. Answers with a line of JSON,
{} and the paper behind it, or {"why", "place", "near", "word"} (``docx.WORDS`` has the sentences).
"""

import json
import re
import resource
import sys
import zipfile
from io import BytesIO
from posixpath import splitext
from xml.parsers import expat

MOST_ENTRIES = 500
MOST_UNPACKED = 40_000_000  # bytes
MOST_MADE = 20_000_000  # characters of one part of a paper
MOST_LOOPS = 2  # one within the other
MOST_DEPTH = 60  # of the tree of one tag, and of tags in tags
NEAR = 80  # characters of the paragraph in which a mistake stands
ENDINGS = {
    ".xml", ".rels", ".vml", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".svg", ".odttf",
}  # fmt: skip
RELATIONS = {
    "officeDocument", "core-properties", "extended-properties", "custom-properties", "thumbnail", "styles",
    "stylesWithEffects", "settings", "webSettings", "fontTable", "font", "theme", "numbering", "header", "footer",
    "footnotes", "endnotes", "comments", "commentsExtended", "commentsIds", "commentsExtensible", "people", "image",
    "hyperlink", "customXml", "customXmlProps", "glossaryDocument", "diagramData", "diagramLayout", "diagramColors",
    "diagramQuickStyle", "diagramDrawing", "classificationlabels",
}  # fmt: skip
NOT_XML = {"image", "thumbnail", "font", "hyperlink"}  # what these name is not read as XML by anybody
FIELDS = {  # codes of Word that fetch nothing and run nothing
    "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "DATE", "TIME", "CREATEDATE", "SAVEDATE", "PRINTDATE", "TITLE",
    "AUTHOR", "SUBJECT", "FILENAME", "HYPERLINK", "REF", "PAGEREF", "NOTEREF", "TOC", "SEQ", "STYLEREF", "IF", "=",
    "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN", "DOCPROPERTY", "NUMWORDS", "SYMBOL",
}  # fmt: skip
OBJECTS = {"object", "OLEObject", "control", "altChunk", "subDoc", "script", "foreignObject", "webVideoPr"}
VML_PICTURES = {"imagedata", "fill", "stroke"}
LINKS = ("http://", "https://", "mailto:", "tel:")
FILTERS = {"upper", "lower", "capitalize", "title", "trim", "default", "join", "length", "first", "last"}
TESTS = {"defined"}
LOOP = {"index", "index0", "revindex", "revindex0", "first", "last", "length"}
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Wrong(Exception):
    def __init__(self, why: str, place: str = "", near: str = "", word: str = ""):
        self.told = {"why": why, "place": place[:NEAR], "near": near[:NEAR], "word": word[:NEAR]}


# ── the file


def checked(content: bytes) -> None:
    """Refused unless it is a Word document and nothing else: no macros, objects, parts from elsewhere, bombs."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            entries = packed.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise Wrong("large")
            names = [entry.filename for entry in entries]
            if len(set(names)) != len(names) or "word/document.xml" not in names:
                raise Wrong("no word")
            for entry in entries:
                if not entry.is_dir():
                    check_part(entry.filename, packed.read(entry))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Wrong("no word") from error


def check_part(name: str, content: bytes) -> None:
    ending = splitext(f"x{name}" if name.startswith(".") else name.replace("/.", "/x."))[1].lower()
    if ending == ".bin" and "vba" in name.lower():
        raise Wrong("macros", name)
    if ending not in ENDINGS:
        raise Wrong("object", name)
    if ending in (".xml", ".rels", ".vml", ".svg"):
        reader = Reader(name)
        try:
            reader.read(content)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise Wrong("no word", name) from error


class Reader:
    """Reads one part in XML, without keeping it."""

    def __init__(self, name: str):
        self.name, self.codes, self.is_code = name, [""], False  # of fields that are open, the innermost last
        self.is_picture = name.lower().endswith(".svg")

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self.doctype
        parser.StartElementHandler, parser.EndElementHandler = self.begins, self.ends
        parser.CharacterDataHandler = self.text
        parser.Parse(content, True)
        while self.codes:
            self.check_field(self.codes.pop())

    def doctype(self, *_about):
        raise Wrong("entities", self.name)

    def begins(self, tag: str, about: dict) -> None:
        tag = tag.rpartition(" ")[2]
        about = {key.rpartition(" ")[2]: value for key, value in about.items()}
        if tag == "Relationship":
            self.check_relation(about)
        elif tag in ("Override", "Default") and "macro" in about.get("ContentType", "").lower():
            raise Wrong("macros", about.get("PartName", self.name))
        elif tag in OBJECTS:
            raise Wrong("object", self.name)
        elif tag in VML_PICTURES and (far := about.get("src") or about.get("href") or about.get("althref")):
            raise Wrong("elsewhere", self.name, far)
        elif tag == "fldSimple":
            self.check_field(about.get("instr", ""))
        elif tag == "fldChar":
            self.field(about.get("fldCharType"))
        elif tag in ("instrText", "delInstrText"):
            self.is_code = True
        if self.is_picture and not about.get("href", "#").startswith(("#", "data:image/")):
            raise Wrong("elsewhere", self.name, about["href"])

    def ends(self, tag: str) -> None:
        if tag.rpartition(" ")[2] in ("instrText", "delInstrText"):
            self.is_code = False

    def text(self, text: str) -> None:
        if self.is_code:
            self.codes[-1] += text

    def field(self, what: str | None) -> None:
        """Begins, or ends. What a field does is never worked out by another field in it."""
        if what == "begin":
            if len(self.codes) > 1 and not self.codes[-1].strip():
                raise Wrong("field", self.name)
            self.codes.append("")
        elif what == "end" and len(self.codes) > 1:
            self.check_field(self.codes.pop())

    def check_relation(self, about: dict) -> None:
        kind, target = about.get("Type", "").rpartition("/")[2], about.get("Target", "")
        if kind == "vbaProject":
            raise Wrong("macros", target)
        is_link = kind == "hyperlink" and target.lower().startswith(LINKS)
        if about.get("TargetMode") == "External" and not is_link:
            raise Wrong("elsewhere", self.name, target)
        if kind not in RELATIONS or not (kind in NOT_XML or target.lower().endswith(".xml")):
            raise Wrong("object", target)

    def check_field(self, code: str) -> None:
        words = code.split()
        first = "=" if words and words[0].startswith("=") else words[0].upper() if words else ""
        target = " ".join(words[1:]).strip('"').lower()
        is_far = first == "HYPERLINK" and not target.startswith(("\\l", *LINKS))
        if (first and first not in FIELDS) or is_far:
            raise Wrong("field", self.name, code.strip(), words[0])


# ── the tags


def check_tags(source: str, place: str, env, shape) -> None:
    """Refused unless every tag says something known; ``source`` has a paragraph a line."""
    from jinja2 import TemplateSyntaxError

    lines = source.split("\n")

    def near(line: int) -> str:
        return re.sub(r"<[^>]*>", "", lines[line - 1] if 0 < line <= len(lines) else "").strip()

    try:
        if any(kind == "raw_begin" for _line, kind, _value in env.lex(source)):
            raise Wrong("not allowed", place, word="raw")
        tree = env.parse(source)
    except TemplateSyntaxError as error:
        is_open = "end of template" in str(error.message)
        raise Wrong("open" if is_open else "broken", place, near(error.lineno)) from error
    except RecursionError as error:
        raise Wrong("deep", place) from error
    try:
        Tags(place, near, shape).check(tree)
    except RecursionError as error:
        raise Wrong("deep", place) from error


class Tags:
    """Walks the tree of a template. ``names`` says what each word stands for: a text is "", a list [what is in it],
    facts by name {name: ""}."""

    def __init__(self, place: str, near, shape: dict):
        self.place, self.near, self.names = place, near, shape

    def check(self, node, names=None, loops=0, depth=0) -> None:
        from jinja2 import nodes as n

        names = self.names if names is None else names
        if depth > MOST_DEPTH:
            raise self.wrong("deep", node)
        if isinstance(node, n.For):
            self.check_loop(node, names, loops, depth)
        elif isinstance(node, n.If):
            self.shape(node.test, names, depth)
            for child in (*node.body, *node.elif_, *node.else_):
                self.check(child, names, loops, depth + 1)
        elif isinstance(node, n.Output):
            for child in node.nodes:
                if not isinstance(child, n.TemplateData) and not isinstance(self.shape(child, names, depth), str):
                    raise self.wrong("a list", child, self.called(child))
        elif isinstance(node, n.Template):
            for child in node.body:
                self.check(child, names, loops, depth + 1)
        else:
            raise self.wrong("not allowed", node, type(node).__name__.lower())

    def check_loop(self, node, names, loops, depth) -> None:
        from jinja2 import nodes as n

        inside = self.shape(node.iter, names, depth)
        if not isinstance(inside, list):
            raise self.wrong("no list", node, self.called(node.iter))
        if node.recursive or node.test or not isinstance(node.target, n.Name) or node.target.name == "loop":
            raise self.wrong("not allowed", node, "for")
        if loops >= MOST_LOOPS:
            raise self.wrong("loops", node)
        known = {**names, node.target.name: inside[0], "loop": dict.fromkeys(LOOP, "")}
        for child in node.body:
            self.check(child, known, loops + 1, depth + 1)
        for child in node.else_:
            self.check(child, names, loops, depth + 1)

    def shape(self, node, names, depth=0):
        """What an expression stands for."""
        from jinja2 import nodes as n

        if depth > MOST_DEPTH:
            raise self.wrong("deep", node)

        def of(child):
            return self.shape(child, names, depth + 1)

        if isinstance(node, n.Const):
            return ""
        if isinstance(node, n.Name) and node.name in names:
            return names[node.name]
        if isinstance(node, n.Name):
            raise self.wrong("unknown", node, node.name)
        if isinstance(node, n.Getattr):
            return self.part(node, of(node.node), node.attr)
        if isinstance(node, n.Getitem) and isinstance(node.arg, n.Const):
            return self.part(node, of(node.node), node.arg.value)
        has_more = isinstance(node, n.Filter) and (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if isinstance(node, n.Filter) and node.name in FILTERS and not has_more:
            held = of(node.node)
            if not all(isinstance(arg, n.Const) for arg in node.args):
                raise self.wrong("not allowed", node, node.name)
            if node.name in ("first", "last") and isinstance(held, list):
                return held[0]
            if isinstance(held, str) or node.name == "length" or (node.name == "join" and held == [""]):
                return ""
        if isinstance(node, n.Test) and node.name in TESTS and not node.args:
            of(node.node)
            return ""
        if isinstance(node, n.Not | n.And | n.Or | n.CondExpr | n.Concat | n.Compare):
            for child in node.iter_child_nodes():
                of(child.expr if isinstance(child, n.Operand) else child)
            return ""
        name = getattr(node, "name", "")
        raise self.wrong("not allowed", node, name if isinstance(name, str) and name else type(node).__name__.lower())

    def part(self, node, held, name):
        """Of facts by their name, of a list by its place."""
        if isinstance(held, dict) and name in held:
            return held[name]
        if isinstance(held, list) and isinstance(name, int) and not isinstance(name, bool) and 0 <= name < 1000:
            return held[0]
        raise self.wrong("unknown", node, f"{self.called(node.node)}.{name}")

    def called(self, node) -> str:
        own = getattr(node, "name", "") or getattr(node, "attr", "")
        return str(own) if own or not hasattr(node, "node") else self.called(node.node)

    def wrong(self, why: str, node, word: str = "") -> Wrong:
        return Wrong(why, self.place, self.near(node.lineno or 0), word)


# ── the paper


def filled(template: bytes, said: dict, shape: dict) -> bytes:
    checked(template)
    paper = paper_of(template, shape)
    paper.render(said, paper.env)
    made = BytesIO()
    paper.save(made)
    checked(made.getvalue())
    return made.getvalue()


def environment():
    from jinja2 import ChainableUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    env = ImmutableSandboxedEnvironment(autoescape=True, undefined=ChainableUndefined)
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in FILTERS}
    env.tests = {name: env.tests[name] for name in TESTS}
    return env


def paper_of(template: bytes, shape: dict):
    from docxtpl import DocxTemplate

    class Checked(DocxTemplate):
        """Every text is checked before it runs, and a value is written as it is."""

        env = environment()
        shape = None

        def render_xml_part(self, src_xml, part, context, jinja_env=None):
            source = re.sub(r"<w:p([ >])", r"\n<w:p\1", src_xml)
            made = self.run(source, splitext(part.partname)[0].rpartition("/")[2], context)
            return self.resolve_listing(re.sub(r"\n<w:p([ >])", r"<w:p\1", made))

        def run(self, source: str, place: str, context: dict) -> str:
            check_tags(source, place, self.env, shape)
            made, length = [], 0
            for text in self.env.from_string(source).generate(context):
                made.append(text)
                length += len(text)
                if length > MOST_MADE:
                    raise Wrong("large", place)
            return "".join(made)

        def render_properties(self, context, jinja_env=None):
            """The title and so on, which are no XML here and hold 255 characters."""
            for name in ("author", "comments", "identifier", "language", "subject", "title"):
                if "{" in (text := getattr(self.docx.core_properties, name)):
                    made = self.run(text, "properties", context)
                    setattr(self.docx.core_properties, name, unescaped(made)[:255])

    return Checked(BytesIO(template))


def unescaped(text: str) -> str:
    import html

    return html.unescape(text)


def plain(value, shape):
    """Only what ``shape`` knows, only texts, without the signs that XML cannot hold."""
    if isinstance(shape, dict):
        return {name: plain(value[name], inside) for name, inside in shape.items() if name in value}
    if isinstance(shape, list):
        return [plain(one, shape[0]) for one in value]
    text = value if isinstance(value, str) else ""
    return NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def answer(asked: dict, template: bytes) -> tuple[dict, bytes]:
    try:
        return {}, filled(template, plain(asked["said"], asked["shape"]), asked["shape"])
    except Wrong as wrong:
        return wrong.told, b""
    except MemoryError:
        return {"why": "large"}, b""
    except Exception:  # noqa: BLE001 - whatever a template makes fail is told without its words, which may hold anything
        return {"why": "failed"}, b""


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file, only to its pipe
    told, made = answer(asked, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + made)


if __name__ == "__main__":
    main()
