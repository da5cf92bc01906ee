//! Families lost to follow-up, at random given what was observed before.

use super::children::Child;
use super::families::Family;
use super::outcomes::{Observation, Score};
use super::stream;

/// Families lost before the visit at 15 months.
const LOST_BY_15: usize = 54;

/// Families lost before the visit at 30 months, those before included: 286 of 360 remain, 79.4 %.
const LOST_BY_30: usize = 74;

/// Whether a family attended each visit; once lost, it does not return.
pub type Attendance = [bool; 3];

/// Blanks what lost families were not asked, and returns who attended.
///
/// At each visit those families are lost whose index is largest: 0.1 a point of their mean observed SDQ at the visit
/// before (above 12, 0 where no child had one), 0.4 in England, and standard normal noise. Nothing unobserved enters,
/// so that the data are missing at random, and their number is fixed.
pub(super) fn lose(
    families: &[Family],
    children: &[Child],
    observations: &mut [[Observation; 3]],
    seed: u64,
) -> Vec<Attendance> {
    let mut attendance = vec![[true; 3]; families.len()];
    for (visit, lost) in [(1, LOST_BY_15), (2, LOST_BY_30 - LOST_BY_15)] {
        let mut at_risk: Vec<(f64, usize)> = (0..families.len())
            .filter(|&family| attendance[family][visit - 1])
            .map(|family| (propensity(family, visit, families, children, observations, seed), family))
            .collect();
        at_risk.sort_by(|a, b| b.0.total_cmp(&a.0));
        for &(_, family) in at_risk.iter().take(lost) {
            attendance[family][visit..].fill(false);
        }
    }
    for (child, seen) in children.iter().zip(observations) {
        for (observation, &attended) in seen.iter_mut().zip(&attendance[child.family]) {
            if !attended {
                blank(observation);
            }
        }
    }
    attendance
}

fn propensity(
    family: usize,
    visit: usize,
    families: &[Family],
    children: &[Child],
    observations: &[[Observation; 3]],
    seed: u64,
) -> f64 {
    let siblings = children.iter().zip(observations).filter(|(child, _)| child.family == family);
    let scores: Vec<f64> = siblings
        .filter_map(|(_, seen)| match seen[visit - 1].sdq {
            Score::Is(score) => Some(score as f64),
            Score::Missing | Score::NotApplicable => None,
        })
        .collect();
    let history = if scores.is_empty() { 0.0 } else { scores.iter().sum::<f64>() / scores.len() as f64 - 12.0 };
    let country = if families[family].country == "England" { 0.4 } else { 0.0 };
    let mut noise = stream(seed, "best trial: follow-up", family);
    // One number for each visit, whether or not the family was at risk of the one before.
    let noise = [noise.normal(), noise.normal()][visit - 1];
    0.1 * history + country + noise
}

/// A score that cannot exist stays not applicable.
fn blank(observation: &mut Observation) {
    if observation.sdq != Score::NotApplicable {
        observation.sdq = Score::Missing;
    }
    observation.pir_gas = Score::Missing;
    observation.carer = None;
}
