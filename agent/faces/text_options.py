"""Options of a decision side by side, as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from agent.faces.text_layout import heading, line, with_marks
from agent.faces.view import View
from agent.faces.words import sentence
from agent.faces.words_options import count_words, effect_words, harms, ways
from agent.safe_text import readable
from tools.clinical.weighed import Effect, WeighedOption, Weighing

_FEW, _ALL = 2, 99
"""So many effects of an option are shown, and all of them where everything is asked for."""


def options_text(view: View, everything: bool) -> Iterable[RenderableType]:
    """A table for each start; for what is stopped or changed only where everything is asked for."""
    tables = [table for table in view.plan.decisions if everything or view.action_of(table.item) == "start"]
    if not view.plan.decisions:
        return
    yield from heading("Options and what they bring")
    yield line("Of 1000 people treated for the time named: − fewer, + more. Measured in the population named in the source.", "dim")
    for table in tables:
        yield _table(view, table, everything)
        for remark in table.remarks:
            yield line(readable(remark), "dim")
    if coverage := next((table.coverage for table in view.plan.decisions if table.coverage), ""):
        yield line(readable(coverage), "dim")
    if left := len(view.plan.decisions) - len(tables):
        yield line(f"{count_words(left, 'more table')} on what is stopped or changed: --all shows them.", "dim")


def _table(view: View, weighing: Weighing, everything: bool) -> RenderableType:
    title = Text.assemble(
        (f"{weighing.id} ", "dim"), (sentence(weighing.question).replace("?.", "?"), "bold"), (f" [{weighing.item}]", "dim")
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), expand=True, show_edge=False, pad_edge=False, title=title, title_justify="left")
    for name, ratio in (("Option", 4), ("Benefit", 6), ("Harm", 6), ("Burden, cost, way back", 6)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for option in weighing.options:
        table.add_row(*_row(view, option, weighing.options[0], _ALL if everything else _FEW))
    return table


def _row(view: View, option: WeighedOption, first: WeighedOption, most: int) -> tuple[Text, Text, Text, Text]:
    name = Text(("▶ " if option.chosen else "") + readable(option.text), "bold" if option.chosen else "")
    if option.not_chosen_because:
        name.append(f"\n{readable(option.not_chosen_because)}", "dim")
    for preference in option.preferences:
        name.append(f"\n{'fits' if preference.fit == 'fits' else 'against it'}: {readable(preference.text)}", "yellow")
    return name, _effects(view, option.benefits, most), _effects(view, harms(option, first), most), Text("\n".join(ways(option, first)))


def _effects(view: View, effects: Sequence[Effect], most: int) -> Text:
    text = Text()
    for effect in effects[:most]:
        text.append("\n" if text else "")
        text.append_text(with_marks(Text(effect_words(effect)), view.marks(effect.evidence)))
        if effect.population and effect.per_1000 and effect.per_1000.startswith("-"):
            text.append(f" (in: {readable(effect.population)})", "dim")
    if more := len(effects[most:]):
        text.append(f"\nand {more} more (--all)", "dim")
    return text
