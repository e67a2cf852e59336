"""What the columns of deals and leads are called in tables of other programs."""

from groundwork.records.imports.brought import Brought, brought
from groundwork.records.imports.words import add_words

add_words(
    "deal.name",
    "Сделка", "Название сделки", "Возможность", "Transakcja", "Szansa", "Szansa sprzedaży", "deal", "deal name",
    "opportunity", "opportunity name", "opportunity id",
)  # fmt: skip
add_words(
    "deal.stage",
    "Стадия", "Этап", "Стадия сделки", "Этап сделки", "Статус", "Etap", "Etap szansy", "Status", "deal stage",
    "sales stage", "status",
)  # fmt: skip
add_words(
    "deal.amount_minor",
    "Бюджет", "Сумма сделки", "Budżet", "Wartość szansy", "deal value", "value", "close value", "deal amount",
)  # fmt: skip
add_words(
    "deal.expected_on",
    "Ожидаемая дата закрытия", "Предполагаемая дата закрытия", "План закрытия", "Planowane zamknięcie",
    "expected close date", "forecast date",
)  # fmt: skip
add_words(
    "deal.opened_on",
    "Дата создания", "Дата создания сделки", "Дата начала", "Создана", "Data utworzenia", "create date", "created",
    "created date", "engage date",
)  # fmt: skip
add_words("deal.closed_on", "Дата закрытия", "Закрыта", "Data zamknięcia", "close date", "closed date")
add_words("deal.reason", "Причина отказа", "Причина потери", "Powód przegranej", "lost reason", "loss reason")
add_words("deal.source", "Источник", "Źródło", "lead source", "source")
add_words(
    "deal.owner", "Ответственный", "Менеджер", "Handlowiec", "Opiekun", "sales agent", "salesperson", "deal owner"
)
add_words("deal.contact", "Основной контакт", "Главный контакт", "Osoba kontaktowa", "contact name", "primary contact")
add_words(
    "lead.name",
    "Лид", "Название лида", "Запрос", "Заявка", "Тема", "Интерес", "Zapytanie", "Temat", "lead", "subject", "request",
)  # fmt: skip
add_words("lead.person", "Имя", "ФИО", "Контакт", "Контактное лицо", "Imię i nazwisko", "Osoba", "full name")
add_words("lead.company_name", "Компания", "Организация", "Фирма", "Firma", "company", "organization")
add_words("lead.message", "Сообщение", "Текст обращения", "Wiadomość", "message")
add_words("lead.source", "Источник", "Канал", "Źródło", "lead source", "source", "channel")
brought.add(Brought("deal", is_owned=True, called=("сделк", "воронк", "szans", "deal", "opportunit", "pipeline")))
brought.add(Brought("lead", called=("лид", "заявк", "lead", "zapytan")))
