"""The one room that knows Pulumi: it drives the engine, and turns our rules into a CrossGuard pack."""
