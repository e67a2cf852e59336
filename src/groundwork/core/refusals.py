"""What a person may be told "no" about."""


class Refusal(Exception):
    """The sentence that the person reads, in the person's language; nothing was changed.

    One middleware (``ui.middleware.Refusals``) answers it with status 409; commands print it and end with 1.
    """

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(Refusal):
    """The person may see the record but not do this to it: status 403."""


class Conflict(Exception):
    """Somebody else changed the same fields since the form was opened.

    ``record`` is the record as it stands, ``fields`` maps a field name to (what it was when the form was opened,
    what it is now, what the person typed). The form layer shows the conflict screen with status 409.
    """

    def __init__(self, record, fields: dict):
        super().__init__("conflict")
        self.record = record
        self.fields = fields
