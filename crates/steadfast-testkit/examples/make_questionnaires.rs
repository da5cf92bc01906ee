//! Writes `data-fixtures/instruments/data.csv`, the answers to questionnaires that the workspace ships.

use std::error::Error;
use std::path::Path;

use steadfast_testkit::simulate::questionnaires::{FAMILIES, QUESTIONNAIRES_SEED, questionnaires};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/instruments");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("data.csv"), questionnaires(FAMILIES, QUESTIONNAIRES_SEED))?;
    Ok(())
}
