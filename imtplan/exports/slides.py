"""Slides out of a deck: charts that stay editable, each with its own sheet of numbers.

Colours are those of the pages by day; what is told by a colour is told by a word in the table
beside it. Texts are only ever texts: no field, no link, and no formula in the charts' sheets.
"""

import io
from collections.abc import Callable, Sequence
from functools import partial
from math import ceil, floor
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from imtplan.exports.chart_drawing import ticks
from imtplan.exports.deck import Chart, ChartSeries, Deck, Slide, SlideTable
from imtplan.spreadsheets import safe_text
from imtplan.spreadsheets.columns import cleaned_text

WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
MARGIN = Inches(0.6)
TITLE_ONLY = 5
LONG = 110  # letters of a title, beyond which it is written smaller
LANGUAGES = {"fr": MSO_LANGUAGE_ID.FRENCH, "en": MSO_LANGUAGE_ID.ENGLISH_UK}

INK, SOFT, LINE = RGBColor(22, 35, 58), RGBColor(85, 96, 122), RGBColor(201, 203, 210)
ACCENT, WHITE = RGBColor(29, 78, 216), RGBColor(255, 255, 255)
STATUSES = {
    "achieved": RGBColor(4, 103, 79),
    "on_track": RGBColor(11, 66, 102),
    "at_risk": RGBColor(141, 99, 3),
    "off_track": RGBColor(155, 21, 14),
    "missed": RGBColor(102, 2, 36),
}
UNKNOWN = RGBColor(125, 132, 150)
DASHES = {"path": MSO_LINE.DASH, "forecast": MSO_LINE.ROUND_DOT, "target": MSO_LINE.SOLID}
KINDS = {
    "lines": XL_CHART_TYPE.LINE_MARKERS,
    "shares": XL_CHART_TYPE.BAR_CLUSTERED,
    "counts": XL_CHART_TYPE.BAR_CLUSTERED,
}


def write(deck: Deck, step: Callable[[int, int], None]) -> bytes:
    total = len(deck.slides) + 2
    made = Presentation()
    made.slide_width, made.slide_height = WIDTH, HEIGHT
    _properties(made, deck)
    _opening(made, deck)
    step(1, total)
    for number, slide in enumerate(deck.slides, start=2):
        _slide(made, deck, slide, number)
        step(number, total)
    file = io.BytesIO()
    made.save(file)
    step(total, total)
    return file.getvalue()


def _properties(made: Any, deck: Deck) -> None:
    about = made.core_properties
    about.title, about.author, about.language = deck.title, "IMT Plan", deck.language
    about.created = about.modified = timezone.now().replace(tzinfo=None)


# --- Slides ---------------------------------------------------------------------------------------


def _blank(made: Any, deck: Deck, title: str, notes: str) -> tuple[Any, Any]:
    """Adds a slide with its title where outlines and screen readers look for it."""
    slide = made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
    slide.notes_slide.notes_text_frame.text = cleaned_text(notes)
    heading = slide.shapes.title
    heading.left, heading.width = MARGIN, WIDTH - 2 * MARGIN
    return slide, partial(_say, deck.language)


def _opening(made: Any, deck: Deck) -> None:
    slide, say = _blank(made, deck, deck.title, deck.notes)
    heading = slide.shapes.title
    heading.top, heading.height = Inches(0.9), Inches(0.8)
    say(heading.text_frame, deck.title, size=24, colour=ACCENT, bold=True)
    lead = _box(slide, Inches(1.9), Inches(2.4))
    say(lead, deck.lead, size=30, bold=True)
    more = _box(slide, Inches(4.4), Inches(1.4))
    say(more, deck.more, size=18, colour=SOFT)
    say(_box(slide, Inches(6.1), Inches(0.4)), deck.about, size=14, colour=SOFT)
    if deck.is_demonstration:
        warning = _box(slide, Inches(6.6), Inches(0.4))
        text = _("Demonstration data, fictitious figures")
        say(warning, text, size=14, colour=STATUSES["at_risk"], bold=True)


