"""What else a column is called: the words of other programs' tables, in Russian, Polish and English."""

BY_NAME: dict[str, tuple[str, ...]] = {
    "name": ("Наименование", "Название", "Имя", "Nazwa"),
    "phone": (
        "Телефон", "Тел", "Телефоны", "Мобильный", "Мобильный телефон", "Моб. тел.", "Моб.", "Сотовый",
        "Сотовый телефон", "Рабочий телефон", "Раб. тел.", "Контактный телефон", "Номер телефона", "№ телефона",
        "Тел./факс", "Телефон/факс", "Телефон 1", "Telefon", "Tel", "Nr tel.", "Nr telefonu", "Numer telefonu",
        "Numer tel.", "Tel. kom.",
        "Tel. komórkowy", "Telefon komórkowy", "Komórka", "Kom.", "Tel. stacjonarny", "Telefon służbowy", "Tel./fax",
        "Telefon kontaktowy", "phone number", "phone no", "phone #", "phone 1", "phones", "tel no", "tel number",
        "telephone", "telephone number", "telephone no", "mobile", "mobile phone", "mobile no", "mobile number",
        "cell",
        "cell phone", "cellphone", "work phone", "business phone", "office phone", "contact phone", "contact number",
        "primary phone", "contact phone number", "home phone", "HomePhone", "TelNo",
    ),
    "email": (
        "Почта", "Электронная почта", "Эл. почта", "Эл.почта", "Адрес эл. почты", "e-mail", "email address", "mail",
        "Adres e-mail", "Poczta", "Рабочий e-mail",
    ),
    "website": (
        "Сайт", "Веб-сайт", "www", "site", "web", "url", "Strona", "Strona www", "Strona internetowa", "homepage",
        "web site", "web page", "domain", "company domain",
    ),
    "city": ("Город", "Населённый пункт", "Miasto", "Miejscowość", "town", "BillingCity", "billing city"),
    "country": ("Страна", "Kraj", "Państwo", "country/region", "BillingCountry", "billing country"),
    "job": ("Должность", "Stanowisko", "position", "job title", "Funkcja", "role", "ContactTitle"),
    "company": (
        "Организация", "Компания", "Фирма", "Контрагент", "Клиент", "Место работы", "Firma", "Kontrahent", "Klient",
        "organization", "organisation", "account", "account name", "company name", "customer", "Покупатель",
        "Заказчик",
        "Плательщик", "Nabywca", "Odbiorca", "Zleceniodawca", "buyer", "bill to", "client", "payer",
    ),
    "inn": ("ИНН", "ИНН контрагента"),
    "kpp": ("КПП", "КПП контрагента"),
    "ogrn": ("ОГРН", "ОГРНИП"),
    "nip": ("NIP", "Numer NIP"),
    "regon": ("REGON",),
    "krs": ("KRS",),
    "vat": ("VAT", "VAT number", "VAT ID", "VAT UE", "NIP UE"),
    "unp": ("УНП",),
    "bin": ("БИН", "ИИН"),
    "legal_id": ("tax id", "tax number"),
    "address": (
        "Адрес", "Юридический адрес", "Adres", "Ulica", "street", "street address",
        "address line 1", "address 1", "BillingStreet", "billing street", "billing address", "Адрес доставки",
        "Фактический адрес", "Почтовый адрес", "Adres siedziby", "Adres korespondencyjny",
    ),
    "postcode": (
        "Индекс", "Почтовый индекс", "Kod pocztowy", "zip", "zip code", "postal code", "PostalCode", "postcode",
        "BillingPostalCode", "billing zip", "Kod poczt.",
    ),
    "region": ("Регион", "Область", "Województwo", "state", "county", "BillingState", "province"),
    "short_name": ("Краткое наименование", "Сокращённое наименование", "Nazwa skrócona", "short name"),
    "legal_name": ("Полное наименование", "Юридическое название", "Pełna nazwa", "legal name"),
    "code": (
        "Артикул", "Код", "Код товара", "SKU", "Номенклатурный номер", "Kod", "Indeks", "Symbol", "item code", 
        "StockCode",
    ),
    "unit": (
        "Ед. изм.", "Ед.изм.", "Ед.", "Единица", "Единица измерения",
        "JM", "J.m.", "Jednostka", "Jednostka miary", "uom", "unit of measure",
    ),
    "kind": ("Тип", "Вид", "Typ", "Rodzaj", "type", "category"),
    "currency": ("Валюта", "Waluta", "Валюта документа", "curr", "currency code"),
    "product": (
        "Товар", "Товары", "Номенклатура", "Наименование товара", "Наименование", "Товары (работы, услуги)",
        "Товар/услуга", "Позиция", "Towar", "Nazwa towaru",
        "Towar/usługa", "Produkt", "Nazwa towaru lub usługi", "item", "item name", "product name", "goods",
    ),
    "quantity": (
        "Количество", "Кол-во", "Кол.", "К-во", "Кол-во, шт", "Количество, шт", "Ilość", "Ilosc", "qty",
        "quantity ordered", "pcs",
    ),
    "from_quantity": (
        "От количества", "От", "Минимальное количество", "Мин. кол-во", "Od ilości", "Minimalna ilość",
        "min quantity",
        "min qty", "from qty",
    ),
    "price": (
        "Цена", "Цена, руб", "Цена продажи", "Цена за единицу", "Цена за ед.", "Цена без НДС", "Cena", "Cena netto",
        "Cena jednostkowa",
        "Cena jedn. netto", "unit price", "price per unit", "net price", "UnitPrice",
        "sales price", "list price", "retail price", "Розничная цена", "Оптовая цена", "Cena katalogowa",
        "Cena sprzedaży",
    ),
    "discount": ("Скидка", "Скидка, %", "% скидки", "Rabat", "Rabat, %", "Upust", "discount %"),
    "amount_minor": (
        "Сумма", "Сумма без НДС", "Стоимость", "Сумма продажи", "Сумма, руб", "Выручка", "Wartość",
        "Wartość netto", "Kwota", "Kwota netto", "Wartość sprzedaży", "amount", "net amount", "line total", "sum",
        "revenue",
    ),
    "vat_code": (
        "НДС", "Ставка НДС", "НДС, %", "VAT", "VAT %", "VAT rate", "Stawka VAT", "Stawka", "Ставка",
        "tax rate",
    ),
    "description": ("Описание", "Содержание", "Opis", "details", "line description"),
    "parent": ("Головная компания", "Головная организация", "Spółka matka", "parent company", "subsidiary of",
        "parent account"),
    "supplier": ("Поставщик", "Продавец", "Контрагент", "Dostawca", "Kontrahent", "Sprzedawca", "vendor"),
    "pricelist": ("Прайс-лист", "Прайс", "Вид цены", "Тип цен", "Cennik", "price list", "pricelist"),
    "bought_on": (
        "Дата", "Дата документа", "Дата покупки", "Дата поступления", "Дата прихода", "Data", "Data zakupu",
        "Data dostawy", "date", "purchase date",
    ),
    "ordered_on": ("Дата", "Дата заказа", "Data", "Data zamówienia", "date", "order date", "OrderDate"),
    "valid_from": ("Действует с", "С даты", "Начало действия", "Obowiązuje od", "Od dnia", "from date",
        "valid since"),
    "valid_to": ("Действует по", "По дату", "Окончание действия", "Obowiązuje do", "Do dnia", "to date",
        "valid until"),
    "document_number": (
        "Номер документа", "№ документа", "Документ", "Номер док.", "Numer dokumentu", "Nr dokumentu", "Dokument",
        "document no", "document",
    ),
    "issued_on": (
        "Дата", "Дата документа", "Дата накладной", "Дата счёта", "Дата продажи", "Дата реализации", "Дата отгрузки",
        "День", "Data wystawienia", "Data sprzedaży", "Data faktury", "Data", "Dzień", "date", "invoice date",
        "sale date", "date of sale", "day",
    ),
}  # fmt: skip
BY_FIELD: dict[str, tuple[str, ...]] = {}  # {"contact.name": …}: before those of the bare name
NAME_PARTS = (  # one person in several columns: joined in the order of the file
    ("Фамилия", "Имя", "Отчество"), ("Nazwisko", "Imię"), ("First name", "Middle name", "Last name"),
    ("FirstName", "MiddleName", "LastName"), ("Surname", "Name"), ("Given name", "Family name"),
)  # fmt: skip


def add_words(field: str, *names: str) -> None:
    """Further headers of ``type.field``, contributed by the room of that type in ``AppConfig.ready``."""
    BY_FIELD[field] = (*BY_FIELD.get(field, ()), *names)


def words_of(type_key: str, name: str) -> tuple[str, ...]:
    return (*BY_FIELD.get(f"{type_key}.{name}", ()), *BY_NAME.get(name, ()))
