"""The library that the components, the policy packs and the command line stand on."""
