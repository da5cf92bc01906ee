//! The score of one scale from the answers to its items.

use super::definition::{Method, Scale};
use super::form::{Answer, Item, Score};

/// The score of `scale` from its items with their `answers`, where `deciding` is the answer that may decide it.
pub(super) fn score<'a>(
    scale: &Scale,
    answers: impl Iterator<Item = (&'a Item, Answer)>,
    deciding: Option<Answer>,
) -> Score {
    if let (Some(when), Some(Answer::Given(answer))) = (&scale.when, deciding)
        && (answer - when.equals).abs() <= 0.0
    {
        return Score::Made { value: when.value, filled: 0 };
    }
    let (mut sum, mut answered, mut items, mut not_applicable) = (0.0, 0, 0, 0);
    for (item, answer) in answers {
        items += 1;
        match answer {
            Answer::Given(answer) => {
                answered += 1;
                sum += contribution(scale.method, item, answer);
            }
            Answer::NotApplicable => not_applicable += 1,
            Answer::Missing => {}
        }
    }
    if not_applicable == items {
        return Score::NotApplicable;
    }
    let is_met = scale.minimum.map_or(answered == items, |minimum| minimum.is_met(answered, items));
    if !is_met || answered == 0 {
        return Score::Missing;
    }
    let value = match scale.method {
        Method::Sum => sum,
        Method::Mean | Method::MeanOf100 => sum / answered as f64,
        // One division: 5·2/4 is a half exactly.
        Method::ProratedSum => items as f64 * sum / answered as f64,
    };
    Score::Made { value: scale.rounding.apply(value), filled: items - answered }
}

fn contribution(method: Method, item: &Item, answer: f64) -> f64 {
    let coded = item.coded(answer);
    match method {
        Method::MeanOf100 => {
            let (low, high) = item.bounds();
            100.0 * (coded - low) / (high - low)
        }
        _ => coded,
    }
}
