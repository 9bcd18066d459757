"""Schedules as average numbers of machines."""

from decimal import Decimal

import pytest

from apex.pricing.schedule import Change, share_of_time_up


def average(*changes):
    return share_of_time_up([Change(recurrence, Decimal(size)) for recurrence, size in changes])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((("0 8 * * 1-5", 4), ("0 18 * * 1-5", 0)), Decimal(4 * 50) / 168),
        ((("0 8 * * MON-FRI", 1), ("0 20 * * FRI", 0)), Decimal(4 * 24 + 12) / 168),
        ((("0 0 * * *", 3),), 3),
        ((("0 0 * * *", 2), ("0 12 * * *", 0)), 1),
        ((("*/30 * * * *", 1),), 1),
    ],
)
def test_average(changes, expected):
    assert average(*changes) == expected


@pytest.mark.parametrize("recurrence", ["", "0 8 * *", "x 8 * * 1", "0 99 * * 1", "0 8 * * funday"])
def test_what_is_no_cron_expression_has_no_average(recurrence):
    assert average((recurrence, 1)) is None


def test_a_group_that_sleeps_at_night_costs_less_but_its_peak_stays(resource, bill):
    scaling = {"minSize": 2, "desiredSize": 2, "maxSize": 4}
    nodes = resource("aws:eks/nodeGroup:NodeGroup", "n", instanceTypes=["m7i.large"], scalingConfig=scaling)
    kind = "aws:autoscaling/schedule:Schedule"
    refers = {"autoscalingGroupName": nodes}
    down = resource(kind, "down", refers=refers, recurrence="0 20 * * *", desiredCapacity=0, minSize=0)
    up = resource(kind, "up", refers=refers, recurrence="0 8 * * *", desiredCapacity=2, minSize=2)
    always, asleep = bill(nodes).monthly, bill(nodes, down, up).monthly
    assert asleep.expected == always.expected / 2
    assert asleep.peak == always.peak


def test_a_group_whose_maximum_is_zero_at_night_does_not_grow_then(resource, bill):
    scaling = {"minSize": 0, "desiredSize": 0, "maxSize": 4}
    nodes = resource("aws:eks/nodeGroup:NodeGroup", "n", instanceTypes=["g5.xlarge"], scalingConfig=scaling)
    kind, refers = "aws:autoscaling/schedule:Schedule", {"autoscalingGroupName": nodes}
    stop = resource(kind, "stop", refers=refers, recurrence="0 20 * * *", desiredCapacity=0, minSize=0, maxSize=0)
    start = resource(kind, "start", refers=refers, recurrence="0 8 * * *", desiredCapacity=0, minSize=0, maxSize=4)
    always, asleep = bill(nodes).monthly, bill(nodes, stop, start).monthly
    # Half of the range from 0 to 4 is expected: two machines, for half of the day.
    assert always.low == asleep.low == 0
    assert asleep.expected == always.expected / 2 > 0
    assert asleep.peak == always.peak
