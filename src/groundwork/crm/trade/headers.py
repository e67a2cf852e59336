"""What the columns of products are called in tables of other programs."""

from groundwork.records.imports.words import add_words

add_words(
    "product.name",
    "Номенклатура", "Товар", "Товары", "Наименование товара", "Towar", "Nazwa towaru", "Produkt", "product", "item",
    "product name", "ProductName", "description",
)  # fmt: skip
