"""A letter as HTML that survives mail programs: tables for layout, styles on the elements, nothing from elsewhere.

What only some programs know (dark colours, narrow screens) is in a style sheet that may be dropped without harm.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from runtime.core.mail.as_text import shortened

if TYPE_CHECKING:
    from runtime.core.mail.letter import Attached, Chart, Figure, Letter, Link

_LONGEST_WORD: Final = 40
_UNBROKEN: Final = 16

_FONT: Final = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
_PAPER, _CARD, _LINE = "#f3f0e9", "#ffffff", "#e4dfd3"
_INK, _SOFT, _BAR = "#22282e", "#5c6570", "#2e7d73"

_STYLE: Final = """
    :root { color-scheme: light dark; supported-color-schemes: light dark; }
    @media (max-width: 480px) {
      .outer { padding: 0 !important; }
      .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
      .inner { padding: 24px 18px !important; }
      .value { font-size: 24px !important; }
    }
    @media (prefers-color-scheme: dark) {
      .paper { background-color: #14171a !important; }
      .card { background-color: #1d2226 !important; border-color: #333a40 !important; }
      .ink { color: #e9ebed !important; }
      .soft { color: #a5aeb7 !important; }
      .line { border-color: #333a40 !important; }
      .bar { background-color: #54b8aa !important; }
    }"""

_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="supported-color-schemes" content="light dark">
  <title>{title}</title>
  <style>{style}
  </style>
</head>
<body class="paper" style="margin:0;padding:0;background-color:{paper};">
<table role="presentation" class="paper" width="100%" cellspacing="0" cellpadding="0" border="0" bgcolor="{paper}">
<tr><td class="outer" align="center" style="padding:24px 12px;">
<table role="presentation" class="card" width="100%" cellspacing="0" cellpadding="0" border="0" bgcolor="{card}" \
style="max-width:600px;border:1px solid {line};border-radius:10px;border-collapse:separate;">
<tr><td class="inner" style="padding:32px 36px;{font}font-size:16px;line-height:1.5;text-align:left;">
{blocks}
</td></tr></table>
</td></tr></table>
</body>
</html>
"""


def render(letter: Letter) -> str:
    """The letter's HTML, complete."""
    blocks = [
        _heading(letter.heading, letter.picture),
        _figures(letter.figures) if letter.figures else "",
        *map(_paragraph, letter.paragraphs),
        _button(letter.action) if letter.action else "",
        _chart(letter.chart) if letter.chart else "",
        _attached(letter.attached) if letter.attached else "",
        _footnotes(letter.footnotes, letter.not_me),
    ]
    return _PAGE.format(
        title=escape(letter.heading),
        style=_STYLE,
        paper=_PAPER,
        card=_CARD,
        line=_LINE,
        font=_FONT,
        blocks="\n".join(filter(None, blocks)),
    )


def _heading(heading: str, picture: str | None) -> str:
    title = f'<h1 class="ink" style="margin:0;font-size:24px;line-height:1.25;color:{_INK};">{escape(heading)}</h1>'
    if picture is None:
        return title
    return (
        f"{title}\n"
        f'<p class="soft" style="margin:4px 0 0;color:{_SOFT};word-break:break-word;overflow-wrap:anywhere;">'
        f"Picture: <bdi>{escape(picture)}</bdi></p>"
    )


def _paragraph(paragraph: str) -> str:
    return f'<p class="ink" style="margin:16px 0 0;color:{_INK};">{escape(paragraph)}</p>'


def _button(link: Link) -> str:
    return (
        f'<p style="margin:20px 0 0;"><a class="button" href="{escape(link.url)}" style="display:inline-block;'
        f"padding:11px 20px;border-radius:8px;background-color:{_BAR};color:{_CARD};font-weight:600;"
        f'text-decoration:none;">{escape(link.label)}</a></p>'
    )


def _figures(figures: tuple[Figure, ...]) -> str:
    cells = "".join(
        f'<td width="{100 // len(figures)}%" valign="top" style="padding:0 8px 0 0;">'
        f'<span class="value ink" style="display:block;font-size:32px;line-height:1.2;font-weight:700;color:{_INK};">'
        f"{escape(figure.value)}</span> "
        f'<span class="soft" style="display:block;font-size:14px;line-height:1.3;color:{_SOFT};">'
        f"{escape(figure.label)}</span></td>"
        for figure in figures
    )
    return (
        '<table role="presentation" width="100%" cellspacing="0" cellpadding="0" border="0" style="margin:24px 0 0;">'
        f"<tr>{cells}</tr></table>"
    )


def _chart(chart: Chart) -> str:
    rows = "\n".join(_row(word, count, chart.longest) for word, count in chart.rows)
    rest = f'<p class="soft" style="margin:8px 0 0;font-size:14px;color:{_SOFT};">{escape(chart.rest or "")}</p>'
    return (
        f"{_title(chart.title)}\n"
        '<table width="100%" cellspacing="0" cellpadding="0" border="0" style="margin:8px 0 0;font-size:15px;">\n'
        f"<thead><tr>{_column('left', 'Word')}<td></td>{_column('right', 'Count')}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody></table>\n{rest if chart.rest else ''}"
    )


def _column(align: str, name: str) -> str:
    return (
        f'<th scope="col" class="soft" align="{align}" style="padding:0 0 2px;font-size:13px;font-weight:400;'
        f'text-align:{align};color:{_SOFT};">{name}</th>'
    )


def _row(word: str, count: int, longest: int) -> str:
    width = max(1, round(100 * count / longest))
    return (
        f'<tr><th scope="row" class="ink" align="left" dir="auto" width="1%" '
        f'style="padding:3px 12px 3px 0;color:{_INK};font-weight:400;text-align:left;">{_breakable(word)}</th>'
        f'<td aria-hidden="true" style="padding:3px 0;">'
        f'<table role="presentation" width="{width}%" cellspacing="0" cellpadding="0" border="0"><tr>'
        f'<td class="bar" bgcolor="{_BAR}" style="background-color:{_BAR};border-radius:3px;height:14px;'
        f'font-size:1px;line-height:14px;">&nbsp;</td></tr></table></td>'
        f'<td class="ink" align="right" width="1%" style="padding:3px 0 3px 12px;color:{_INK};text-align:right;'
        f'white-space:nowrap;font-variant-numeric:tabular-nums;">{count:,}</td></tr>'
    )


def _breakable(word: str) -> str:
    """The word, which may be broken every few characters: the column is as wide as its widest unbreakable part."""
    short = shortened(word, _LONGEST_WORD)
    return "<wbr>".join(escape(short[at : at + _UNBROKEN]) for at in range(0, len(short), _UNBROKEN))


def _attached(attached: tuple[Attached, ...]) -> str:
    items = "".join(
        f'<li style="margin:4px 0 0;"><strong>{escape(each.filename)}</strong>: {escape(each.use)}</li>'
        for each in attached
    )
    return (
        f"{_title('Attached')}\n"
        f'<ul class="ink" style="margin:4px 0 0;padding:0 0 0 20px;font-size:15px;color:{_INK};">{items}</ul>'
    )


def _title(title: str) -> str:
    return f'<h2 class="ink" style="margin:28px 0 0;font-size:17px;line-height:1.3;color:{_INK};">{escape(title)}</h2>'


def _footnotes(footnotes: tuple[str, ...], not_me: Link | None) -> str:
    last = [*map(escape, footnotes)]
    if not_me:
        style = f'class="soft" style="color:{_SOFT};"'
        last.append(f'<a {style} href="{escape(not_me.url)}">{escape(not_me.label)}</a>')
    notes = "".join(
        f'<p class="soft" style="margin:10px 0 0;font-size:13px;line-height:1.45;color:{_SOFT};'
        f'overflow-wrap:anywhere;">{note}</p>'
        for note in last
    )
    return f'<div class="line" style="margin:28px 0 0;padding:6px 0 0;border-top:1px solid {_LINE};">{notes}</div>'
