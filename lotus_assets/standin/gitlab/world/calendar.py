"""Amsterdam working time, in milliseconds since the epoch."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Amsterdam")
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MORNING = 8 * HOUR + 30 * MINUTE
EVENING = 18 * HOUR


@lru_cache(maxsize=4096)
def midnight(ordinal: int) -> int:
    """The first instant of an Amsterdam day, given by its proleptic ordinal."""
    day = date.fromordinal(ordinal)
    local = datetime(day.year, day.month, day.day, tzinfo=ZONE)
    return int(local.timestamp()) * SECOND


def ordinal_of(instant: int) -> int:
    """The Amsterdam day (proleptic ordinal) that an instant falls on."""
    guess = instant // DAY + date(1970, 1, 1).toordinal()
    return guess + 1 if midnight(guess + 1) <= instant else guess


def utc_offset_minutes(instant: int) -> int:
    """Amsterdam's distance from UTC, daylight saving included."""
    ordinal = ordinal_of(instant)
    offset = datetime.fromtimestamp(instant / SECOND, ZONE).utcoffset()
    if offset is None:
        raise ValueError(f"no offset on day {ordinal}")
    return int(offset.total_seconds()) // 60


def at_work(instant: int, random: Random) -> int:
    """The instant itself within working hours, else some minutes into the next working day."""
    ordinal = ordinal_of(instant)
    since_midnight = instant - midnight(ordinal)
    weekday = date.fromordinal(ordinal).weekday() < 5
    if weekday and MORNING <= since_midnight < EVENING:
        return instant
    if not weekday or since_midnight >= EVENING:
        ordinal += 1
    while date.fromordinal(ordinal).weekday() >= 5:
        ordinal += 1
    return midnight(ordinal) + MORNING + random.randrange(90 * MINUTE)


def later_at_work(instant: int, hours: float, random: Random) -> int:
    """Some working time after an instant: exponential with the given mean in hours."""
    return at_work(instant + int(random.expovariate(1 / hours) * HOUR) + MINUTE, random)


def text(instant: int) -> str:
    """An instant as GitLab writes it: `2026-03-31T10:15:30.123Z`."""
    moment = datetime.fromtimestamp(instant // SECOND, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{instant % SECOND:03d}Z"


def commit_text(instant: int) -> str:
    """An instant as GitLab writes it in commits: whole seconds with Amsterdam's offset."""
    offset = utc_offset_minutes(instant)
    moment = datetime.fromtimestamp(instant // SECOND, UTC) + timedelta(minutes=offset)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000+{offset // 60:02d}:{offset % 60:02d}"


def milliseconds(moment: datetime) -> int:
    """An aware datetime as milliseconds since the epoch."""
    return int(moment.timestamp() * SECOND)
