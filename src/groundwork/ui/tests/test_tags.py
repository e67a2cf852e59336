import pytest

from groundwork.ui.charts import BarChart, Series, draw
from groundwork.ui.table import Cell, Fact, Facts


def test_an_icon_is_silent(shown):
    assert 'aria-hidden="true"' in shown('{% icon "sun" %}')


def test_an_icon_nobody_drew_does_not_break_the_page(shown):
    assert "<svg" in shown('{% icon "no-such-icon-at-all" %}')


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Марина Соколова", "МС"), ("Anna Maria Nowak", "AN"), ("Oleg", "O"), ("", "?"), ("<b>", "&lt;")],
)
def test_an_avatar_shows_initials(shown, name, initials):
    assert f">{initials}</span>" in shown("{% avatar name %}", name=name)


@pytest.mark.parametrize(
    ("percent", "level"), [(100, ""), (90, ""), (89, "mid"), (75, "mid"), (74, "low"), (0, "low"), (140, "")]
)
def test_completeness_is_quiet_from_90_and_red_below_75(shown, percent, level):
    assert f'class="full {level} v-{min(percent, 100)}"' in shown("{% completeness percent %}", percent=percent)


def test_a_number_with_nothing_under_it_has_no_ring(shown):
    assert shown("{% completeness percent %}", percent=None) == ""


def test_a_meter_frames_its_target(shown):
    html = shown('{% meter 76 low=70 high=80 label="Must requirements" %}')

    assert 'aria-valuenow="76" aria-label="Must requirements"' in html
    assert '<span class="band from-70 to-80"></span>' in html


def test_a_suspect_step_is_marked_on_the_ladder(shown):
    html = shown("{% ladder 3 suspect=4 %}")

    assert html.count('<i class="on">') == 3
    assert html.count('<i class="sus">') == 1
    assert 'aria-label="Step 3 of 7"' in html


def test_a_note_escapes_what_it_is_told(shown):
    html = shown('{% note "warn" %}{{ words }}{% endnote %}', words="<b>bold</b>")

    assert 'class="note warn"' in html
    assert "&lt;b&gt;bold" in html


def test_a_panel_carries_its_title_and_its_body(shown):
    html = shown("{% panel title %}<p>body</p>{% endpanel %}", title="A & B")

    assert "<h2>A &amp; B</h2><p>body</p></section>" in html


def test_a_fact_somebody_waits_for_says_so(shown):
    facts = Facts([Fact("Certificates", Cell(""), missing="not given, needed for the contract")])

    assert '<dd class="miss">not given, needed for the contract</dd>' in shown("{% facts facts %}", facts=facts)


def test_a_fact_with_an_origin_carries_the_why_mark_and_works_without_script(shown):
    html = shown("{% facts facts %}", facts=Facts([Fact("Need", Cell("3 t"), why_url="/why/need")]))

    assert '<a class="why" href="/why/need" hx-get="/why/need" hx-target="#why"' in html
    assert 'aria-label="Why we ask this: Need"' in html


def test_a_chart_says_every_number_in_words(shown):
    chart = BarChart(
        "Won rose to 12", ["Jul", "Aug"], [Series("Won", [11, 12], ["11 m", "12 m"])], Series("Plan", [10, None])
    )

    html = shown("{% chart chart %}", chart=chart)

    assert html.count("11 m") == 2  # on the bar and in the table
    assert "Won rose to 12</title>" in html
    assert '<td class="n">–</td>' in html


def test_a_forecast_stands_on_what_is_won():
    chart = BarChart("", ["Nov"], [Series("Won", [9]), Series("Forecast", [4], pale=True)])

    won, forecast = draw(chart).bars

    assert forecast.y + forecast.height == pytest.approx(won.y, abs=0.2)
    assert forecast.css == "s1 pale"


def test_a_chart_with_nothing_in_it_is_still_drawn(shown):
    assert "<svg" in shown("{% chart chart %}", chart=BarChart("Nothing yet", [], []))


def test_coordinates_keep_their_points_in_russian(shown):
    from django.utils import translation

    chart = BarChart("", ["a", "b", "c"], [Series("Won", [1, 2, 3])])
    with translation.override("ru"):
        html = shown("{% chart chart %}", chart=chart)

    assert "," not in html.split("<svg")[1].split("</svg>")[0].split("</title>")[1]


def test_the_words_of_a_bar_are_not_struck_through_by_the_mark_of_the_target():
    chart = BarChart("Won", ["May", "June"], [Series("won", [50, 20])], target=Series("plan", [51, 90]))

    drawing = draw(chart)

    assert drawing.bars[0].text_y < drawing.targets[0].y < drawing.bars[0].y
    assert drawing.bars[1].text_y == drawing.bars[1].y - 6
