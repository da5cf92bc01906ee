//! Writes `data-fixtures/placement-trial`: the returns of all children of the shipped trial, under a service that has effects.

use std::error::Error;
use std::path::Path;

use steadfast_testkit::best_trial::{BestTrial, CareTruth, FIRST_TRIAL_RETURN, LAST_RETURN, SHIPPED_SEED, Truth};

fn main() -> Result<(), Box<dyn Error>> {
    let trial = BestTrial::generate(&Truth::default(), SHIPPED_SEED)?;
    let truth = CareTruth::placement_trial();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/placement-trial");
    for file in trial.ssda903_under(&truth, FIRST_TRIAL_RETURN, LAST_RETURN) {
        let of_year = folder.join("returns").join(file.year.to_string());
        std::fs::create_dir_all(&of_year)?;
        std::fs::write(of_year.join(file.name), file.text)?;
    }
    std::fs::write(folder.join("truth.csv"), trial.ssda903_truth_under(&truth, FIRST_TRIAL_RETURN, LAST_RETURN))?;
    std::fs::write(folder.join("truth.toml"), truth.to_toml()?)?;
    Ok(())
}
