"""Charts drawn on the server. Numbers come twice: as height, and as ready words on the mark and in the table twin."""

from dataclasses import dataclass, field

WIDTH, HEIGHT = 640, 200
LEFT, TOP, FLOOR = 44, 24, 168
TICKS = 4
LINE = 13  # between two words over one bar
ABOVE = 20  # how far over a bar its words reach


@dataclass(slots=True)
class Series:
    """``values`` as many as the chart's labels, None where unknown.

    ``pale`` is for a forecast; it stands on the series before it.
    """

    name: str
    values: list[float | None]
    texts: list[str] = field(default_factory=list)  # the same values ready to be read
    pale: bool = False

    def text(self, place: int) -> str:
        if self.texts:
            return self.texts[place]
        value = self.values[place]
        return "–" if value is None else f"{value:g}"


@dataclass(slots=True)
class BarChart:
    """At most three series; ``target`` is drawn as an ink line over each group."""

    title: str  # says the conclusion in words: it is what a screen reader reads
    labels: list[str]
    series: list[Series]
    target: Series | None = None
    caption: str = ""
    label_heading: str = ""  # head of the first column of the table twin
    id: str = "chart"

    def __post_init__(self):
        if len(self.series) > 3:
            raise ValueError("a chart shows at most three series")


@dataclass(slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    css: str
    middle: float
    text: str
    text_y: float


@dataclass(slots=True)
class Line:
    x1: float
    x2: float
    y: float
    text: str = ""


@dataclass(slots=True)
class Drawing:
    """Everything an SVG template needs, in its own units."""

    bars: list[Bar]
    targets: list[Line]
    axis: list[Line]
    names: list[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT


def draw(chart: BarChart) -> Drawing:
    top = nice_top(chart)
    groups = max(len(chart.labels), 1)
    room = (WIDTH - LEFT) / groups
    columns = max(sum(1 for series in chart.series if not series.pale), 1)
    width = min(44.0, room * 0.72 / columns)

    def height(value: float) -> float:
        return (FLOOR - TOP) * max(value, 0) / top

    bars, targets, names = [], [], []
    for place, label in enumerate(chart.labels):
        middle = LEFT + room * (place + 0.5)
        first = len(bars)
        names.append((round(middle, 1), label))
        left, base, column = middle - width * columns / 2, float(FLOOR), -1
        for number, series in enumerate(chart.series, 1):
            if series.pale:
                css = f"s{max(number - 1, 1)} pale"
            else:
                css, column, base = f"s{number}", column + 1, float(FLOOR)
            value = series.values[place]
            if value is None:
                continue
            tall = height(value)
            x = left + width * max(column, 0)
            bars.append(
                Bar(
                    round(x + 1, 1),
                    round(base - tall, 1),
                    round(width - 2, 1),
                    round(tall, 1),
                    css,
                    round(x + width / 2, 1),
                    series.text(place),
                    round(base - tall - 6, 1),
                )
            )
            if series.pale and len(bars) > first + 1 and tall:  # a thin forecast leaves the words of its bar their room
                bars[-1].text_y = min(bars[-1].text_y, round(bars[-2].text_y - LINE, 1))
            base -= tall
        aim = chart.target.values[place] if chart.target else None
        if aim is not None:
            y = FLOOR - height(aim)
            below = 0.0
            for bar in bars[first:]:
                if bar.y - ABOVE < y < bar.y + 2:  # the words of a bar stand over the mark, not under it
                    below = below - LINE if below and bar.css.endswith("pale") else round(y - 6, 1)
                    bar.text_y = below
            half = width * columns / 2 + 6
            targets.append(Line(round(middle - half, 1), round(middle + half, 1), round(y, 1)))
    axis = [
        Line(LEFT - 6, WIDTH, round(FLOOR - (FLOOR - TOP) * step / TICKS, 1), f"{top * step / TICKS:g}")
        for step in range(TICKS + 1)
    ]
    return Drawing(bars, targets, axis, names)


def nice_top(chart: BarChart) -> float:
    """A round number not below any bar or target."""
    highest = max((value or 0 for value in chart.target.values), default=0) if chart.target else 0
    for place in range(len(chart.labels)):
        stack = 0.0
        for series in chart.series:
            value = series.values[place] or 0
            stack = stack + value if series.pale else value
            highest = max(highest, stack)
    if highest <= 0:
        return TICKS
    step = 1.0
    while step * 10 <= highest:
        step *= 10
    while step > highest:
        step /= 10
    return next(step * factor for factor in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * factor >= highest)
