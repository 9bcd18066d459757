"""Kubernetes quantities as Decimals: `500m` of CPU, `8Gi` of memory."""

from decimal import Decimal, InvalidOperation

_SUFFIXES = {
    "m": Decimal("0.001"), "": Decimal(1), "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9),
    "T": Decimal(10**12), "P": Decimal(10**15), "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30),
    "Ti": Decimal(2**40), "Pi": Decimal(2**50),
}  # fmt: skip


def read_amount(value: object) -> Decimal:
    """A Kubernetes quantity as a plain number (bytes for memory). Raises ValueError where it is none."""
    text = str(value).strip()
    number = text.rstrip("mkMGTPKi")
    suffix = text[len(number) :]
    try:
        amount = Decimal(number) * _SUFFIXES[suffix]
    except (InvalidOperation, KeyError):
        raise ValueError(f'"{text}" is not a Kubernetes quantity; write 500m, 2, 8Gi') from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(f'"{text}" is not a quantity of at least 0')
    return amount


def read_bytes(value: object) -> Decimal:
    """A Kubernetes quantity of memory or disk, in bytes."""
    return read_amount(value)
