"""Quantities that no plan knows, each with its unit in its name."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from apex.specs.base import Model
from apex.specs.values import Amount, Ratio


class Volume(Model):
    """A quantity, with how sure it is and how it grows."""

    low: Amount | None = None
    """The least that is likely; the expected amount where left out."""
    expected: Amount
    """What is expected."""
    peak: Amount | None = None
    """The most that is likely; the expected amount where left out."""
    growth_per_month: Ratio = Decimal(0)
    """By which ratio it grows each month: 0.05 or 5%."""

    @model_validator(mode="after")
    def _ordered(self) -> "Volume":
        if not (self.least <= self.expected <= self.most):
            raise ValueError(
                f"low {self.least}, expected {self.expected} and peak {self.most} are not in order; "
                "write low <= expected <= peak"
            )
        return self

    @property
    def least(self) -> Decimal:
        """`low`, or what is expected."""
        return self.expected if self.low is None else self.low

    @property
    def most(self) -> Decimal:
        """`peak`, or what is expected."""
        return self.expected if self.peak is None else self.peak


def _volume(given: Any) -> Any:
    return given if isinstance(given, dict | Volume) else {"expected": given}


Quantified = Annotated[Volume, BeforeValidator(_volume, json_schema_input_type=Amount | Volume)] | None
"""A number, or a map of low, expected, peak and growthPerMonth."""


class Usages(Model):
    """Quantities; each is a number, or a map of `low`, `expected`, `peak` and `growthPerMonth`."""

    stored_gib: Quantified = None
    """GiB stored, on average over the month."""
    object_count: Quantified = None
    """Objects stored."""
    average_object_kib: Quantified = None
    """KiB of an average object."""
    put_requests_per_month: Quantified = None
    """Requests that write or list objects."""
    get_requests_per_month: Quantified = None
    """Requests that read objects."""
    retrieved_gib_per_month: Quantified = None
    """GiB read back from an infrequent-access or archive class."""
    ingested_gib_per_month: Quantified = None
    """GiB written to a stream, a topic or a store."""
    read_gib_per_month: Quantified = None
    """GiB read from a stream or a topic."""
    log_gib_per_month: Quantified = None
    """GiB of logs."""
    transfer_out_gib_per_month: Quantified = None
    """GiB sent to the internet."""
    cross_zone_gib_per_month: Quantified = None
    """GiB sent to another availability zone."""
    cross_region_gib_per_month: Quantified = None
    """GiB sent to another region."""
    nat_gib_per_month: Quantified = None
    """GiB that pass a NAT gateway."""
    endpoint_gib_per_month: Quantified = None
    """GiB that pass an interface endpoint."""
    requests_per_month: Quantified = None
    """Requests to a service or an API."""
    runs_per_month: Quantified = None
    """Runs of a pipeline."""
    hours_per_month: Quantified = None
    """Hours that it runs; 730 are all of them."""
    gpu_hours_per_month: Quantified = None
    """Hours of one GPU."""
    vcpu_hours_per_month: Quantified = None
    """Hours of one virtual CPU."""
    memory_gib_hours_per_month: Quantified = None
    """Hours of one GiB of memory."""
    compute_unit_hours_per_month: Quantified = None
    """Hours of one unit that a serverless service scales by (OCU, KPU, DPU, ACU)."""
    audio_minutes_per_month: Quantified = None
    """Minutes of audio."""
    video_minutes_per_month: Quantified = None
    """Minutes of video."""
    images_per_month: Quantified = None
    """Images."""
    characters_per_month: Quantified = None
    """Characters of text."""
    records_per_month: Quantified = None
    """Records or messages."""

    def quantities(self) -> dict[str, Volume]:
        """What is given, by name as written (`storedGib`), sorted."""
        given = {field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()}
        return {name: volume for name, volume in sorted(given.items()) if volume is not None}
