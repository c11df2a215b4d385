"""Charts as SVG that stands in a page: no script, nothing remote, the same every time.

Only here matplotlib is used, and only once a chart is drawn; it belongs to
`triage-mail[report]`. What is drawn is told apart by pattern, marker and a figure
beside it, never by colour alone. Colours are the page's own (`--ink` and so on), so
that a chart follows it into the dark and onto paper.
"""

import logging
import re
import warnings
from collections.abc import Callable, Mapping
from io import StringIO
from textwrap import fill
from types import MappingProxyType
from typing import Any

from triage.errors import ConfigError, Problem
from triage.report.tables import Chart, Exhibit, Form, Table
from triage.report.wording import shown

try:
    import matplotlib as mpl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator
except ImportError as missing:
    raise ConfigError(
        Problem(
            f"no charts can be drawn, the package {missing.name} is missing:"
            " pip install 'triage-mail[report]'",
            hint="the figures alone need nothing: triage report --csv FILE",
        )
    ) from None

# What it says about its caches and fonts is nothing to whoever reads a report.
logging.getLogger(mpl.__name__).setLevel(logging.ERROR)

WIDTH = 7.6
"""Inches, of 72 points each."""

# Colours that stand for the page's own until the drawing is done.
_INK, _LINE, _PAPER, _SECOND = "#000001", "#000002", "#000003", "#000004"
_FILLS = ("#000011", "#000012", "#000013", "#000014")
_OWN: Mapping[str, str] = MappingProxyType(
    {
        _INK: "var(--ink)",
        _LINE: "var(--line)",
        _PAPER: "var(--paper)",
        _SECOND: "var(--second)",
        **{each: f"var(--fill-{n})" for n, each in enumerate(_FILLS, 1)},
    }
)
_HATCHES = ("", "////", "..", "xxxx")
_STROKES = (_INK, _SECOND)
_MARKERS = ("o", "s")
_DASHES = ("-", "--")
_MOST_LABELS = 8
_LABEL_WIDTH = 8
_NEARLY_NOTHING = 0.06
"""Of a bar: a figure does not fit into so short a part."""

_SETTINGS: dict[Any, object] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",  # comes with matplotlib: widths never change
    "font.size": 10,
    # A centre's name may hold dollar signs.
    "text.parse_math": False,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "hatch.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def drawn(exhibit: Exhibit) -> str:
    """Draw an exhibit's chart; returns an SVG element, or nothing without a chart."""
    table, chart = exhibit.table, exhibit.chart
    if chart is None:
        return ""
    settings = _SETTINGS | {"svg.hashsalt": table.id}
    # A name in a script that the font lacks is shown by the browser all the same.
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        figure = Figure(figsize=(WIDTH, _height(chart, table)), layout="constrained")
        _DRAW[chart.form](figure.add_subplot(), table, chart)
        written = StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(written, format="svg", metadata=nothing)
    return _as_element(written.getvalue(), table)


def _height(chart: Chart, table: Table) -> float:
    if chart.form in (Form.LINES, Form.COLUMNS):
        return 3.2
    bars = len(table.rows) * (1 if chart.form is Form.PARTS else len(chart.series))
    has_legend = len(chart.series) > 1
    return 0.35 + 0.3 * bars + 0.12 * len(table.rows) + 0.4 * has_legend


def _labels(table: Table, chart: Chart) -> list[str]:
    unit = next(each.unit for each in table.columns if each.key == chart.label)
    return [shown(cell, unit) for cell in table.column(chart.label)]


def _figures(table: Table, key: str) -> list[float]:
    return [cell if isinstance(cell, int | float) else 0 for cell in table.column(key)]


def _words(table: Table, key: str) -> list[str]:
    unit = next(each.unit for each in table.columns if each.key == key)
    return [shown(cell, unit) for cell in table.column(key)]


