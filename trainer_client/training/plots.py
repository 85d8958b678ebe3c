"""A training run in one picture."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from trainer_client.training.report import TrainingReport

__all__ = ["draw"]

COLOURS = ("#1f6f8b", "#d1793b", "#5b8c5a", "#8c5a8c", "#b04a4a", "#6b6b6b")
"""Told apart in print and by colour-blind eyes."""

STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#999999",
    "axes.grid": True,
    "axes.labelcolor": "#333333",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "font.size": 9.5,
    "grid.color": "#e6e6e6",
    "legend.frameon": False,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
}

SMOOTHED_OVER = 9
"""Steps in the mean that is drawn strongly; the values themselves are drawn faintly behind it."""


def draw(report: TrainingReport) -> Path:
    """The picture lies where the report says: rewards, lengths, held-out figures and waiting time."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11, 7), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(2, 2, width_ratios=(3, 2))
        rewards(axes[0][0], report)
        held_out(axes[0][1], report)
        lengths(axes[1][0], report)
        waiting(axes[1][1], report)
        report.plot.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(report.plot, dpi=130)
    return report.plot


def rewards(axes: Axes, report: TrainingReport) -> None:
    """Each reward apart, since a falling one hides in a rising sum."""
    for position, name in enumerate(report.rewards):
        steps, values = report.curve(f"rewards/{name}/mean")
        curve(axes, steps, values, COLOURS[position % len(COLOURS)], name)
    axes.set(title="Mean reward of the sampled completions", xlabel="step", ylabel="reward, unweighted")
    axes.legend(loc="best")


def lengths(axes: Axes, report: TrainingReport) -> None:
    """The mean length of the completions."""
    steps, values = report.curve("completions/mean_length")
    curve(axes, steps, values, COLOURS[5], "mean length")
    axes.set(title="Length of the completions", xlabel="step", ylabel="tokens")
    axes.set_ylim(bottom=0)


def held_out(axes: Axes, report: TrainingReport) -> None:
    """The held-out figures, before and after side by side."""
    names = list(report.held_out)
    axes.set(title="Held-out problems, never trained on")
    if not names:
        axes.text(0.5, 0.5, "none measured", ha="center", va="center", transform=axes.transAxes)
        axes.set_axis_off()
        return
    for offset, colour, when in ((-0.2, "#c3cdd2", "before"), (0.2, COLOURS[0], "after")):
        heights = [getattr(report.held_out[name], when) for name in names]
        places = [position + offset for position in range(len(names))]
        bars = axes.bar(places, heights, 0.36, color=colour, label=when)
        axes.bar_label(bars, fmt="%.2f", padding=2)
    axes.set_xticks(range(len(names)), names)
    axes.grid(visible=False, axis="x")
    axes.margins(y=0.28)
    axes.legend(loc="upper left", ncols=2)


def waiting(axes: Axes, report: TrainingReport) -> None:
    """Each step's time, and the part of it that was spent waiting for rewards."""
    steps = [step.step for step in report.steps]
    waits = [step.wait_s for step in report.steps]
    others = [max(0.0, step.seconds - step.wait_s) for step in report.steps]
    axes.stackplot(
        steps,
        waits,
        others,
        colors=(COLOURS[1], "#dde3e6"),
        labels=("waiting for rewards", "generation and training"),
    )
    axes.set(
        title=f"Time: {report.reward_wait_share:.1%} of it waiting for rewards",
        xlabel="step",
        ylabel="seconds a step",
    )
    # One slow step, such as the first, must not flatten all the others.
    axes.set_ylim(0, 1.9 * sorted(step.seconds for step in report.steps)[len(steps) // 2] if steps else 1)
    axes.legend(loc="upper right")


def curve(
    axes: Axes,
    steps: Sequence[int],
    values: Sequence[float],
    colour: str,
    label: str,
) -> None:
    """A line of running means over the values themselves."""
    axes.plot(steps, values, color=colour, alpha=0.25, linewidth=1)
    axes.plot(steps, smoothed(values), color=colour, linewidth=2.2, label=label)


def smoothed(values: Sequence[float]) -> list[float]:
    """The mean around each value, over fewer values at the ends."""
    half = SMOOTHED_OVER // 2
    windows = [values[max(0, at - half) : at + half + 1] for at in range(len(values))]
    return [sum(window) / len(window) for window in windows]
