"""What a data contract is about: the pipeline that makes its dataset."""

from apex.specs.catalog import Catalog, Declaration
from apex.specs.governance import DataContract
from apex.specs.pipeline import DataPipeline


def pipeline_of(catalog: Catalog, contract: DataContract) -> Declaration[DataPipeline] | None:
    """The pipeline whose results are the dataset, so that its table is the dataset's; None where none writes there."""
    for found in catalog.pipelines:
        target = found.model.spec.destination
        fixed = (target.path or "").partition("{")[0]
        if target.type == "s3" and target.bucket == contract.spec.tier and fixed == contract.spec.prefix:
            return found
    return None
