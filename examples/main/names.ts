/** What the example's contacts are made of; the awkward ones are the point. */

export const firstNames = [
  "Ada",
  "Åse",
  "Björk",
  "Chloé",
  "Đorđe",
  "Émile",
  "Fátima",
  "Grzegorz",
  "Hélène",
  "İpek",
  "Jürgen",
  "Kōji",
  "Łukasz",
  "María José",
  "Nuño",
  "Ólafur",
  "Ørjan",
  "Pénélope",
  "Quỳnh",
  "Renée",
  "Šárka",
  "Søren",
  "Tōru",
  "Ümit",
  "Věra",
  "Wanjirũ",
  "Xóchitl",
  "Yiğit",
  "Zoë",
  "Anna-Lena",
  "Jean Luc",
  "Mary Ann",
  "O",
  "Siobhán",
  "محمد",
  "Ольга",
  "さくら",
  "志明"
]

export const lastNames = [
  "Lovelace",
  "Ångström",
  "Čapek",
  "D'Angelo",
  "de la Cruz",
  "Erdős",
  "Fernández",
  "Gödel",
  "Håkansson",
  "Ibáñez",
  "Jørgensen",
  "Kovács",
  "Lévi-Strauss",
  "Müller",
  "Nguyễn",
  "O'Brien",
  "Østergård",
  "Pérez",
  "Quiñones",
  "Ružička",
  "Sørensen",
  "Tūhoe",
  "Ulugh Bey",
  "van der Berg",
  "Wałęsa",
  "Xu",
  "Yıldız",
  "Žižek",
  "St. John",
  "Smith \"Smitty\" Jones",
  "李",
  "Петрова",
  "佐藤",
  "García Márquez"
]

export const companies = [
  "Acme, Inc.",
  "Müller & Söhne GmbH",
  "\"Quoted\" Consulting",
  "Société Générale, S.A.",
  "Plain Ltd",
  "Ünlü A.Ş.",
  "Line\nBreak Studios",
  "Tab\tSeparated Co.",
  "北京科技",
  "Smith, Smith & Smith, LLP",
  "Ærø Skibe ApS",
  "=SUM(A1:A9)",
  "100 % Natural",
  "Ends with quote\"",
  ""
]

export const cities = [
  "London",
  "Århus",
  "São Paulo",
  "Kraków",
  "Zürich",
  "Đà Nẵng",
  "Malmö",
  "Québec",
  "東京",
  "Saint-Étienne"
]

export const lifecycleStages = [
  "subscriber",
  "lead",
  "marketingqualifiedlead",
  "salesqualifiedlead",
  "opportunity",
  "customer"
]

/** Not one of HubSpot's: a portal without it refuses the row. */
export const unknownLifecycleStage = "frenemy"

export const badEmails = ["not-an-email", "two@@example.com", "spaces in@example.com", "@example.com", "nobody@", "a@b"]
