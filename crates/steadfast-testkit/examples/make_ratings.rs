//! Writes `data-fixtures/ratings/data.csv`, the partially crossed ratings that the workspace ships.

use std::error::Error;
use std::path::Path;

use steadfast_testkit::simulate::crossed::{RATINGS_SEED, ratings, ratings_csv};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data-fixtures/ratings");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("data.csv"), ratings_csv(&ratings(60, 60, 15, RATINGS_SEED)))?;
    Ok(())
}
