//! Deviances with saddle points, ridges and ties, by exact symmetry.

use steadfast_core::frame::Frame;

use super::{Ending, Pathology, ROUNDING, draws, normals, table};

/// Two factors that the data cannot tell apart by symmetry, though one of them alone explains the data better than any
/// mixture: where both have the same variance, and every optimiser starts, the deviance has a saddle point.
pub(super) const SADDLE: Pathology = Pathology {
    name: "saddle",
    about: "exchangeable factors: equal variances are a saddle point, with an optimum on either side",
    formula: "y ~ 1 + (1 | g) + (1 | h)",
    frame: saddle,
    ending: Ending::Boundary,
    rounding: ROUNDING,
};

/// The same for slopes.
pub(super) const SADDLE_OF_SLOPES: Pathology = Pathology {
    name: "saddle of slopes",
    about: "exchangeable factors with intercepts and slopes",
    formula: "y ~ x + (x || g) + (x || h)",
    frame: saddle_of_slopes,
    ending: Ending::Boundary,
    rounding: ROUNDING,
};

/// Two factors that differ in two rows of three hundred.
pub(super) const RIDGE: Pathology = Pathology {
    name: "ridge",
    about: "two factors that differ in two rows of 300: the sum of their variances is known and the difference hardly",
    formula: "y ~ x + (1 | g) + (1 | h)",
    frame: ridge,
    ending: Ending::Converges,
    rounding: ROUNDING,
};

/// Two factors that do not differ.
pub(super) const EXACT_RIDGE: Pathology = Pathology {
    name: "exact ridge",
    about: "two names for one factor: only the sum of their variances is determined",
    formula: "y ~ x + (1 | g) + (1 | h)",
    frame: exact_ridge,
    ending: Ending::Error("unidentified"),
    rounding: ROUNDING,
};

/// A balanced one-way layout whose two mean squares are equal: REML's variance is zero, and the slope there too.
pub(super) const TIES: Pathology = Pathology {
    name: "ties",
    about: "equal mean squares: the deviance is of the fourth order in the standard deviation at its optimum of zero",
    formula: "y ~ 1 + (1 | g)",
    frame: || table(vec![-2.0, 0.0, -1.0, 1.0, 0.0, 2.0], vec![], vec![("g", vec![0, 0, 1, 1, 2, 2])]),
    ending: Ending::Boundary,
    rounding: ROUNDING,
};

/// The same in a crossed layout.
pub(super) const CROSSED_TIES: Pathology = Pathology {
    name: "crossed ties",
    about: "a square of eight whose mean squares of rows, columns and residuals are equal integers",
    formula: "y ~ 1 + (1 | g) + (1 | h)",
    frame: crossed_ties,
    ending: Ending::Boundary,
    rounding: ROUNDING,
};

/// Rows and columns of a table, and levels that both factors share: `y` is symmetric, so that exchanging the factors
/// exchanges nothing but their names. In the table y is nearly zero; log|V|, which is concave in the variances, is then
/// least where one of them has all of the sum that the shared levels ask for.
fn saddle() -> Frame {
    let (y, g, h) = exchangeable("saddle");
    table(y, vec![], vec![("g", g), ("h", h)])
}

fn saddle_of_slopes() -> Frame {
    let (y, g, h) = exchangeable("saddle of slopes");
    // The covariate depends on the two levels alike, and does not break the symmetry.
    let x: Vec<f64> = g.iter().zip(&h).map(|(a, b)| f64::from(((a * b + a + b) % 5) as u32) - 2.0).collect();
    let y =
        y.iter().zip(&x).zip(&g).map(|((y, x), g)| y + 0.5 * x * if *g >= 100 { (*g % 7) as f64 - 3.0 } else { 0.0 });
    table(y.collect(), vec![("x", x.clone())], vec![("g", g), ("h", h)])
}

fn exchangeable(name: &str) -> (Vec<f64>, Vec<usize>, Vec<usize>) {
    let mut draw = draws(name);
    let (mut y, mut g, mut h) = (Vec::new(), Vec::new(), Vec::new());
    for shared in 100..112 {
        let level = 3.0 * draw.normal();
        for _ in 0..4 {
            y.push(level + draw.normal());
            g.push(shared);
            h.push(shared);
        }
    }
    let noise = normals(&mut draw, 100, 0.1);
    for a in 0..10 {
        for b in 0..10 {
            y.push(noise[10 * a.min(b) + a.max(b)]);
            g.push(a);
            h.push(b);
        }
    }
    (y, g, h)
}

fn ridge() -> Frame {
    near_copy(2)
}

fn exact_ridge() -> Frame {
    near_copy(0)
}

/// Thirty levels of ten rows; the second factor is the first but for `moved` rows.
fn near_copy(moved: usize) -> Frame {
    let mut draw = draws("ridge");
    let effects = normals(&mut draw, 30, 1.5);
    let g: Vec<usize> = (0..300).map(|row| row / 10).collect();
    let mut h = g.clone();
    (0..moved).for_each(|k| h[100 * k + 5] = (h[100 * k + 5] + 1) % 30);
    let x = normals(&mut draw, 300, 1.0);
    let y = g.iter().zip(&x).map(|(g, x)| 2.0 + 0.5 * x + effects[*g] + draw.normal()).collect();
    table(y, vec![("x", x)], vec![("g", g), ("h", h)])
}

/// The sum of all products of Hadamard contrasts but the constant one: every contrast has the sum of squares 64.
fn crossed_ties() -> Frame {
    let contrast = |k: usize, i: usize| if (k & i).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    let (mut y, mut g, mut h) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..8 {
        for j in 0..8 {
            let all = (0..8).flat_map(|k| (0..8).map(move |l| (k, l))).filter(|at| *at != (0, 0));
            // Signs that differ, or the outcome would be zero almost everywhere.
            let sign = |k: usize, l: usize| if (k * l + k / 2 + l / 3).is_multiple_of(2) { 1.0 } else { -1.0 };
            y.push(all.map(|(k, l)| sign(k, l) * contrast(k, i) * contrast(l, j)).sum());
            g.push(i);
            h.push(j);
        }
    }
    table(y, vec![], vec![("g", g), ("h", h)])
}
