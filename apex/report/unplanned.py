"""A preview that could not be planned, in the forms of one that was: what refused it or went wrong, and no figures."""

import json
from dataclasses import dataclass

from apex.report.grouping import group_events
from apex.report.listing import counted, list_events
from apex.report.markdown import event_table, safe
from apex.report.preview import PolicyEvent, events_as_data


@dataclass(frozen=True, slots=True)
class Unplanned:
    """An environment of which the engine made no plan."""

    environment: str
    events: tuple[PolicyEvent, ...]
    errors: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """One sentence."""
        said = counted(len(self.errors), "error") if self.errors else counted(len(self.events), "finding")
        return f"{self.environment} cannot be planned: {said}"

    def to_text(self) -> str:
        """For a terminal."""
        lines = [*list_events(self.events), *(f"error: {error}" for error in self.errors)]
        return "\n".join([*lines, self.verdict]) + "\n"

    def to_markdown(self) -> str:
        """For a pull request."""
        lines = [f"## ❌ {safe(self.verdict)}", "", *(f"- {safe(error)}" for error in self.errors)]
        return "\n".join([*lines, "", *event_table(self.events)]).rstrip() + "\n"

    def to_json(self) -> str:
        """For programs: what a preview's document says without a plan."""
        document = {
            "environment": self.environment,
            "allowed": False,
            "findings": events_as_data(self.events),
            "errors": list(self.errors),
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def to_html(self) -> str:
        """For a browser."""
        from apex.report.page import Page, render  # a page's libraries are loaded for a page only

        groups = tuple(group_events(self.events))
        refused = tuple(group for group in groups if group.level == "refused")
        return render(
            Page(
                title=f"Preview of {self.environment}",
                verdict=self.verdict,
                tone="bad",
                errors=self.errors,
                refused=refused,
                remarks=tuple(group for group in groups if group.level != "refused"),
                judged=False,
            )
        )
