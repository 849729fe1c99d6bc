"""What is said of an end that comes near, the same words on every page."""

from __future__ import annotations

from datetime import datetime, timedelta

# The last of these that has been reached is what is shown.
STEPS = (
    (timedelta(hours=24), "day", "in less than a day"),
    (
        timedelta(hours=1),
        "hour",
        "in less than an hour: save your work and submit what should leave",
    ),
    (timedelta(minutes=5), "minutes", "in less than 5 minutes: save your work now"),
)


def warning_of(until: datetime, now: datetime) -> dict[str, str] | None:
    """Return level and text of the warning before an end, or None while it is far."""
    left = until - now
    reached = [(level, text) for before, level, text in STEPS if left <= before]
    if not reached:
        return None
    level, text = reached[-1]
    if left <= timedelta(0):
        return {"level": "over", "text": "Your grant has ended and this workspace with it."}
    at = f"{until:%H:%M} UTC on {until.day} {until:%B %Y}"
    return {"level": level, "text": f"This workspace ends {text} ({at})."}


def remaining(until: datetime, now: datetime) -> str:
    """Say how long something still lasts, rounded down."""
    seconds = max(int((until - now).total_seconds()), 0)
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            n = seconds // size
            return f"{n} {name}{'' if n == 1 else 's'}"
    return "less than a minute"