def _slide(made: Any, deck: Deck, content: Slide, number: int) -> None:
    slide, say = _blank(made, deck, content.title, content.notes)
    heading = slide.shapes.title
    heading.top, heading.height = Inches(0.4), Inches(0.9)
    size = 26 if len(content.title) <= LONG else 18
    say(heading.text_frame, content.title, size=size, bold=True)
    wide = WIDTH - 2 * MARGIN
    if content.chart is not None and content.chart.is_drawable:
        beside = wide * 62 // 100
        _chart(slide, content.chart, beside)
        if content.table is not None:
            _table(slide, say, content.table, MARGIN + beside + Inches(0.3), wide - beside)
    elif content.table is not None:
        _table(slide, say, content.table, MARGIN, wide + Inches(0.3))
    _foot(slide, say, deck, number)


def _foot(slide: Any, say: Callable[..., None], deck: Deck, number: int) -> None:
    foot = _box(slide, Inches(6.98), Inches(0.32))
    demonstration = _("Demonstration data, fictitious figures")
    text = f"{demonstration} · {deck.foot}" if deck.is_demonstration else deck.foot
    say(foot, f"{text} · {number} / {len(deck.slides) + 1}", size=10, colour=SOFT)


def _box(slide: Any, top: Emu, height: Emu) -> Any:
    frame = slide.shapes.add_textbox(MARGIN, top, WIDTH - 2 * MARGIN, height).text_frame
    frame.word_wrap = True
    return frame


def _say(
    language: str,
    frame: Any,
    text: str,
    *,
    size: int,
    colour: RGBColor = INK,
    bold: bool = False,
    align: Any = PP_ALIGN.LEFT,
) -> None:
    """Writes the text as one paragraph: what people typed stays text whatever it looks like."""
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = 0
    paragraph = frame.paragraphs[0]
    paragraph.alignment = align
    run = paragraph.add_run()
    run.text = cleaned_text(text)
    run.font.size, run.font.bold = Pt(size), bold
    run.font.color.rgb = colour
    run.font.language_id = LANGUAGES.get(language, MSO_LANGUAGE_ID.FRENCH)


# --- Tables ---------------------------------------------------------------------------------------


def _table(slide: Any, say: Callable[..., None], table: SlideTable, left: Emu, width: Emu) -> None:
    width -= Inches(0.3)
    headed = any(table.headings)
    lines = [table.headings, *table.lines] if headed else list(table.lines)
    rows, columns = len(lines), len(table.headings)
    frame = slide.shapes.add_table(rows, columns, left, Inches(1.45), width, Inches(0.3) * rows)
    made = frame.table
    made.first_row, made.horz_banding = headed, False
    for column, share in zip(made.columns, table.widths, strict=True):
        column.width = Emu(int(width * share))
    for row, line in enumerate(lines):
        for column, text in enumerate(line):
            is_heading = headed and row == 0
            _cell(made.cell(row, column), say, text, heading=is_heading, first=column == 0)


def _cell(cell: Any, say: Callable[..., None], text: str, *, heading: bool, first: bool) -> None:
    cell.fill.background()
    say(
        cell.text_frame,
        text,
        size=12 if heading else 14,
        colour=SOFT if heading or first else INK,
        bold=not (heading or first),
    )
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.035)
    _underline(cell)


