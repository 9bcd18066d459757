import pytest

from components.cron import problem_with_cron


@pytest.mark.parametrize("expression", ["0 7 * * 1-5", "*/15 0-6/2 1,15 * 0", "59 23 31 12 7"])
def test_what_aws_and_karpenter_take(expression):
    assert problem_with_cron(expression) is None


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", '"" has 0 fields; write five, such as "0 19 * * 1-5"'),
        ("0 24 * * *", '"0 24 * * *" has "24" as its hour; use numbers from 0 to 23, or *'),
        ("0 7 * * MON", '"0 7 * * MON" has "MON" as its day of week; use numbers from 0 to 7, or *'),
        ("0 7 * * 5-1", '"0 7 * * 5-1" has the range "5-1" the wrong way round as its day of week; swap its ends'),
    ],
)
def test_what_they_do_not_take(expression, problem):
    assert problem_with_cron(expression) == problem
