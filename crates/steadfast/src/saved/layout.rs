//! JSON for saved fits: a key a line, and a row of a matrix a line, so that a person can read it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// `value` as JSON. Real numbers have the fewest digits that identify them.
pub(super) fn to_json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, RowALine::default()))?;
    bytes.push(b'\n');
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What is being written at one depth.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Object,
    /// A list of scalars, as far as is known.
    Flat,
    /// A list with lists or objects in it.
    Nested,
}

#[derive(Default)]
struct RowALine {
    open: Vec<Open>,
}

impl RowALine {
    fn new_line<W: ?Sized + Write>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b"\n")?;
        self.open.iter().try_for_each(|_| writer.write_all(b"  "))
    }

    /// Begins a list or an object; inside a list it has a line of its own.
    fn begin<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8], open: Open) -> io::Result<()> {
        if let Some(outer) = self.open.last_mut().filter(|outer| **outer != Open::Object) {
            *outer = Open::Nested;
            self.new_line(writer)?;
        }
        self.open.push(open);
        writer.write_all(bracket)
    }

    fn end<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        if self.open.pop().is_some_and(|own| own != Open::Flat) {
            self.new_line(writer)?;
        }
        writer.write_all(bracket)
    }
}

impl Formatter for RowALine {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"[", Open::Flat)
    }
    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"]")
    }
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b",") }
    }
    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b"{", Open::Object)
    }
    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b"}")
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.new_line(writer)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_matrix_has_a_line_a_row_and_an_object_a_line_a_key() {
        let value = json!({"vcov": [[1.0, 0.1], [0.1, 2.5e-300]], "names": ["a", "b"], "none": []});
        let expected = "{\n  \"vcov\": [\n    [1.0,0.1],\n    [0.1,2.5e-300]\n  ],\n  \"names\": [\"a\",\"b\"],\n  \
                        \"none\": []\n}\n";
        let text = to_json(&value).unwrap_or_default();
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).ok(), Some(value));
    }
}
