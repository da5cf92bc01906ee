//! Tidy tables as CSV: UTF-8, commas, a header, numbers with 17 significant digits, nothing where there is no value.

use crate::results::number::digits17;

/// A table that is written row by row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Csv {
    text: String,
}

/// A field of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Field {
    Text(String),
    Number(f64),
    Count(usize),
    Empty,
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Option<f64>> for Field {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Number)
    }
}

impl From<f64> for Field {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<usize> for Field {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl Csv {
    /// A table with these columns.
    pub(crate) fn new<S: AsRef<str>>(header: impl IntoIterator<Item = S>) -> Self {
        let mut csv = Self::default();
        csv.row(header.into_iter().map(|name| Field::from(name.as_ref())));
        csv
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, fields: impl IntoIterator<Item = Field>) {
        let fields: Vec<String> = fields.into_iter().map(written).collect();
        self.text.push_str(&fields.join(","));
        self.text.push('\n');
    }

    /// The file.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

fn written(field: Field) -> String {
    match field {
        Field::Empty => String::new(),
        Field::Count(count) => count.to_string(),
        Field::Number(value) => digits17(value),
        Field::Text(text) if text.contains(['"', ',', '\n', '\r']) => format!("\"{}\"", text.replace('"', "\"\"")),
        Field::Text(text) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stand_where_a_reader_needs_them() {
        let mut csv = Csv::new(["term", "estimate", "df", "n"]);
        csv.row([Field::from("a \"b\", c"), Field::from(0.5), Field::from(None), Field::from(3)]);
        let text = String::from_utf8(csv.into_bytes()).unwrap();
        assert_eq!(text, "term,estimate,df,n\n\"a \"\"b\"\", c\",5.0000000000000000e-1,,3\n");
    }
}
