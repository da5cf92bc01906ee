//! Writes `data-fixtures/best-trial/data.csv` and `truth.toml`, the trial that the workspace ships.

use std::error::Error;
use std::path::Path;

use steadfast_testkit::best_trial::{BestTrial, SHIPPED_SEED, Truth};

fn main() -> Result<(), Box<dyn Error>> {
    let trial = BestTrial::generate(&Truth::default(), SHIPPED_SEED)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/best-trial");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("data.csv"), trial.to_csv())?;
    std::fs::write(folder.join("truth.toml"), trial.record().to_toml()?)?;
    Ok(())
}
