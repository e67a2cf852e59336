"""For migrations: many tables made in one step."""

from django.db.migrations.operations import SeparateDatabaseAndState


class Tables(SeparateDatabaseAndState):
    """``CreateModel`` operations whose models are read once, not again after each of them.

    Django re-reads every related model after each operation. For the tables of a new firm, most of which point at a
    user, this was nine tenths of the time. The models may point at each other in any order.
    """

    def __init__(self, operations):
        super().__init__(database_operations=operations, state_operations=operations)

    def state_forwards(self, app_label, state):
        state.__dict__.pop("apps", None)  # read anew when asked for, as Django's own clear_delayed_apps_cache does
        super().state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for operation in self.database_operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for operation in reversed(self.database_operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)
