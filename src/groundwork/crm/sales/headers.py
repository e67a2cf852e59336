"""What the columns of deals are called in tables of other programs."""

from groundwork.records.imports.brought import Brought, brought
from groundwork.records.imports.words import add_words

add_words(
    "deal.name",
    "Сделка", "Название сделки", "Возможность", "Transakcja", "Szansa", "Szansa sprzedaży", "deal", "deal name",
    "opportunity", "opportunity name", "opportunity id",
)  # fmt: skip
add_words("deal.stage", "Стадия", "Этап", "Статус", "Etap", "Status", "deal stage", "sales stage", "status")
add_words(
    "deal.amount_minor",
    "Бюджет", "Сумма сделки", "Budżet", "Wartość szansy", "deal value", "value", "close value", "deal amount",
)  # fmt: skip
add_words(
    "deal.expected_on",
    "Ожидаемая дата закрытия", "План закрытия", "Planowane zamknięcie", "expected close date", "forecast date",
)  # fmt: skip
add_words(
    "deal.opened_on",
    "Дата создания", "Создана", "Data utworzenia", "create date", "created", "created date", "engage date",
)  # fmt: skip
add_words("deal.closed_on", "Дата закрытия", "Закрыта", "Data zamknięcia", "close date", "closed date")
add_words("deal.reason", "Причина отказа", "Причина потери", "Powód przegranej", "lost reason", "loss reason")
add_words("deal.source", "Источник", "Źródło", "lead source", "source")
add_words(
    "deal.owner", "Ответственный", "Менеджер", "Handlowiec", "Opiekun", "sales agent", "salesperson", "deal owner"
)
brought.add(Brought("deal", is_owned=True))
