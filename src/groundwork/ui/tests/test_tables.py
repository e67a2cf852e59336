import pytest

from groundwork.ui.table import Cell, Column, Empty, Row, Table


def make_table(**changes) -> Table:
    given = {
        "columns": [Column("name", "Deal", main=True), Column("amount", "Amount", numeric=True)],
        "rows": [Row([Cell("Almonds"), Cell("58 200")], key="7", href="/deals/7")],
        "id": "deals",
    }
    return Table(**(given | changes))


def test_a_row_leads_to_its_record_by_its_name(shown):
    html = shown("{% table deals %}", deals=make_table())

    assert '<tr id="deals-7"><td class="k1"><a href="/deals/7">Almonds</a></td>' in html


def test_a_number_stands_at_the_right_and_carries_its_label_for_the_narrow_screen(shown):
    html = shown("{% table deals %}", deals=make_table())

    assert '<td class="n" data-l="Amount">58 200</td>' in html


@pytest.mark.parametrize("kind", ["", "bold", "chip", "warn", "number"])
def test_what_a_person_typed_is_never_read_as_markup(shown, kind):
    bad = '<script>x</script>"'
    row = Row([Cell(bad, sub=bad, title=bad, kind=kind), Cell("1")], key=bad, href='javascript:"x')

    html = shown("{% table deals %}", deals=make_table(rows=[row], caption=bad))

    assert "<script" not in html
    assert 'javascript:"' not in html


@pytest.mark.parametrize("href", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "http://[bad"])
def test_an_address_that_would_run_code_is_no_link(shown, href):
    html = shown("{% table deals %}", deals=make_table(rows=[Row([Cell("site", href), Cell("1", href, "chip")])]))

    assert "<a" not in html.split("<tbody")[1]


@pytest.mark.parametrize(
    "href", ["/deals/7", "?sort=name", "https://a.example/?a=1&b=2", "mailto:a@b.example", "tel:+48 12"]
)
def test_an_ordinary_address_is_a_link(shown, href):
    assert "<a href=" in shown("{% table deals %}", deals=make_table(rows=[Row([Cell("site", href), Cell("1")])]))


def test_the_sorted_column_says_so_and_leads_to_the_other_order(shown):
    columns = [Column("name", "Deal", sort_url="?sort=-name", sorted="ascending"), Column("amount", "Amount")]

    html = shown("{% table deals %}", deals=make_table(columns=columns))

    assert '<th scope="col" aria-sort="ascending"><a href="?sort=-name">Deal' in html
    assert html.count("aria-sort") == 1


def test_an_unknown_value_is_a_dash_and_zero_is_zero(shown):
    html = shown("{% table deals %}", deals=make_table(rows=[Row([Cell(""), Cell("0")])]))

    assert ">–</td>" in html
    assert ">0</td>" in html


def test_a_column_without_a_total_stays_blank(shown):
    html = shown("{% table deals %}", deals=make_table(totals=[Cell("42 deals"), Cell("")]))

    assert '<td class="k1">42 deals</td><td class="n" data-l="Amount" data-none></td>' in html


def test_totals_may_come_in_a_second_request(shown):
    html = shown("{% table deals %}", deals=make_table(totals_url="/deals/totals?a=1&b=2"))

    assert 'hx-get="/deals/totals?a=1&amp;b=2" hx-trigger="load"' in html


def test_show_next_is_a_link_that_htmx_turns_into_more_rows(shown):
    table = make_table(next_url="/deals?after=7", next_label="Show next 30")

    html = shown("{% table deals %}", deals=table)
    fragment = shown("{% table_rows deals %}", deals=table)

    assert 'href="/deals?after=7" hx-get="/deals?after=7" hx-target="#deals-rows" hx-swap="beforeend"' in html
    assert fragment.startswith('<tr id="deals-7">')
    assert '<template><div class="next-page" id="deals-next" hx-swap-oob="true">' in fragment


def test_after_the_last_rows_the_button_goes(shown):
    fragment = shown("{% table_rows deals %}", deals=make_table())

    assert '<div class="next-page" id="deals-next" hx-swap-oob="true">\n</div>' in fragment


def test_an_empty_list_says_what_the_thing_is_and_offers_one_way_forward(shown):
    empty = Empty("An order carries the hours of one promise", "It starts from a won deal.", "New order", "/orders/new")

    html = shown("{% table deals %}", deals=make_table(rows=[], empty=empty))

    assert "<table" not in html
    assert '<a class="btn primary" href="/orders/new">New order</a>' in html
