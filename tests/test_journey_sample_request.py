"""J7: an administrator makes a record type in the browser; two roles work with it, and nobody else finds a trace."""

import re
from collections import deque
from html import unescape

import pytest

from tests.support.screens import speak

pytestmark = [
    pytest.mark.browser,
    pytest.mark.on_sqlite("a type made by the firm is asked on both by its own tests"),
]

TEN = (  # kind, name, what else is typed, what is ticked
    ("choice", "Стадия образца", {"choices": "Запрошен\nОтправлен\nОценён"}, ("in_list", "filterable")),
    ("choices", "Расцветка", {"choices": "Синий\nБелый\nКрасный"}, ("in_list", "filterable")),
    ("link", "Для кого образец", {"target": "company"}, ("in_list", "filterable")),
    ("date", "Нужен не позже", {}, ("in_list", "filterable")),
    ("number", "Сколько штук", {}, ("filterable",)),
    ("money", "Цена штуки образца", {"currency": "EUR"}, ()),
    ("formula", "Всего за образцы",
     {"formula": "[Сколько штук] * [Цена штуки образца]", "gives": "money", "currency": "EUR"}, ("in_list",)),
    ("file", "Чертёж образца", {}, ()),
    ("user", "Кто упаковал", {}, ()),
    ("longtext", "Зачем образец", {}, ()),
)  # fmt: skip
WHY, VIEW = "Знать, что стало с образцом.", "Образцы в пути"
BLUE, WHITE, BROUGHT = "Чашки Лазурные", "Чашки Белоснежные", "Чашки Привозные"
TRACES = (
    "апрос образца", "апросы образцов", "ЗО-1", "samples.csv", WHY, VIEW, BLUE, WHITE, BROUGHT,
    *(name for _kind, name, _facts, _ticks in TEN),
)  # fmt: skip
FORBIDDEN = (
    "/r/{key}/", "/r/{key}/1", "/r/{key}/board", "/r/{key}/list.csv", "/r/{key}/options?q=", "/r/{key}/new",
    "/r/{key}/1/peek", "/r/{key}/1/people?q=a", "/r/{key}/views", "/r/{key}/?view=1", "/types/{key}", "/import/1",
    "/why/object:{key}", "/why/field:{key}.f1", "/configured/object:{key}",
)  # fmt: skip
OPEN = (
    "/", "/day", "/notices", "/acts", "/trash", "/search?q=лазурные", "/search?q=ЗО-1", "/search?q=образц", "/keys",
    "/palette?q=образц", "/palette?q=лазур", "/import/", "/r/company/{company}", "/r/company/{company}/beside",
    "/r/company/?columns_open=1", "/r/company/list.csv", "/r/task/",
)  # fmt: skip


def submit(page) -> None:
    with page.expect_navigation():
        page.locator("main form.form button.primary").first.click()
    assert page.locator("main .err").all_inner_texts() == []


def make_type(page) -> str:
    """The type with its ten fields, its board and its rights; its key."""
    page.goto("/types/new")
    for name, text in {"one": "Запрос образца", "many": "Запросы образцов", "letters": "ЗО", "reason": WHY}.items():
        page.locator(f"[name={name}]").fill(text)
    for role, level, reach in (("head", "all", "3"), ("salesperson", "work", "1")):
        page.locator(f"select[name='may:{role}']").select_option(level)
        page.locator(f"select[name='reach:{role}']").select_option(reach)
    submit(page)
    address = page.url
    for kind, name, facts, ticks in TEN:
        page.goto(f"{address}/fields/new?kind={kind}")
        for field, value in {"label": name, "reason": WHY, **facts}.items():
            box = page.locator(f"[name={field}]")
            box.select_option(value) if field in ("target", "gives") else box.fill(value)
        for tick in ticks:
            page.locator(f"[name={tick}]").check()
        submit(page)
    page.goto(f"{address}/change")
    page.locator("select[name=board]").select_option(index=1)
    page.locator("[name=reason]").fill(WHY)
    submit(page)
    return address.rsplit("/", 1)[1]


