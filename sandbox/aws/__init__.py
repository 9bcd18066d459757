"""The sandbox's AWS provider: what the real one does to a program and a policy, without an account."""
