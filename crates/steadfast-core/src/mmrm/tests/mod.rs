mod antidepressant;
mod by_hand;
mod constrained;
mod conversion;
mod fev;
mod fixture;
mod formula;
mod identities;
mod timing;

use super::*;
use crate::frame::{Column, Factor, Frame};
use crate::reference_grid::LinearCombination;
use crate::rng::{Purpose, Streams};

/// A trial with baseline and three later visits, one row a visit, drawn with a random intercept in each subject.
pub(super) struct Trial {
    /// The rows, by subject and visit; `None` where the outcome is missing.
    pub(super) outcomes: Vec<[Option<f64>; 4]>,
    pub(super) arms: Vec<&'static str>,
}

pub(super) const VISITS: [&str; 4] = ["0", "15", "24", "30"];

impl Trial {
    pub(super) fn complete(n: usize) -> Self {
        let streams = Streams::new(20_240_117, Purpose::new("mmrm tests"));
        let arms: Vec<&str> = (0..n).map(|i| if i % 5 < 2 { "NIM" } else { "SAU" }).collect();
        let outcomes = (0..n).map(|i| {
            let mut stream = streams.stream(0, i as u64);
            let own = 3.0 * stream.normal();
            std::array::from_fn(|visit| {
                let effect = if arms[i] == "NIM" { 0.7 * visit as f64 } else { 0.0 };
                Some(12.0 + own - visit as f64 + effect + (1.0 + 0.4 * visit as f64) * stream.normal())
            })
        });
        Self { outcomes: outcomes.collect(), arms }
    }

    /// The trial with one later outcome in four missing, and every baseline observed.
    pub(super) fn with_missing_visits(mut self) -> Self {
        let streams = Streams::new(20_240_117, Purpose::new("mmrm tests, missing"));
        for (i, outcomes) in self.outcomes.iter_mut().enumerate() {
            let mut stream = streams.stream(0, i as u64);
            for outcome in &mut outcomes[1..] {
                *outcome = outcome.filter(|_| stream.bernoulli(0.75));
            }
        }
        self
    }

    /// The first `k` visits only.
    pub(super) fn rows(&self, k: usize) -> Frame {
        let all = || (0..self.outcomes.len()).flat_map(move |i| (0..k).map(move |visit| (i, visit)));
        let arms = Factor::from_values(all().map(|(i, _)| Some(self.arms[i]))).with_reference("SAU").unwrap();
        Frame::new(vec![
            Column::integer("child", all().map(|(i, _)| i as i64).collect()),
            Column::from_factor("arm", arms),
            Column::factor("visit", all().map(|(_, visit)| VISITS[visit])),
            Column::float("sdq", all().map(|(i, visit)| self.outcomes[i][visit].unwrap_or(f64::NAN)).collect()),
            Column::float("age", all().map(|(i, _)| (i * 7 % 11) as f64).collect()),
        ])
        .unwrap()
    }

    /// The first `k` visits, baseline being a column of the later ones.
    pub(super) fn columns(&self, k: usize) -> Frame {
        let rows = self.rows(k);
        let later: Vec<u32> = (0..rows.n_rows() as u32).filter(|row| !(*row as usize).is_multiple_of(k)).collect();
        let base = later.iter().map(|&row| self.outcomes[row as usize / k][0].unwrap_or(f64::NAN)).collect();
        let frame = rows.select(&later).with_column(Column::float("sdq0", base)).unwrap();
        let visits = (0..frame.n_rows()).map(|row| VISITS[1 + row % (k - 1)]);
        frame.with_column(Column::factor("visit", visits)).unwrap()
    }
}

pub(super) fn sdq(analysis: Baseline) -> Mmrm {
    Mmrm::new("sdq", Arm::new("arm", "SAU"), "visit", "child").baseline(Recorded::at_visit("0"), analysis)
}

pub(super) const ANCOVA: Baseline = Baseline::Ancova { slope: Slope::ByVisit };

/// The estimates and model-based standard errors of combinations.
pub(super) fn values(fit: &MmrmFit, combinations: &[LinearCombination]) -> Vec<(f64, f64)> {
    let (beta, vcov) = (fit.lmm().beta(), fit.lmm().vcov());
    let of = |combination: &LinearCombination| {
        assert!(combination.estimable, "{combination:?}");
        let row = nalgebra::DVector::from_column_slice(&combination.row);
        let estimate = row.iter().zip(beta).map(|(l, b)| l * b).sum();
        (estimate, row.dot(&(vcov * &row)).sqrt())
    };
    combinations.iter().map(of).collect()
}

pub(super) fn effects(fit: &MmrmFit) -> Vec<(f64, f64)> {
    values(fit, &fit.effects().unwrap())
}

pub(super) fn assert_near(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs().max(1.0), "{found} is not {expected}");
}

/// Least squares: coefficients, the inverse of X'X and the residual sum of squares.
pub(super) fn least_squares(x: &[Vec<f64>], y: &[f64]) -> (Vec<f64>, nalgebra::DMatrix<f64>, f64) {
    let x = nalgebra::DMatrix::from_fn(x.len(), x[0].len(), |i, j| x[i][j]);
    let y = nalgebra::DVector::from_column_slice(y);
    let inverse = (x.transpose() * &x).cholesky().unwrap().inverse();
    let beta = &inverse * x.transpose() * &y;
    let rss = (&y - &x * &beta).norm_squared();
    (beta.iter().copied().collect(), inverse, rss)
}