def share_a_view(page, key: str) -> None:
    page.goto(f"/r/{key}/views/new?f.f1=c1")
    page.locator("[name=name]").fill(VIEW)
    page.locator("[name=shared][value=everybody]").check()
    page.locator("[name=reason]").fill(WHY)
    submit(page)


def rows(page, key: str) -> list[str]:
    return page.locator(f"#list-{key} tbody td.k1").all_inner_texts()


def facts(page) -> str:
    return " ".join(page.locator(".facts").inner_text().split())


def a_seller_works_with_it(page, key: str, company: str) -> None:
    """By form with a file, by quick add; then list, filter, order, groups, board, search and palette."""
    page.goto(f"/r/{key}/new")
    for name, text in {"name": BLUE, "f3": company, "f4": "2026-12-01", "f5": "3", "f6": "12,50"}.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=f1]").select_option("c1")
    for colour in ("c1", "c2"):
        page.locator(f"[name=f2][value={colour}]").check()
    page.locator("[name='f8.new']").set_input_files(
        {"name": "чашка.txt", "mimeType": "text/plain", "buffer": "эскиз".encode()}
    )
    submit(page)
    for words in ("ЗО-1", "Запрошен", "Синий Белый", "01.12.2026", "37,50 EUR", "чашка.txt"):
        assert words in facts(page)
    page.goto(f"/r/{key}/quick")
    page.locator("[name=name]").fill(WHITE)
    submit(page)

    found = {}
    for asked in ("f.f1=c1", "f.f2=c2", f"f.f3.called={company}", "f.f4.from=2026-11-30", "f.f5.from=4", "sort=name"):
        page.goto(f"/r/{key}/?{asked}")
        found[asked.partition("=")[0]] = rows(page, key)
    assert found == {
        "f.f1": [BLUE], "f.f2": [BLUE], "f.f3.called": [BLUE], "f.f4.from": [BLUE], "f.f5.from": [],
        "sort": [WHITE, BLUE],
    }  # fmt: skip
    page.goto(f"/r/{key}/?group=f2")
    assert page.locator(".group b").all_inner_texts() == ["Синий", "Белый", "нет"]

    page.goto(f"/r/{key}/board")
    page.locator("[data-value=c1] a.nm").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.locator("[data-value=c2] .card", has_text=BLUE).wait_for()
    page.get_by_role("button", name="Отменить").first.click()
    page.locator("[data-value=c1] .card", has_text=BLUE).wait_for()
    page.goto("/search?q=лазурные")
    assert BLUE in page.locator("main").inner_text()
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("лазур")
    page.locator("#palette-list", has_text=BLUE).wait_for()


def a_head_works_with_it(page, key: str) -> str:
    """The shared view, many at once and back, the past put back, a copy, the trash; what the list gives as a file."""
    page.goto(f"/r/{key}/")
    page.locator(".tabs a", has_text=VIEW).click()
    page.locator(f"#list-{key}").wait_for()
    assert rows(page, key) == [BLUE]

    page.goto(f"/r/{key}/?sort=name")
    for box in page.locator("input[name=pick]").all():
        box.check()
    page.locator("#picked button[value=edit]").click()
    page.locator("#bulk-field").select_option("f1")
    page.locator("dialog select[name=f1]").select_option("c3")
    page.locator("dialog button[name=go]").click()
    undo = page.locator(".note form button").first
    undo.wait_for()
    assert page.locator(f"#list-{key} tbody", has_text="Оценён").inner_text().count("Оценён") == 2
    undo.click()
    page.locator(f"#list-{key} tbody", has_text="Запрошен").wait_for()

    page.goto(f"/r/{key}/1/edit")
    page.locator("[name=f5]").fill("5")
    submit(page)
    assert "62,50 EUR" in facts(page)
    page.locator("button[aria-label$='Сколько штук']").first.click()
    page.locator(".facts", has_text="37,50 EUR").wait_for()
    page.goto(f"/r/{key}/1/copy")
    page.locator("[name=name]").fill("Чашки Вторые")
    submit(page)
    page.locator("form[action$='/archive'] button").click()
    page.goto("/trash")
    page.locator("main li", has_text="Чашки Вторые").locator("form button").click()
    page.locator(".facts").wait_for()
    with page.expect_navigation():
        page.locator("form[action$='/archive'] button").click()
    page.goto(f"/r/{key}/1")
    page.locator("textarea[name=text]").fill("@Nina Kowalska, look")  # she does not see it
    page.locator(".compose button.primary").click()
    assert "Nina Kowalska" in page.locator(".compose .err").inner_text()
    return page.request.get(f"/r/{key}/list.csv").text()


