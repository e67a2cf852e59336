"""What the columns of products are called in tables of other programs."""

from groundwork.records.imports.words import add_words

add_words(
    "product.name",
    "Номенклатура", "Товар", "Товары", "Наименование товара", "Towar", "Nazwa towaru", "Produkt", "product", "item",
    "product name", "ProductName", "description",
)  # fmt: skip
add_words(
    "rate.currency", "Код валюты", "Буквенный код", "Букв. код", "Kod waluty", "Kod", "Waluta", "CharCode", "code"
)
add_words("rate.rate", "Курс", "Kurs", "Kurs średni", "rate", "exchange rate", "mid", "value")
add_words("rate.units", "Номинал", "Единиц", "Кол-во", "Ilość", "Przelicznik", "nominal", "units")
add_words("rate.valid_from", "Дата", "Дата курса", "Data", "Data kursu", "Data publikacji", "date", "effective date")
add_words("rate.source", "Источник", "Źródło", "bank")
add_words("terms.discount", "Скидка", "Скидка, %", "Rabat", "Rabat %", "discount", "discount %")
add_words("terms.pricelist", "Прайс-лист", "Прайс", "Тип цен", "Cennik", "price list")
add_words("pricelist.name", "Прайс-лист", "Прайс", "Вид цены", "Тип цен", "Cennik", "price list", "pricelist", "list")
add_words(
    "payment.paid_on",
    "Дата", "Дата оплаты", "Дата платежа", "Дата поступления", "Data", "Data płatności", "Data wpłaty", "Data zapłaty",
    "date", "payment date", "paid",
)  # fmt: skip
add_words(
    "payment.reference",
    "Назначение платежа", "Назначение", "Основание", "Номер счёта", "№ счёта", "Счёт", "Накладная", "Tytuł przelewu",
    "Tytułem", "Numer faktury", "Nr faktury", "Faktura", "purpose", "payment reference", "invoice number", "invoice no",
    "invoice",
)  # fmt: skip
add_words("purchase.items.price", "Цена закупки", "Закупочная цена", "Cena zakupu", "purchase price", "unit cost")
add_words("payment.payer_legal_id", "ИНН", "ИНН плательщика", "NIP", "tax id")
add_words("claim.name", "Претензия", "Суть", "Суть претензии", "Причина", "Проблема", "Reklamacja", "Problem", "claim")
add_words("claim.text", "Подробности", "Описание", "Комментарий", "Opis", "Komentarz", "details", "description")
add_words("claim.opened_on", "Дата", "Дата обращения", "Дата претензии", "Data", "Data zgłoszenia", "date")
add_words(
    "order.document_number",
    "Заказ", "Номер заказа", "№ заказа", "Zamówienie", "Numer zamówienia", "Nr zamówienia", "order", "order no",
    "order number", "OrderID",
)  # fmt: skip
add_words(
    "purchase.document_number",
    "Накладная", "Номер накладной", "Поступление", "Номер поступления", "Приход", "Приходная накладная",
    "Nr faktury zakupu", "purchase", "bill", "bill no", "Numer faktury", "invoice number", "invoice no", "Номер счёта",
)  # fmt: skip
add_words(
    "invoice.document_number",
    "Счёт", "Номер счёта", "№ счёта", "Счёт-фактура", "Накладная", "Номер накладной", "№ накладной",
    "Расходная накладная", "Реализация", "Номер реализации", "Документ реализации", "Отгрузка", "Номер отгрузки", "УПД",
    "Номер УПД", "№ УПД", "Чек", "Номер чека", "Faktura", "Nr faktury", "Numer faktury", "FV", "Nr FV", "WZ", "Nr WZ",
    "Numer WZ", "Paragon", "Nr paragonu", "invoice", "invoice number", "invoice no", "InvoiceNo", "receipt",
    "receipt no", "Номер", "№", "Numer", "Nr", "number", "no",
)  # fmt: skip