def _underline(cell: Any) -> None:
    """Draws a thin line under the cell, which the library has no word for."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001
    line = properties.makeelement(qn("a:lnB"), {"w": str(Pt(0.75))})
    fill = line.makeelement(qn("a:solidFill"), {})
    fill.append(fill.makeelement(qn("a:srgbClr"), {"val": str(LINE)}))
    line.append(fill)
    properties.insert(0, line)


# --- Charts ---------------------------------------------------------------------------------------


def _chart(slide: Any, content: Chart, width: Emu) -> None:
    data = CategoryChartData(number_format=content.number_format)
    # The sheet behind a chart is a workbook, in which a name that begins with "=" is a formula.
    data.categories = [safe_text(name) for name in content.categories]
    for series in content.series:
        data.add_series(safe_text(series.name), series.values)
    height = Inches(5.4)
    frame = slide.shapes.add_chart(KINDS[content.kind], MARGIN, Inches(1.4), width, height, data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", cleaned_text(content.description))  # noqa: SLF001
    _dress(frame.chart, content)
    {"lines": _dress_lines, "shares": _dress_bars, "counts": _dress_bars}[content.kind](
        frame.chart, content
    )


def _dress(chart: Any, content: Chart) -> None:
    chart.has_title = False
    chart.font.size, chart.font.color.rgb = Pt(12), SOFT
    chart.has_legend = len(content.series) > 1
    if chart.has_legend:
        chart.legend.position = XL_LEGEND_POSITION.BOTTOM
        chart.legend.include_in_layout = False
    values = chart.value_axis
    values.format.line.fill.background()
    values.major_gridlines.format.line.color.rgb = LINE
    values.tick_labels.number_format = content.number_format
    values.tick_labels.number_format_is_linked = False
    chart.category_axis.format.line.color.rgb = UNKNOWN


def _dress_lines(chart: Any, content: Chart) -> None:
    if content.bounds:
        steps = ticks(*content.bounds)
        step = float(steps[1] - steps[0]) if len(steps) > 1 else 1.0
        low, high = content.bounds
        chart.value_axis.minimum_scale = floor(low / step) * step
        chart.value_axis.maximum_scale = ceil(high / step) * step
        chart.value_axis.major_unit = step
    for drawn, series in zip(chart.plots[0].series, content.series, strict=True):
        _dress_line(drawn, series, content)


def _dress_line(drawn: Any, series: ChartSeries, content: Chart) -> None:
    drawn.smooth = False
    colour = {"path": SOFT, "target": INK}.get(series.role, ACCENT)
    line, marker = drawn.format.line, drawn.marker
    line.color.rgb = colour
    line.width = Pt(3 if series.role == "value" else 1.5)
    line.dash_style = DASHES.get(series.role, MSO_LINE.SOLID)
    marker.style = XL_MARKER_STYLE.CIRCLE
    marker.size = 9
    marker.format.line.color.rgb = colour
    marker.format.fill.solid()
    marker.format.fill.fore_color.rgb = WHITE if series.role == "estimate" else colour
    if series.role == "estimate":
        line.fill.background()
    elif series.role != "value":
        marker.style = XL_MARKER_STYLE.NONE
    if series.role in ("value", "estimate"):
        _number_of_the_year(drawn, series.values, content.marked)


def _number_of_the_year(drawn: Any, values: Sequence[float | None], marked: int | None) -> None:
    """Writes it beside its point, which it follows when somebody edits the chart."""
    if marked is None or values[marked] is None:
        return
    label = drawn.points[marked].data_label
    label.position = XL_LABEL_POSITION.ABOVE
    label.font.size, label.font.bold = Pt(14), True
    label.font.color.rgb = INK


def _dress_bars(chart: Any, content: Chart) -> None:
    """Puts the first of the list on top, and gives each judged bar the colour of its status."""
    chart.category_axis.reverse_order = True
    chart.category_axis.tick_labels.font.size = Pt(12)
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale = min([0, *_known(content)])
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 60, 0
    plot.has_data_labels = True
    plot.data_labels.number_format = content.number_format
    plot.data_labels.number_format_is_linked = False
    plot.data_labels.font.size = Pt(12)
    judged, *others = plot.series
    judged.format.fill.solid()
    judged.format.fill.fore_color.rgb = SOFT  # in the legend, where no status has a colour
    for index, status in enumerate(content.statuses):
        fill = judged.points[index].format.fill
        fill.solid()
        fill.fore_color.rgb = STATUSES.get(status, UNKNOWN)
    for other in others:
        other.format.fill.solid()
        other.format.fill.fore_color.rgb = LINE


def _known(content: Chart) -> list[float]:
    return [value for series in content.series for value in series.values if value is not None]
