//! Variances next to zero, next to infinity, and exactly on the boundary.

use steadfast_core::frame::Frame;

use super::{Ending, Pathology, ROUNDING, ROUNDING_OF_HUGE, draws, normals, table};

const INTERCEPTS: &str = "y ~ x + (1 | g) + (1 | h)";

/// A standard deviation of 10⁴ residual ones.
pub(super) const HUGE_VARIANCE: Pathology = Pathology {
    name: "huge variance",
    about: "one factor has 10⁴ times the residual standard deviation",
    formula: INTERCEPTS,
    frame: || crossing("huge variance", &|draw| [normals(draw, 20, 1e4), normals(draw, 15, 1.0)], 1.0),
    ending: Ending::Converges,
    rounding: ROUNDING_OF_HUGE,
};

/// A standard deviation of 10⁻⁴ residual ones.
pub(super) const TINY_VARIANCE: Pathology = Pathology {
    name: "tiny variance",
    about: "one factor has 10⁻⁴ times the residual standard deviation, which no data of this size can see",
    formula: INTERCEPTS,
    frame: || crossing("tiny variance", &|draw| [normals(draw, 20, 1.0), normals(draw, 15, 1e-4)], 1.0),
    ending: Ending::Converges,
    rounding: ROUNDING,
};

/// Both.
pub(super) const HUGE_AND_TINY: Pathology = Pathology {
    name: "huge and tiny",
    about: "standard deviations of 10⁴, 10⁻⁴ and 1 side by side",
    formula: INTERCEPTS,
    frame: || crossing("huge and tiny", &|draw| [normals(draw, 20, 1e4), normals(draw, 15, 1e-4)], 1.0),
    ending: Ending::Converges,
    rounding: ROUNDING_OF_HUGE,
};

/// A slope along a covariate that is counted in millionths.
pub(super) const SLOPE_IN_OTHER_UNITS: Pathology = Pathology {
    name: "slope in other units",
    about: "intercepts and slopes whose standard deviations are 10⁶ apart",
    formula: "y ~ x + (x | g) + (1 | h)",
    frame: slope_in_other_units,
    ending: Ending::Converges,
    rounding: ROUNDING,
};

/// Slopes that are a multiple of the intercepts.
pub(super) const PERFECT_CORRELATION: Pathology = Pathology {
    name: "perfect correlation",
    about: "slopes are half the intercepts: a covariance matrix of rank 1",
    formula: "y ~ x + (x | g) + (1 | h)",
    frame: perfect_correlation,
    ending: Ending::Converges,
    rounding: ROUNDING,
};

/// An outcome of a billion and a few units.
pub(super) const FAR_FROM_ZERO: Pathology = Pathology {
    name: "far from zero",
    about: "the outcome varies by units about 10⁹",
    formula: INTERCEPTS,
    frame: || crossing("far from zero", &|draw| [normals(draw, 20, 2.0), normals(draw, 15, 1.0)], 1e9),
    ending: Ending::Interior,
    rounding: ROUNDING,
};

/// An outcome that is exactly the sum of its random effects.
pub(super) const EXACT_SUM: Pathology = Pathology {
    name: "exact sum",
    about: "the outcome is the sum of an effect of its row and one of its column: no residual variance is left",
    formula: "y ~ 1 + (1 | g) + (1 | h)",
    frame: exact_sum,
    ending: Ending::Error("perfect_fit"),
    rounding: ROUNDING,
};

type Effects<'a> = &'a dyn Fn(&mut steadfast_core::rng::Stream) -> [Vec<f64>; 2];

/// 20 by 15 levels, two rows in three cells of four, a residual of standard deviation 1.
fn crossing(name: &str, effects: Effects<'_>, mean: f64) -> Frame {
    let mut draw = draws(name);
    let [of_g, of_h] = effects(&mut draw);
    let (mut y, mut x, mut g, mut h) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for cell in (0..300).filter(|cell| cell % 4 != 3) {
        let (i, j) = (cell / 15, cell % 15);
        for _ in 0..2 {
            let covariate = draw.normal();
            y.push(mean + 0.5 * covariate + of_g[i] + of_h[j] + draw.normal());
            x.push(covariate);
            g.push(i);
            h.push(j);
        }
    }
    table(y, vec![("x", x)], vec![("g", g), ("h", h)])
}

/// 24 levels of `g` by 10 of `h` with a slope for each level of `g`.
fn slopes(name: &str, unit: f64, slope: impl Fn(f64, f64) -> f64) -> Frame {
    let mut draw = draws(name);
    let (intercepts, free) = (normals(&mut draw, 24, 2.0), normals(&mut draw, 24, 1.0));
    let of_h = normals(&mut draw, 10, 1.0);
    let (mut y, mut x, mut g, mut h) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for i in 0..24 {
        for (j, own) in of_h.iter().enumerate() {
            let covariate = draw.normal();
            let random = intercepts[i] + slope(intercepts[i], free[i]) * covariate + own;
            y.push(1.0 + covariate + random + draw.normal());
            x.push(covariate * unit);
            g.push(i);
            h.push(j);
        }
    }
    table(y, vec![("x", x)], vec![("g", g), ("h", h)])
}

fn slope_in_other_units() -> Frame {
    slopes("slope in other units", 1e6, |_, free| free)
}

fn perfect_correlation() -> Frame {
    slopes("perfect correlation", 1.0, |intercept, _| 0.5 * intercept)
}

fn exact_sum() -> Frame {
    // Multiples of 1/8, so that the sums are exact.
    let effect = |k: usize| ((k * k * 7 + 3 * k) % 23) as f64 / 8.0;
    let cells = || (0..12).flat_map(|i| (0..9).map(move |j| (i, j)));
    let y = cells().map(|(i, j)| 2.0 + effect(i) - effect(j + 5)).collect();
    table(y, vec![], vec![("g", cells().map(|c| c.0).collect()), ("h", cells().map(|c| c.1).collect())])
}
