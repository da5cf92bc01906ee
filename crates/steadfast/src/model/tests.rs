//! Joint tests of several hypotheses, those that cannot be answered named and not fatal.

use steadfast_core::error::Error as CoreError;
use steadfast_core::reference_grid::Hypothesis;
use steadfast_core::report::FTest;

use crate::error::Result;

/// The tests of `hypotheses`, and a remark for each that has none, or that lost rows.
pub(crate) fn all(
    hypotheses: Vec<Hypothesis>,
    test: impl Fn(&Hypothesis) -> std::result::Result<FTest, CoreError>,
) -> Result<(Vec<FTest>, Vec<String>)> {
    let (mut tests, mut remarks) = (Vec::new(), Vec::new());
    for hypothesis in hypotheses {
        let term = &hypothesis.term;
        if hypothesis.rows.is_empty() {
            remarks.push(format!("`{term}` is not tested: the data do not determine it"));
            continue;
        }
        match test(&hypothesis) {
            Ok(found) => tests.push(found),
            // A sandwich of few clusters may say nothing about what hardly varies within them.
            Err(error) if ["no_reference", "too_few_clusters"].contains(&error.code()) => {
                remarks.push(format!("`{term}` is not tested: {error}"));
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        if hypothesis.inestimable > 0 {
            let lost = hypothesis.inestimable;
            remarks
                .push(format!("the test of `{term}` is without {lost} contrasts that empty cells leave undetermined"));
        }
    }
    Ok((tests, remarks))
}
