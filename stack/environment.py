"""The environment that is being planned: its name, its settings, and who pays."""

from dataclasses import dataclass
from pathlib import Path

import pulumi

from apex import git
from apex.errors import InputError
from apex.settings import Owner, Settings, settings_from

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Environment:
    """One stack of the program."""

    name: str
    region: str
    settings: Settings
    file: Path

    def tags(self, owner: Owner) -> dict[str, str]:
        """The cost tags of what the settings declare for `owner`."""
        return owner.cost_tags(self.name, git.repository(ROOT), git.last_change(self.file)).aws()

    def governance(self, privacy_regime: str = "") -> dict[str, str]:
        """The variables by which what serves a model says what it is held to; none where the settings do not say."""
        wanted = self.settings.governance
        if wanted is None:
            return {}
        return {
            "ETHICS_POLICY_VERSION": wanted.ethics_policy,
            "PRIVACY_REGIME": privacy_regime or wanted.privacy_regime,
        }


def current() -> Environment:
    """The environment of the running stack. A wrong setting ends the program with one message and no traceback."""
    name = pulumi.get_stack()
    file = ROOT / f"Pulumi.{name}.yaml"
    try:
        settings = settings_from(pulumi.Config("apex").get_object, file)
    except InputError as error:
        raise pulumi.RunError(str(error)) from None
    return Environment(name, pulumi.Config("aws").require("region"), settings, file)
