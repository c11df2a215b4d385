"""The report's page and its charts."""

import re
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from triage.report import Report, page_of
from triage.report.charts import drawn
from triage.report.counts import counted
from triage.report.tables import Exhibit, Form, Unit, section_of
from triage.report.unusual import unusual_section
from triage.report.wording import shown


@pytest.fixture(scope="module")
def text(report: Report) -> str:
    return page_of(report, "The board", "abc")


@pytest.fixture(scope="module")
def page(text: str) -> LexborHTMLParser:
    return LexborHTMLParser(text)


def exhibits(report: Report) -> list[Exhibit]:
    return [each for section in report.sections for each in section.exhibits]


def texts_of(node: LexborNode, selector: str) -> list[str]:
    return [each.text(strip=True) for each in node.css(selector)]


def test_every_chart_stands_above_its_table(
    page: LexborHTMLParser, report: Report
) -> None:
    charts = [each.table.id for each in exhibits(report) if each.chart]

    assert len(charts) == len(page.css("figure > svg"))
    for name in charts:
        assert page.css_first(f"table#{name}") is not None


def test_a_table_has_its_caption_and_headings_with_their_scope(
    page: LexborHTMLParser, report: Report
) -> None:
    for each in exhibits(report):
        table = each.table
        if not table.rows:
            continue
        node = page.css_first(f"table#{table.id}")
        assert node is not None
        assert [table.caption] == texts_of(node, "caption")
        assert [column.heading for column in table.columns] == texts_of(
            node, "thead th[scope=col]"
        )
        assert len(table.rows) == len(node.css("tbody th[scope=row]"))


def test_every_figure_of_a_table_is_on_the_page(
    page: LexborHTMLParser, report: Report
) -> None:
    for each in exhibits(report):
        table = each.table
        expected = [
            shown(cell, column.unit)
            for row in table.rows
            for column, cell in zip(table.columns, row, strict=True)
        ]
        node = page.css_first(f"table#{table.id}")
        assert expected == (
            [] if node is None else texts_of(node, "tbody th, tbody td")
        )


def test_the_figures_beside_bars_are_those_of_the_table(report: Report) -> None:
    for each in exhibits(report):
        if each.chart is None or each.chart.form not in (Form.BARS, Form.COLUMNS):
            continue
        labels = LexborHTMLParser(drawn(each)).css("text")
        written = [label.text(strip=True) for label in labels]
        for key in each.chart.series:
            unit = next(c.unit for c in each.table.columns if c.key == key)
            for cell in each.table.column(key):
                assert shown(cell, unit) in written, each.table.id


def test_a_chart_says_what_it_shows(page: LexborHTMLParser) -> None:
    for svg in page.css("figure > svg"):
        label = svg.attributes["aria-labelledby"]
        caption = page.css_first(f"figcaption#{label}")
        assert svg.attributes["role"] == "img"
        assert caption is not None
        assert "The table has every figure" in caption.text()


def test_the_greatest_figures_of_a_chart_are_said_in_words(report: Report) -> None:
    counts = counted("routes", "Cases by route", {"a": 1, "b": 40, "c": 3, "d": 2}, {})
    few = replace(report, sections=(section_of("what", "What came", (counts,)),))

    page = LexborHTMLParser(page_of(few, "The board", "abc"))

    caption = page.css_first("figcaption")
    assert caption is not None
    assert "Highest in “Cases”: b (40), c (3), d (2)." in caption.text()


def test_no_two_elements_share_an_id(text: str) -> None:
    ids = re.findall(r'\bid="([^"]*)"', text)

    assert sorted(set(ids)) == sorted(ids)


def test_what_a_drawing_refers_to_is_in_the_page(text: str) -> None:
    ids = set(re.findall(r'\bid="([^"]*)"', text))
    wanted = set(re.findall(r'(?:url\(|href=")#([^")]*)', text))

    assert wanted
    assert set() == wanted - ids


def test_the_page_runs_nothing_and_loads_nothing(page: LexborHTMLParser) -> None:
    assert page.css("script, link, img, iframe, image, style[type]") == []
    for node in page.css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on")
            if name in {"href", "src", "xlink:href"}:
                assert str(value).startswith("#")


def test_the_language_and_one_first_heading_are_there(page: LexborHTMLParser) -> None:
    html = page.css_first("html")

    assert html is not None
    assert html.attributes["lang"] == "en-GB"
    assert len(page.css("h1")) == 1


def test_a_chart_is_the_same_every_time(report: Report) -> None:
    first = next(each for each in exhibits(report) if each.chart)

    assert drawn(first) == drawn(first)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "St $a^{b$ & Sons",
        '" onload="alert(1)',
        'a id="x" href="#y" url(#z) #000001',
        "学校",
        "\x1b[2J\x00\u202e\ud800",
        "]]>",
        "",
        " ",
        "_hidden",
    ],
    ids=[
        "a script",
        "dollars",
        "an attribute",
        "what is replaced in tags",
        "a script that the font lacks",
        "controls",
        "the end of CDATA",
        "nothing",
        "a space",
        "an underscore",
    ],
)
def test_a_name_that_a_sender_wrote_is_only_a_name(report: Report, name: str) -> None:
    section = unusual_section(({name: 9, "b": 8}, {"b": 8}), ({}, {}))
    hostile = replace(report, sections=(section,))

    page = LexborHTMLParser(page_of(hostile, "The board", "abc"))

    assert page.css("script") == []
    for node in page.css("*"):
        assert "onload" not in node.attributes
    assert [column.heading for column in section.exhibits[0].table.columns] == texts_of(
        page.root or pytest.fail("no page"), "#centres thead th"
    )
    bars = page.css("svg text")
    assert {"9", "8"} <= {each.text(strip=True) for each in bars}


def test_what_is_empty_says_so(report: Report) -> None:
    nothing = counted("routes", "Cases by route", {}, {})
    empty = replace(report, sections=(section_of("what", "What came", (nothing,)),))

    page = LexborHTMLParser(page_of(empty, "The board", "abc"))

    part = page.css_first("#part-what")
    assert part is not None
    assert "None in this period" in part.text()
    assert not page.css("svg")


@pytest.mark.parametrize(
    ("cell", "unit", "words"),
    [
        (None, Unit.SHARE, "–"),  # noqa: RUF001
        (1.0, Unit.SHARE, "100%"),
        (0.9999, Unit.SHARE, "99.9%"),
        (0.0001, Unit.SHARE, "0.1%"),
        (0.0, Unit.SHARE, "0%"),
        (0.954, Unit.SHARE, "95%"),
        (12345, Unit.COUNT, "12,345"),
        (1.0, Unit.DAYS, "1.0 working day"),
        (0.04, Unit.CHANCE, "4%"),
        (0.001, Unit.CHANCE, "1 in 1,000"),
        (0.00001, Unit.CHANCE, "under 1 in 10,000"),
    ],
)
def test_figures_are_worded_for_people(
    cell: float | None, unit: Unit, words: str
) -> None:
    assert words == shown(cell, unit)
