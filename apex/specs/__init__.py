"""The YAML kinds that teams write: typed models, and a loader that knows the line of every value."""

from apex.specs.catalog import Catalog, Declaration, Owner, Owners
from apex.specs.loader import load_catalog

__all__ = ["Catalog", "Declaration", "Owner", "Owners", "load_catalog"]
