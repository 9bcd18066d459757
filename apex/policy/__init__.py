"""What policy rules share: the rule itself, unknown-safe reading, stack-wide look-ups, waivers, one runner."""
