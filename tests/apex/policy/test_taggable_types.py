"""The list of taggable types is what the installed SDK says."""

import importlib.util
from pathlib import Path

from apex.policy.cost_tags import taggable_types

ROOT = Path(__file__).parents[3]


def test_the_list_equals_a_fresh_derivation():
    spec = importlib.util.spec_from_file_location("derive", ROOT / "scripts" / "derive_taggable_types.py")
    derive = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(derive)
    kept = (ROOT / "apex" / "policy" / "data" / "taggable_types.json").read_text(encoding="utf-8")
    assert kept == derive.render(derive.sdk_folder())


def test_it_knows_the_odd_ones():
    assert {"aws:s3/bucket:Bucket", "aws:autoscaling/group:Group"} <= taggable_types()
    assert "aws:s3/bucketVersioning:BucketVersioning" not in taggable_types()
    assert "aws:ec2/tag:Tag" not in taggable_types()
