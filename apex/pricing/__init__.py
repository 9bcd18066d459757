"""What a stack costs: price catalogue, priced resources, adapters from Pulumi properties, bills and budgets."""
