from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "groundwork.records"
    label = "records"
    verbose_name = _("Records")

    def ready(self):
        from groundwork.access.firstrun import Start, starts
        from groundwork.access.presets import more_things
        from groundwork.background import kinds, schedules
        from groundwork.background.setup import Check, Step, on_doctor, on_init, on_restore
        from groundwork.records import (
            added,
            bulk,
            erasing,
            handing_over,  # noqa: F401 - adds what people own
            indexes,
            palette,
            search,
            use,
            write,
        )
        from groundwork.records.files import keeping
        from groundwork.records.imports import engine
        from groundwork.records.list_views import pinned_items
        from groundwork.records.made import made_items
        from groundwork.records.setup import built_in
        from groundwork.records.tasks import types as _tasks  # noqa: F401 - it registers
        from groundwork.records.types import types
        from groundwork.ui import keys
        from groundwork.ui.navigation import Entry, Own, entries, own

        starts.add(Start("files", _("Our own files: the next page takes them in"), leads_to="imports:start"))
        more_things.append(lambda: [kind.granted for kind in types])
        entries.add(
            Entry(
                key="day",
                label=_("My day"),
                icon="sun",
                url=lambda: reverse("records:day"),
                order=1,
                may=lambda user: user.can("view", "task"),
            )  # fmt: skip
        )
        entries.add(
            Entry(
                key="import",
                label=_("Import"),
                icon="file-input",
                url=lambda: reverse("imports:start"),
                section="settings",
                order=5,
                may=lambda user: user.can("create", "import"),
            )  # fmt: skip
        )
        entries.add(
            Entry(
                key="types",
                label=_("Record types"),
                icon="blocks",
                url=lambda: reverse("records:types"),
                section="settings",
                order=30,
                may=lambda user: user.can("configure", "settings"),
            )  # fmt: skip
        )
        own.add(Own("made", made_items))
        entries.add(
            Entry(
                key="configured",
                label=_("What is configured"),
                icon="list-checks",
                url=lambda: reverse("records:configured"),
                section="settings",
                order=80,
                may=lambda user: user.can("configure", "settings"),
            )  # fmt: skip
        )
        own.add(Own("views", pinned_items))
        bulk.add_kinds()
        keys.go("D", "day")
        palette.register()
        schedules.every("records.tallies", write.fold_tallies, seconds=60)
        schedules.every("records.imports", engine.tidy, seconds=24 * 3600)
        schedules.every("records.use", use.forget_old, seconds=24 * 3600)
        schedules.every("records.search", search.keep_up, seconds=60)
        kinds.kinds.add(kinds.Kind(search.REINDEX, search.reindex_step, _("Search")))
        schedules.every("records.files", keeping.tidy, seconds=24 * 3600)
        on_doctor.add(Check("files of records", keeping.fault))
        kinds.kinds.add(kinds.Kind(added.WORK_OUT, write.work_out_step, str(_("Formula"))))
        schedules.every("records.added indexes", indexes.keep_up, seconds=60)
        on_init.add(Step("records", built_in))
        on_init.add(Step("added indexes", indexes.keep_up))
        on_doctor.add(Check("added fields", indexes.what_is_missing))
        on_init.add(Step("search", search.keep_up))
        on_restore.add(Step("search", search.index_anew))
        on_restore.add(Step("erasures", erasing.erase_again))
