"""The two kinds of trouble that Vitrine reports instead of failing with a traceback."""


class InputError(ValueError):
    """A config, file or table that cannot be used. The message is one sentence: which file or key, what is wrong, what is allowed."""


class SampleError(ValueError):
    """One sample cannot be prepared or measured. The message is the reason that flags the sample in every table."""
