//! Writes `data-fixtures/ssda903`, the returns of some children of the shipped trial and what is true of them.

use std::error::Error;
use std::path::Path;

use steadfast_testkit::best_trial::{BestTrial, FIRST_RETURN, LAST_RETURN, SHIPPED_SEED, Truth};

fn main() -> Result<(), Box<dyn Error>> {
    let trial = BestTrial::generate(&Truth::default(), SHIPPED_SEED)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/ssda903");
    for file in trial.ssda903(FIRST_RETURN, LAST_RETURN) {
        let of_year = folder.join("returns").join(file.year.to_string());
        std::fs::create_dir_all(&of_year)?;
        std::fs::write(of_year.join(file.name), file.text)?;
    }
    std::fs::write(folder.join("truth.csv"), trial.ssda903_truth(FIRST_RETURN, LAST_RETURN))?;
    Ok(())
}
