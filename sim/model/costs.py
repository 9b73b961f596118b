"""What a fair costs its organiser: plain sums over its settings."""

from __future__ import annotations

from sim.model.values import MINUTES_PER_HOUR, Settings


def staff_hours(settings: Settings) -> float:
    """Hours of staff that a fair takes, those before opening and after the end included."""
    open_hours = (settings.clock("close") - settings.clock("open")) / MINUTES_PER_HOUR
    return settings.number("staff.people") * (open_hours + settings.number("staff.hours_around"))


def fair_cost(settings: Settings, firms: float) -> float:
    """Cost in yuan of one fair with so many booths: venue, booths and staff."""
    booths = settings.number("costs.booth") * firms
    return settings.number("costs.venue") + booths + settings.number("costs.staff_hour") * staff_hours(settings)
