"""Cron expressions as AWS Auto Scaling and Karpenter take them: five fields, in UTC."""

import re

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_PART = re.compile(r"(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?")


def problem_with_cron(expression: str) -> str | None:
    """What is wrong with `expression`, or None."""
    fields = expression.split()
    if len(fields) != len(_FIELDS):
        return f'"{expression}" has {len(fields)} fields; write five, such as "0 19 * * 1-5"'
    for field, (meaning, least, most) in zip(fields, _FIELDS, strict=True):
        for part in field.split(","):
            match = _PART.fullmatch(part)
            numbers = [int(number) for number in match.groups()[:2] if number] if match else []
            if not match or any(not least <= number <= most for number in numbers):
                return f'"{expression}" has "{part}" as its {meaning}; use numbers from {least} to {most}, or *'
            if len(numbers) == 2 and numbers[0] > numbers[1]:
                return f'"{expression}" has the range "{part}" the wrong way round as its {meaning}; swap its ends'
    return None
