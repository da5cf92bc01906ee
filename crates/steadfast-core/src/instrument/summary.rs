//! The score of a summary from the scores of its scales.

use super::definition::{Summary, SummaryRule};
use super::form::Score;

/// The score of `summary` by `rule` from its `parts`: the score of each scale and the number of its items. A scale that is not
/// applicable counts as missing; where all are, the summary is not applicable.
pub(super) fn score(
    summary: &Summary,
    rule: Option<&SummaryRule>,
    parts: impl Iterator<Item = (Score, usize)>,
) -> Score {
    let (mut sum, mut made, mut filled, mut scales, mut not_applicable) = (0.0, 0_usize, 0, 0_usize, 0);
    for (part, items) in parts {
        scales += 1;
        match part {
            Score::Made { value, filled: of_part } => {
                made += 1;
                sum += value;
                filled += of_part;
            }
            Score::Missing => filled += items,
            Score::NotApplicable => {
                not_applicable += 1;
                filled += items;
            }
        }
    }
    if not_applicable == scales {
        return Score::NotApplicable;
    }
    let allowed = rule.map_or(0, |rule| rule.missing);
    if scales - made > allowed || made == 0 {
        return Score::Missing;
    }
    let value = if made == scales { sum } else { scales as f64 * sum / made as f64 };
    Score::Made { value: summary.rounding.apply(value), filled }
}
