"""Samples of a figure, each with its labels."""

from prometheus_client.core import GaugeMetricFamily, Metric

MAILBOX = "mailbox"


def add(family: Metric, value: float, suffix: str = "", **labels: str) -> None:
    """Add a sample; the only mailbox, which has no name, is no label.

    To Prometheus a label that is empty is one that is not there.
    """
    shown = {name: each for name, each in labels.items() if each or name != MAILBOX}
    family.add_sample(f"{family.name}{suffix}", shown, float(value))


def gauge(name: str, what: str, value: float) -> Metric:
    """Return a figure of one sample."""
    return GaugeMetricFamily(name, what, value=float(value))
