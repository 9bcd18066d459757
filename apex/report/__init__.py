"""One run, many renderers: what a person or a machine reads of a plan, a bill and its findings."""