def bring_in(page, key: str, listed: str) -> None:
    """The list as it went out, and one row more."""
    rows_given = listed.strip().splitlines()
    one = next(row for row in rows_given if BLUE in row).replace("ЗО-1", "").replace(BLUE, BROUGHT)
    page.goto("/import/")
    page.locator("input[type=file]").set_input_files(
        {"name": "samples.csv", "mimeType": "text/csv", "buffer": "\n".join([*rows_given, one]).encode()}
    )
    page.locator("main form.form button.primary").click()
    page.locator("form[action$='/load'] button").click()
    page.locator("form[action$='/undo'] button").wait_for()
    page.goto(f"/r/{key}/?sort=name")
    assert rows(page, key) == [WHITE, BLUE, BROUGHT]


def traces_found(page, key: str, company: str, most: int) -> list[str]:
    """What a person meets who asks for it by its address, and who follows links: ``most`` pages."""
    facts = {"key": key, "company": company.rpartition("-")[2]}
    said = [
        f"{path}: {status}"
        for path in (path.format(**facts) for path in FORBIDDEN)
        if (status := page.request.get(path).status) not in (403, 404)
    ]
    waiting = deque(path.format(**facts) for path in OPEN)
    known, shapes = set(waiting), {}
    for _turn in range(most):
        if not waiting:
            break
        path = waiting.popleft()
        answer = page.request.get(path)
        text = unescape(answer.text())
        said += [f"{path}: {answer.status}"] if answer.status >= 500 else []
        said += [f"{path}: {word}" for word in (*TRACES, f"/r/{key}/") if word in text and word not in path]
        for found in re.findall(r'(?:href|hx-get)="(/[^"#]*)', answer.text()):
            link, shape = unescape(found), re.sub(r"\d+", "1", found)
            if link not in known and shapes.setdefault(shape, 0) < 1 and not link.startswith("/static"):
                known.add(link)
                shapes[shape] += 1
                waiting.append(link)
    return said


@pytest.mark.soak
def test_a_type_made_in_the_browser_serves_two_roles_and_is_no_trace_to_others(fresh_server, new_page, seed):
    def person(name: str, language: str = "ru", password: str = ""):
        page = new_page(base_url=fresh_server.url)
        page.goto("/")
        page.locator("input[name=login]").fill(f"{name}@demo.example")
        page.locator("input[name=password]").fill(password or seed.password)
        page.locator("input[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        speak(page, language)
        return page

    admin, anna, piotr = person("admin"), person("anna"), person("piotr")
    company = anna.request.get("/r/company/options?q=").json()["options"][0]

    key = make_type(admin)
    share_a_view(admin, key)
    a_seller_works_with_it(anna, key, company)
    listed = a_head_works_with_it(piotr, key)
    bring_in(admin, key, listed)

    fresh_server.must("user", "add", "rita@demo.example", "--role", "reader", input="a long pass phrase\n")
    others = person("larisa"), person("nina"), person("rita", password="a long pass phrase")
    assert [traces_found(page, key, company, most=35) for page in others] == [[], [], []]
    assert traces_found(piotr, key, company, most=3) != []