def _bars(axes: Axes, table: Table, chart: Chart) -> None:
    labels = _labels(table, chart)
    thick = 0.8 / len(chart.series)
    for number, key in enumerate(chart.series):
        places = [row + number * thick for row in range(len(labels))]
        bars = axes.barh(
            places,
            _figures(table, key),
            height=thick * 0.92,
            label=table.heading(key),
            color=_FILLS[number],
            edgecolor=_INK,
            hatch=_HATCHES[number],
        )
        axes.bar_label(bars, _words(table, key), padding=3)
    axes.set_yticks([row + 0.4 - thick / 2 for row in range(len(labels))], labels)
    axes.invert_yaxis()
    axes.margins(x=0.12, y=0.01)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    if len(chart.series) > 1:
        _legend(axes, len(chart.series))


def _columns(axes: Axes, table: Table, chart: Chart) -> None:
    key = chart.series[0]
    labels = _labels(table, chart)
    bars = axes.bar(
        range(len(labels)),
        _figures(table, key),
        width=0.85,
        color=_FILLS[0],
        edgecolor=_INK,
    )
    axes.bar_label(bars, _words(table, key), padding=2)
    broken = [fill(label, _LABEL_WIDTH) for label in labels]
    axes.set_xticks(range(len(labels)), broken, fontsize=9)
    axes.margins(y=0.12)
    axes.spines["left"].set_visible(False)
    axes.tick_params(bottom=False, left=False, labelleft=False)


def _lines(axes: Axes, table: Table, chart: Chart) -> None:
    labels = _labels(table, chart)
    for number, key in enumerate(chart.series):
        axes.plot(
            range(len(labels)),
            _figures(table, key),
            label=table.heading(key),
            color=_STROKES[number],
            linestyle=_DASHES[number],
            marker=_MARKERS[number],
            markersize=4.5,
            markerfacecolor=(_INK, _PAPER)[number],
        )
    every = max(-(-len(labels) // _MOST_LABELS), 1)
    axes.set_xticks(range(0, len(labels), every), labels[::every], fontsize=9)
    axes.set_ylabel("Cases")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.grid(axis="y", color=_LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    _legend(axes, len(chart.series))


def _parts(axes: Axes, table: Table, chart: Chart) -> None:
    labels = _labels(table, chart)
    figures = [_figures(table, key) for key in chart.series]
    wholes = [sum(row) or 1 for row in zip(*figures, strict=True)]
    begins = [0.0] * len(labels)
    for number, (key, counts) in enumerate(zip(chart.series, figures, strict=True)):
        shares = [count / whole for count, whole in zip(counts, wholes, strict=True)]
        bars = axes.barh(
            range(len(labels)),
            shares,
            left=begins,
            height=0.7,
            label=table.heading(key),
            color=_FILLS[number],
            edgecolor=_INK,
            hatch=_HATCHES[number],
        )
        words = [
            word if share > _NEARLY_NOTHING else ""
            for word, share in zip(_words(table, key), shares, strict=True)
        ]
        for label in axes.bar_label(bars, words, label_type="center"):
            label.set_bbox({"facecolor": _PAPER, "edgecolor": "none", "pad": 1.5})
        begins = [begin + share for begin, share in zip(begins, shares, strict=True)]
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    axes.tick_params(left=False)
    _legend(axes, len(chart.series))


def _legend(axes: Axes, columns: int) -> None:
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        frameon=False,
        borderaxespad=0.3,
        handlelength=2.6,
        handleheight=1.1,
    )


_DRAW: Mapping[Form, Callable[[Axes, Table, Chart], None]] = {
    Form.BARS: _bars,
    Form.COLUMNS: _columns,
    Form.LINES: _lines,
    Form.PARTS: _parts,
}

_TAG = re.compile(r"<[^>]*>")
_ID = re.compile(r'(\bid="|url\(#|href="#)')
_STYLE = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL)


def _as_element(document: str, table: Table) -> str:
    """Make a document an element: ids of its own, the page's colours, a label."""

    def own(tag: re.Match[str]) -> str:
        inside = _ID.sub(lambda found: f"{found[0]}{table.id}-", tag[0])
        for ours, pages in _OWN.items():
            inside = inside.replace(ours, pages)
        return inside.replace("'DejaVu Sans'", "inherit")

    # The style would hold for the whole page; and tags alone, since names are data.
    element = _STYLE.sub("", document[document.index("<svg") :], count=1)
    label = f'<svg role="img" aria-labelledby="{table.id}-says"'
    return _TAG.sub(own, element).replace("<svg", label, 1)
