"""What the columns of companies and contacts are called in tables of other programs."""

from groundwork.records.imports.brought import Brought, brought
from groundwork.records.imports.words import add_words

add_words(
    "company.name",
    "Контрагент", "Организация", "Компания", "Клиент", "Фирма", "Поставщик", "Покупатель", "Наименование контрагента",
    "Kontrahent", "Firma", "Klient", "Nazwa firmy", "Nazwa kontrahenta", "company", "company name", "account name",
    "organisation", "organization", "customer", "CompanyName", "account", "client", "Заказчик", "Nabywca", "Dostawca",
    "vendor", "supplier", "legal name", "business name", "Название компании", "Название организации",
)  # fmt: skip
add_words(
    "contact.name",
    "ФИО", "Ф.И.О.", "Контактное лицо", "Контакт", "Фамилия Имя Отчество", "Сотрудник", "Imię i nazwisko",
    "Nazwisko i imię", "Osoba kontaktowa", "Kontakt", "full name", "contact", "contact name", "ContactName", "person",
)  # fmt: skip
OWNERS = (
    "Ответственный", "Менеджер", "Ведёт", "Handlowiec", "Opiekun", "Opiekun klienta", "sales agent", "salesperson",
    "account manager", "account owner",
)  # fmt: skip
add_words("company.owner", *OWNERS)
brought.add(Brought("contact", is_person=True, called=("контакт", "kontakt", "contact", "people")))
brought.add(
    Brought(
        "company", is_owned=True,
        called=(
            "клиент", "контрагент", "компани", "поставщик", "klien", "kontrahen", "firm", "compan", "customer",
            "client",
        ),
    )
)  # fmt: skip
