"""The eight Python metrics of seed 003, measured on the released package `rangebar`.

Runs in an environment of its own, made from `requirements.lock` beside it; only `make bench` and
the back-fill of releases do that. `record_work`, `record_metric` and `expects_metrics` come from
the plugin `lotus_benchmark_metrics`.

The trades are the same in every run: prices climb in equal steps, as in rangebar's own benchmarks,
so that its published history is comparable and the number of bars is known. Thresholds are tenths
of a basis point: 250 is 0.25 %. They are passed by position, because their name changed between
releases.
"""

import gc
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from rangebar import process_trades_to_dataframe

Trades = list[dict[str, int | float]]

START_MS = 1_704_067_200_000
START_PRICE = 42_000.0
CLIMB = 1_000.0
"""What the price gains over all trades: nine bars at threshold 250, whatever their number."""
THRESHOLD = 250
MILLION = 1_000_000
MEMORY_ROUNDS = 5


def climbing(count: int, climb: float = CLIMB) -> Trades:
    """`count` trades, 10 ms apart, whose prices rise from 42,000 by `climb` in equal steps."""
    step = climb / count
    return [
        {"timestamp": START_MS + 10 * i, "price": START_PRICE + i * step, "quantity": 1.0}
        for i in range(count)
    ]


@pytest.fixture(scope="module")
def million() -> Trades:
    return climbing(MILLION)


def measure_throughput(
    benchmark: BenchmarkFixture, record_work: Callable[[int, str], None], trades: Trades
) -> None:
    bars = benchmark(process_trades_to_dataframe, trades, THRESHOLD)
    assert len(bars) > 0
    record_work(len(trades), "trades/s")


@pytest.mark.expects_metrics("throughput")
def test_throughput_1k_trades(
    benchmark: BenchmarkFixture, record_work: Callable[[int, str], None]
) -> None:
    measure_throughput(benchmark, record_work, climbing(1_000))


@pytest.mark.expects_metrics("throughput")
def test_throughput_100k_trades(
    benchmark: BenchmarkFixture, record_work: Callable[[int, str], None]
) -> None:
    measure_throughput(benchmark, record_work, climbing(100_000))


@pytest.mark.expects_metrics("throughput")
def test_throughput_1m_trades(
    benchmark: BenchmarkFixture, record_work: Callable[[int, str], None], million: Trades
) -> None:
    measure_throughput(benchmark, record_work, million)


def resident_bytes(field: str) -> int:
    """VmRSS (now) or VmHWM (the highest since it was reset) of this process: proc_pid_status(5)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith(f"{field}:")]
    return int(line.split()[1]) * 1024


@pytest.mark.expects_metrics("peak_memory")
def test_memory_1m_trades(
    benchmark: BenchmarkFixture, record_metric: Callable[..., None], million: Trades
) -> None:
    """Peak resident memory while a million trades are processed, beyond the trades themselves."""
    peaks: list[int] = []

    def process() -> int:
        gc.collect()
        # proc_pid_clear_refs(5): 5 sets the highest resident size back to the present one.
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        before = resident_bytes("VmRSS")
        bars = len(process_trades_to_dataframe(million, THRESHOLD))
        peaks.append(resident_bytes("VmHWM") - before)
        return bars

    assert benchmark.pedantic(process, rounds=MEMORY_ROUNDS, warmup_rounds=1) > 0
    record_metric(
        "peak_memory",
        samples=peaks[1:],  # the warm-up's is not a sample: it imports and caches
        unit="bytes",
        quantity="memory",
        direction="lower",
    )


@pytest.mark.expects_metrics("compression_ratio")
@pytest.mark.parametrize("threshold", [100, 250, 500, 1000])
def test_compression_ratio(
    benchmark: BenchmarkFixture, record_metric: Callable[..., None], threshold: int
) -> None:
    """Compression: trades per bar over 10,000 trades that climb by 5,000."""
    trades = climbing(10_000, 5_000.0)
    bars = benchmark(process_trades_to_dataframe, trades, threshold)
    record_metric(
        "compression_ratio",
        value=len(trades) / len(bars),
        unit="1",
        quantity="ratio",
        direction="exact",
    )
