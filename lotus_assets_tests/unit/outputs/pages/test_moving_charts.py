"""What the script of moving charts is given: read back, it is the figures, as people read them."""

import hashlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotus_assets.outputs.pages.axes import value_axis
from lotus_assets.outputs.pages.moving_charts import UPLOT, figures_of, packed_times, scale_of
from lotus_assets.outputs.pages.number_forms import ShownUnit, shown_unit

FIGURES = st.lists(
    st.floats(-1e300, 1e300) | st.floats(-1e3, 1e3) | st.just(float("nan")),
    min_size=1,
    max_size=30,
)


def unpacked(data: dict[str, Any]) -> tuple[list[float | None], list[str]]:
    """Figures and texts, as `moving_charts.js` makes them of what it is given."""
    if "texts" in data:
        return data["v"], data["texts"]
    total, values, texts = 0, list[float | None](), []
    for step in data["v"]:
        total += step or 0
        value = float(f"{total}e{data['power']}")
        values.append(None if step is None else value)
        unit = f"\N{NO-BREAK SPACE}{data['unit']}" if data["unit"] else ""
        texts.append("" if step is None else f"{value:,.{data['decimals']}f}{unit}")
    return values, texts


@given(values=FIGURES, unit=st.sampled_from(["s", "bytes", "1", "1/s"]))
def test_figures_are_placed_where_they_are_and_read_with_their_digits(
    values: list[float], unit: str
) -> None:
    figures = np.array(values)
    known = figures[np.isfinite(figures)]
    axis = value_axis(known)
    shown = shown_unit(unit, float(np.median(np.abs(known))) if known.size else 1.0)
    scale, (places, texts) = scale_of(axis, shown), unpacked(figures_of(figures, axis, shown))
    low, high = scale["range"]
    for value, place, text in zip(values, places, texts, strict=True):
        if np.isnan(value):
            assert (place, text) == (None, "")
            continue
        assert place is not None
        expected = float(axis.share(np.array([value]))[0])
        assert (place - low) / (high - low) == pytest.approx(expected, abs=2e-3)
        number = float(text.split("\N{NO-BREAK SPACE}")[0].replace(",", ""))
        assert number == pytest.approx(value / shown.size, rel=5.1e-4, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.3601, 0.30004], ["360.1 ms", "300.0 ms"]),
        ([82e-6, 41e-6], ["82 µs", "41 µs"]),
        ([0.01, 0.0004], ["10.0000 ms", "0.4000 ms"]),
        ([1_234.0, 12_345.0, float("nan")], ["1,234 s", "12,345 s", ""]),
    ],
)
def test_a_series_is_read_with_the_same_decimals(values: list[float], texts: list[str]) -> None:
    figures = np.array(values)
    unit = shown_unit("s", float(np.nanmedian(np.abs(figures))))
    axis = value_axis(figures[np.isfinite(figures)])
    shown = [text.replace(" ", "\N{NO-BREAK SPACE}") for text in texts]
    assert unpacked(figures_of(figures, axis, unit))[1] == shown


def test_figures_that_differ_beyond_all_digits_come_with_their_texts() -> None:
    figures = np.array([1e150, 5e-324])
    unit = ShownUnit(1.0, "")
    data = figures_of(figures, value_axis(figures), unit)
    assert data["texts"] == ["1.000e+150", "4.941e-324"]
    assert scale_of(value_axis(figures), unit)["shift"] == 150


@given(st.lists(st.integers(0, 4_000_000_000), min_size=1, max_size=50).map(sorted))
def test_times_are_read_back_from_their_second_differences(seconds: list[int]) -> None:
    differences = [
        step
        for item in packed_times(np.array(seconds, dtype=np.float64))
        for step in ([item[0]] * int(item[1]) if isinstance(item, list) else [item])
    ]
    assert np.cumsum(np.cumsum(np.array(differences, dtype=np.int64))).tolist() == seconds


def test_what_is_vendored_is_what_its_readme_says() -> None:
    rows = re.findall(
        r"\| `(\S+)` \| (\d+) \| `([0-9a-f]{64})` \|", (UPLOT / "README.md").read_text("utf-8")
    )
    said = {name: (int(size), digest) for name, size, digest in rows}
    files = [path for path in Path(UPLOT).iterdir() if path.name != "README.md"]
    assert said == {
        path.name: (len(content), hashlib.sha256(content).hexdigest())
        for path in files
        for content in [path.read_bytes()]
    }
    script = (UPLOT / "uPlot.iife.min.js").read_text("utf-8")
    assert "(v1.6.32)" in script.splitlines()[0]
    assert not re.search(r"innerHTML|insertAdjacentHTML|</script|\beval\(|new Function", script)
