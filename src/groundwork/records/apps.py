from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "groundwork.records"
    label = "records"
    verbose_name = _("Records")

    def ready(self):
        from groundwork.access.presets import more_things
        from groundwork.records import workdays_configured  # noqa: F401 - likewise
        from groundwork.records.added import configured  # noqa: F401 - adds sections of the configuration file
        from groundwork.records.added import configured as _added  # noqa: F401 - adds sections of the configuration file
        from groundwork.records.added import configured_forms as _forms  # noqa: F401 - likewise
        from groundwork.records.control import configured as _control  # noqa: F401 - likewise
        from groundwork.records.lists import bulk
        from groundwork.records.lists import configured as _views  # noqa: F401 - likewise
        from groundwork.records.personal import handing_over  # noqa: F401 - adds what people own
        from groundwork.records.tasks import types as _tasks  # noqa: F401 - it registers
        from groundwork.records.types import types

        more_things.append(lambda: [kind.granted for kind in types])
        bulk.add_kinds()
        add_menu()
        add_work()
        add_care()


def add_menu() -> None:
    """What people find in the menu, the palette, under the keys and at the first run."""
    from groundwork.access.firstrun import Start, starts
    from groundwork.access.menu import OwnPage, own_pages
    from groundwork.records.added.made import made_items
    from groundwork.records.control import showing
    from groundwork.records.finding import palette
    from groundwork.records.lists.views import pinned_items
    from groundwork.records.tasks.asking import DaySection, my_day
    from groundwork.ui import keys
    from groundwork.ui.navigation import Entry, Own, entries, own

    def add(key, label, icon, url, order, may, section="settings"):
        verb, thing = may
        allowed = lambda user: user.can(verb, thing)  # noqa: E731
        entries.add(Entry(key, label, icon, lambda: reverse(url), section=section, order=order, may=allowed))

    add("day", _("My day"), "sun", "records:day", 1, ("view", "task"), section="work")
    add("import", _("Import"), "file-input", "imports:start", 5, ("create", "import"))
    add("workdays", _("Working days"), "calendar-days", "records:working_days", 25, ("configure", "settings"))
    add("types", _("Record types"), "blocks", "records:types", 30, ("configure", "settings"))
    add("configured", _("What is configured"), "list-checks", "records:configured", 80, ("configure", "settings"))
    add("control", _("Did not happen in time"), "alarm-clock", "records:control", 25, ("view", "reports"), "management")
    add("control rules", _("Must happen in time"), "timer", "records:control_rules", 75, ("configure", "settings"))
    my_day.add(DaySection("control", "records/control/day.html", showing.of_day))
    own.add(Own("made", made_items))
    own.add(Own("views", pinned_items))
    own_pages.add(OwnPage("records:notice_choices", _("What I am told"), "bell"))
    starts.add(Start("files", _("Our own files: the next page takes them in"), leads_to="imports:start"))
    keys.go("D", "day")
    palette.register()


def add_work() -> None:
    """What the worker does, at times or when asked."""
    from groundwork.background import kinds, schedules
    from groundwork.records import tallies, use, write
    from groundwork.records.added import fields, indexes
    from groundwork.records.control import checking
    from groundwork.records.files import keeping
    from groundwork.records.finding import search
    from groundwork.records.imports import engine
    from groundwork.records.notices import mailing
    from groundwork.records.tasks import asking

    schedules.every("records.tallies", tallies.fold_tallies, seconds=60)
    schedules.every("records.search", search.keep_up, seconds=60)
    schedules.every("records.added indexes", indexes.keep_up, seconds=60)
    schedules.every("records.control", checking.check_all, seconds=300)
    schedules.every("records.reminders", asking.remind, seconds=60)
    schedules.every("records.mail", mailing.send_due, seconds=60)
    tidying = {
        "words": search.merge_words,
        "imports": engine.tidy,
        "use": use.forget_old,
        "files": keeping.tidy,
        "mail kept": mailing.forget,
    }
    for name, tidy in tidying.items():
        schedules.every(f"records.{name}", tidy, seconds=24 * 3600)
    kinds.kinds.add(kinds.Kind(search.REINDEX, search.reindex_step, _("Search")))
    kinds.kinds.add(kinds.Kind(fields.WORK_OUT, write.work_out_step, _("Formula")))


def add_care() -> None:
    """What ``groundwork init``, ``doctor`` and ``restore`` do for records."""
    from groundwork.background.setup import Check, Step, on_doctor, on_init, on_restore
    from groundwork.records.added import indexes, several
    from groundwork.records.files import keeping
    from groundwork.records.finding import search
    from groundwork.records.notices import mailing
    from groundwork.records.personal import erasing
    from groundwork.records.setup import built_in

    on_init.add(Step("records", built_in))
    on_init.add(Step("added indexes", indexes.keep_up))
    on_init.add(Step("several of a list", several.keep_up))
    on_init.add(Step("search", search.keep_up))
    on_doctor.add(Check("files of records", keeping.fault))
    on_doctor.add(Check("added fields", indexes.what_is_missing))
    on_doctor.add(Check("several of a list", several.what_is_missing))
    on_doctor.add(Check("mail to our people", mailing.fault))
    on_restore.add(Step("mail to our people", mailing.begin_anew))
    on_restore.add(Step("search", search.index_anew))
    on_restore.add(Step("several of a list", several.keep_up))
    on_restore.add(Step("erasures", erasing.erase_again))
