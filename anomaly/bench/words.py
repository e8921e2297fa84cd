"""How times, paces and sizes are said, in a table of the terminal and in a document alike."""

from __future__ import annotations

from anomaly.bench.run import Measured
from anomaly.report import words

GIB = 1024**3


def seconds(value: float | None) -> str:
    """Say seconds, to the millisecond."""
    return "–" if value is None else f"{value:,.3f}"


def pace(rows_per_second: float | None) -> str:
    """Say rows a second in millions; nothing above a billion, where a clock tells no more."""
    if rows_per_second is None:
        return ""
    million = rows_per_second / 1e6
    return "> 1,000" if million > 1000 else f"{million:,.2f}" if million < 100 else f"{million:,.0f}"


def times(of_decoding: float | None) -> str:
    """Say a multiple of decoding."""
    if of_decoding is None:
        return ""
    return (
        "< 0.01"
        if of_decoding < 0.01
        else f"{of_decoding:,.2f}"
        if of_decoding < 10
        else f"{of_decoding:,.0f}"
    )


def heading(measured: Measured) -> str:
    """Say what was measured, and how often."""
    facts, runs = measured.facts, len(measured.passes)
    log = "a seeded log" if measured.written is not None else ", ".join(facts.files[:3])
    more = f" and {len(facts.files) - 3:,} more" if len(facts.files) > 3 else ""
    often = "one run" if runs == 1 else f"medians of {runs} runs"
    return (
        f"{words.count(facts.rows, 'row')} of {words.count(len(facts.columns), 'column')} of {log}{more}"
        f" ({words.count(facts.users, 'user')}, {facts.bytes_on_disk / 1024**2:,.1f} MiB), {often}"
    )


def compiled(measured: Measured) -> str:
    """Say how many kernels were compiled, and how many an earlier run had left."""
    told = measured.compiled
    if not told.kernels and not told.loaded:
        return "no kernel was compiled: all were in this process, or NUMBA_DISABLE_JIT is set"
    return (
        f"{words.count(told.kernels, 'kernel')} compiled, {told.loaded:,} loaded from the cache,"
        " on a first pass that is in no other figure"
    )


def memory(measured: Measured) -> str | None:
    """Say the memory of the first pass; None where the system does not tell."""
    base, peak = measured.base, measured.peak
    if base is None or peak is None:
        return None
    a_row = (peak - base) / max(measured.facts.rows, 1)
    return (
        f"{peak / GIB:.2f} GiB at the peak, {a_row:,.0f} bytes a row above the {base / GIB:.2f} GiB of the"
        f" program{' and of writing the log' if measured.written is not None else ''}"
    )
