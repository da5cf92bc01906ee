//! What would be observed of every child at every visit if nobody were lost.

use steadfast_core::error::Result;
use steadfast_core::frame::Date;
use steadfast_core::rng::Stream;

use super::children::{Child, Sex};
use super::families::{Arm, Family};
use super::{Truth, below, stream};

/// Who cares for the child and answers the questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carer {
    /// Foster carer.
    Foster,
    /// Relative or friend.
    Kinship,
    /// Birth parent.
    Parent,
    /// Adoptive parent.
    Adoptive,
}

/// A score, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    /// Observed.
    Is(i64),
    /// It should have been observed and was not.
    Missing,
    /// The child was under 2: none exists.
    NotApplicable,
}

/// A child at a visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The value that the truth is stated for, in points; known for every child and visit.
    pub latent: f64,
    /// SDQ total difficulties, 0–40.
    pub sdq: Score,
    /// PIR-GAS, 0–100.
    pub pir_gas: Score,
    /// The carer who answered; `None` where nobody did.
    pub carer: Option<Carer>,
    /// The day of the visit, or on which it would have been.
    pub day: Date,
}

/// Share of single questionnaires that are returned.
const RETURNED: f64 = 0.96;

/// The observations of all children, with single questionnaires missing completely at random.
///
/// # Errors
/// Those of the samplers.
pub(super) fn observe(
    truth: &Truth,
    families: &[Family],
    children: &[Child],
    seed: u64,
) -> Result<Vec<[Observation; 3]>> {
    let shared: Vec<Shared> =
        families.iter().enumerate().map(|(i, family)| Shared::draw(truth, family, seed, i)).collect();
    let observe = |(index, child): (usize, &Child)| {
        let mut noise = stream(seed, "best trial: child", index);
        let person = shared[child.family].effect + truth.child_variance.sqrt() * noise.normal();
        let carers = carers(&mut stream(seed, "best trial: carer", index))?;
        let mut visit = |visit: usize| {
            let family = &families[child.family];
            let latent =
                expected(truth, family, child, visit) + person + truth.residual_variance.sqrt() * noise.normal();
            let rating = 55.0 + 2.0 * visit as f64 - 0.8 * person + 9.0 * noise.normal();
            let day = shared[child.family].days[visit];
            let returned = noise.bernoulli(RETURNED);
            let sdq = match (child.is_eligible(day), returned) {
                (false, _) => Score::NotApplicable,
                (true, true) => Score::Is(scored(latent, 40)),
                (true, false) => Score::Missing,
            };
            Observation { latent, sdq, pir_gas: Score::Is(scored(rating, 100)), carer: Some(carers[visit]), day }
        };
        Ok([visit(0), visit(1), visit(2)])
    };
    children.iter().enumerate().map(observe).collect()
}

/// What siblings share.
struct Shared {
    effect: f64,
    days: [Date; 3],
}

impl Shared {
    fn draw(truth: &Truth, family: &Family, seed: u64, index: usize) -> Self {
        let effect = truth.family_variance.sqrt() * stream(seed, "best trial: family", index).normal();
        let mut delay = stream(seed, "best trial: delay", index);
        // The baseline is dated as assessed; later visits come up to a month early and two months late.
        let late = [0, below(&mut delay, 91) as i32 - 30, below(&mut delay, 91) as i32 - 30];
        Self { effect, days: [0, 1, 2].map(|visit| Date(family.due(visit).0 + late[visit])) }
    }
}

fn expected(truth: &Truth, family: &Family, child: &Child, visit: usize) -> f64 {
    let girl = child.sex == Sex::Girl;
    let effect = if family.arm == Arm::Nim { truth.effect(visit, girl, family.received) } else { 0.0 };
    truth.expected(visit, girl, family.country == "England") + effect
}

/// Rounded half up and limited to 0..`largest`.
fn scored(value: f64, largest: i64) -> i64 {
    ((value + 0.5).floor() as i64).clamp(0, largest)
}

/// The carer at each visit: foster or kinship at first, a new choice for three in ten children before each later visit.
fn carers(draw: &mut Stream) -> Result<[Carer; 3]> {
    const ALL: [Carer; 4] = [Carer::Foster, Carer::Kinship, Carer::Parent, Carer::Adoptive];
    let mut carer = ALL[draw.categorical(&[0.72, 0.28])?];
    let mut carers = [carer; 3];
    for later in &mut carers[1..] {
        if draw.bernoulli(0.3) {
            carer = ALL[draw.categorical(&[0.3, 0.2, 0.2, 0.3])?];
        }
        *later = carer;
    }
    Ok(carers)
}
