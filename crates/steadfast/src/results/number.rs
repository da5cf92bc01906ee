//! How a number is written for machines: 17 significant digits, which identify every double.

use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

/// `value` with 17 significant digits, such as `-2.8018412310547402e0`.
pub fn digits17(value: f64) -> String {
    format!("{value:.16e}")
}

/// `value` as indented JSON in which every real number has 17 significant digits; what is not finite becomes `null`.
///
/// # Errors
/// When `value` cannot be JSON, such as a map whose keys are no texts.
pub fn to_json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, SeventeenDigits::default()))?;
    bytes.push(b'\n');
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The layout of `serde_json::to_string_pretty`, with the numbers of [`digits17`].
#[derive(Default)]
struct SeventeenDigits {
    layout: PrettyFormatter<'static>,
}

impl Formatter for SeventeenDigits {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(digits17(value).as_bytes())
    }
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_array(writer)
    }
    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array(writer)
    }
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_array_value(writer, first)
    }
    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_array_value(writer)
    }
    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object(writer)
    }
    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object(writer)
    }
    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.layout.begin_object_key(writer, first)
    }
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.begin_object_value(writer)
    }
    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.layout.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_double_survives_the_way_through_json() {
        for value in [0.1, -2.0 / 3.0, 1e-300, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.0, 171.0, 1e22 + 1e7] {
            let text = to_json(&value).unwrap();
            assert_eq!(serde_json::from_str::<f64>(&text).unwrap().to_bits(), f64::to_bits(value), "{text}");
            let digits = text.split('e').next().unwrap().chars().filter(char::is_ascii_digit).count();
            assert_eq!(digits, 17, "{text}");
        }
    }

    #[test]
    fn counts_stay_counts_and_infinity_is_null() {
        let json = to_json(&serde_json::json!({"n": 608, "df": f64::INFINITY, "none": []})).unwrap();
        assert_eq!(json, "{\n  \"n\": 608,\n  \"df\": null,\n  \"none\": []\n}\n");
    }
}
