"""What a person has to mend before the sandbox can go on. Standard library only: set-up starts with nothing else."""


class SandboxError(Exception):
    """One clear sentence with the fix in it; the command that meets it prints it and exits with 2."""
