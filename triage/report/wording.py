"""Figures as people read them."""

from datetime import date

from triage.report.tables import Cell, Unit

NOTHING = "–"  # noqa: RUF001 - a dash is meant


def shown(cell: Cell, unit: Unit) -> str:
    """Word a cell; the CSV has it as it is."""
    if cell is None:
        return NOTHING
    if isinstance(cell, date):
        return day_words(cell)
    if isinstance(cell, str):
        return cell
    return _number(cell, unit)


def _number(number: float, unit: Unit) -> str:
    match unit:
        case Unit.SHARE:
            return share_words(number)
        case Unit.DAYS:
            return days_words(number)
        case Unit.FIGURE:
            return f"{number:,.1f}"
        case Unit.CHANCE:
            return chance_words(number)
        case Unit.COUNT | Unit.TEXT | Unit.DAY:
            return f"{number:,}"


def day_words(day: date) -> str:
    """A day with its month and year."""
    return f"{day.day} {day:%b %Y}"


def share_words(share: float) -> str:
    """A share in per cent; nearly all is not all, and hardly any is not none."""
    percent = share * 100
    if 99 <= percent < 100:  # noqa: PLR2004 - per cent
        return f"{min(percent, 99.9):.1f}%"
    if 0 < percent < 1:
        return f"{max(percent, 0.1):.1f}%"
    return f"{percent:.0f}%"


def days_words(days: float) -> str:
    """Working days; what was done at once did not take nought."""
    if days < 0.1:  # noqa: PLR2004 - what one place after the point can tell
        return "under 0.1 working days"
    return f"{days:.1f} working day{'' if f'{days:.1f}' == '1.0' else 's'}"


def chance_words(chance: float) -> str:
    """A chance as one in so many."""
    if chance < 0.0001:  # noqa: PLR2004
        return "under 1 in 10,000"
    return f"{chance:.0%}" if chance >= 0.01 else f"1 in {round(1 / chance):,}"  # noqa: PLR2004
