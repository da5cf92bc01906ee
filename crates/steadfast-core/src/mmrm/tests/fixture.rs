//! Data sets of `data-fixtures` whose cells have no commas.

use super::*;

/// The cells of a data set by column.
pub(super) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn read(name: &str) -> Self {
        let path = format!("{}/../../data-fixtures/{name}/data.csv", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let cells = |line: &str| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect();
        let mut lines = text.lines().map(cells);
        Self { header: lines.next().unwrap(), rows: lines.collect() }
    }

    fn cells<'t>(&'t self, name: &str) -> impl Iterator<Item = &'t str> {
        let at = self.header.iter().position(|column| column == name).unwrap();
        self.rows.iter().map(move |row| row[at].as_str())
    }

    /// Factors and numbers; `NA` is missing.
    pub(super) fn frame(&self, factors: &[&str], numbers: &[&str]) -> Frame {
        let number = |cell: &str| if cell == "NA" { f64::NAN } else { cell.parse().unwrap() };
        let factors = factors.iter().map(|name| Column::factor(*name, self.cells(name)));
        let numbers = numbers.iter().map(|name| Column::float(*name, self.cells(name).map(number).collect()));
        Frame::new(factors.chain(numbers).collect()).unwrap()
    }
}
