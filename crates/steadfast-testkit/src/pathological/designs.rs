//! Designs that hold less than their formulae ask for.

use steadfast_core::frame::Frame;

use super::{Ending, Pathology, ROUNDING, draws, normals, table};

/// A factor with one row a level, which is a residual by another name.
pub(super) const ONE_ROW_A_LEVEL: Pathology = Pathology {
    name: "one row a level",
    about: "an intercept for every row beside a crossed factor: it cannot be told from the residual",
    formula: "y ~ x + (1 | row) + (1 | g)",
    frame: one_row_a_level,
    ending: Ending::Error("unidentified"),
    rounding: ROUNDING,
};

/// The same factor with a slope alone, which the residual does not contain.
pub(super) const ONE_ROW_A_LEVEL_SLOPE: Pathology = Pathology {
    name: "one row a level, slope",
    about: "a slope for every row: a residual variance that grows with x², as far as the data show it",
    formula: "y ~ x + (0 + x | row) + (1 | g)",
    frame: one_row_a_level,
    ending: Ending::Converges,
    rounding: ROUNDING,
};

/// Crossed factors in five parts that share no level.
pub(super) const DISCONNECTED: Pathology = Pathology {
    name: "disconnected",
    about: "five components that share no level of any factor, of unequal sizes",
    formula: "y ~ x + (x | g) + (1 | h)",
    frame: disconnected,
    ending: Ending::Converges,
    rounding: ROUNDING,
};

/// Most levels are seen once.
pub(super) const SEEN_ONCE: Pathology = Pathology {
    name: "seen once",
    about: "two of three levels of either factor are seen once",
    formula: "y ~ x + (1 | g) + (1 | h)",
    frame: seen_once,
    ending: Ending::Converges,
    rounding: ROUNDING,
};

/// A factor that is fixed and random.
pub(super) const TAKEN_BY_FIXED_EFFECTS: Pathology = Pathology {
    name: "taken by fixed effects",
    about: "a factor is both fixed and random: no information about its variance is left",
    formula: "y ~ h + (1 | h) + (1 | g)",
    frame: disconnected,
    ending: Ending::Error("unidentified"),
    rounding: ROUNDING,
};

/// Two covariates that differ in the seventh digit, both random.
pub(super) const NEARLY_DEPENDENT: Pathology = Pathology {
    name: "nearly dependent",
    about: "slopes along two covariates that differ in the seventh digit",
    formula: "y ~ x + (1 + x + z | g) + (1 | h)",
    frame: nearly_dependent,
    ending: Ending::Error("unidentified"),
    rounding: ROUNDING,
};

/// Factors of two levels.
pub(super) const TWO_LEVELS: Pathology = Pathology {
    name: "two levels",
    about: "variances from one degree of freedom each",
    formula: "y ~ x + (1 | g) + (1 | h)",
    frame: two_levels,
    ending: Ending::Converges,
    rounding: ROUNDING,
};

fn one_row_a_level() -> Frame {
    let mut draw = draws("one row a level");
    let of_g = normals(&mut draw, 20, 1.5);
    let x = normals(&mut draw, 120, 1.0);
    let g: Vec<usize> = (0..120).map(|row| (7 * row) % 20).collect();
    let y = x.iter().zip(&g).map(|(x, g)| 1.0 + x * (0.5 + 0.8 * draw.normal()) + of_g[*g] + draw.normal()).collect();
    table(y, vec![("x", x)], vec![("row", (0..120).collect()), ("g", g)])
}

fn disconnected() -> Frame {
    let mut draw = draws("disconnected");
    let (mut y, mut x, mut g, mut h) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for part in 0..5 {
        let (rows, columns) = (4 + 2 * part, 3 + part);
        let (of_g, slopes) = (normals(&mut draw, rows, 1.5), normals(&mut draw, rows, 0.7));
        let of_h = normals(&mut draw, columns, 1.0);
        for i in 0..rows {
            for (j, own) in of_h.iter().enumerate().take(columns) {
                let covariate = draw.normal();
                y.push(2.0 + (0.5 + slopes[i]) * covariate + of_g[i] + own + draw.normal());
                x.push(covariate);
                g.push(100 * part + i);
                h.push(100 * part + j);
            }
        }
    }
    table(y, vec![("x", x)], vec![("g", g), ("h", h)])
}

fn seen_once() -> Frame {
    let mut draw = draws("seen once");
    let level = |row: usize, stride: usize| if row.is_multiple_of(2) { row * stride % 30 } else { 100 + row };
    let g: Vec<usize> = (0..120).map(|row| level(row, 7)).collect();
    let h: Vec<usize> = (0..120).map(|row| level(119 - row, 11)).collect();
    let (of_g, of_h) = (normals(&mut draw, 300, 1.5), normals(&mut draw, 300, 1.0));
    let x = normals(&mut draw, 120, 1.0);
    let rows = x.iter().zip(&g).zip(&h);
    let y = rows.map(|((x, g), h)| 1.0 + 0.5 * x + of_g[*g] + of_h[*h] + draw.normal()).collect();
    table(y, vec![("x", x)], vec![("g", g), ("h", h)])
}

fn nearly_dependent() -> Frame {
    let mut draw = draws("nearly dependent");
    let (of_g, slopes, of_h) = (normals(&mut draw, 24, 1.5), normals(&mut draw, 24, 1.0), normals(&mut draw, 10, 1.0));
    let (mut y, mut x, mut z) = (Vec::new(), Vec::new(), Vec::new());
    let cells = || (0..24).flat_map(|i| (0..10).map(move |j| (i, j)));
    for (i, j) in cells() {
        let covariate = draw.normal();
        y.push(1.0 + (0.5 + slopes[i]) * covariate + of_g[i] + of_h[j] + draw.normal());
        x.push(covariate);
        z.push(covariate + 1e-7 * draw.normal());
    }
    let factors = vec![("g", cells().map(|c| c.0).collect()), ("h", cells().map(|c| c.1).collect())];
    table(y, vec![("x", x), ("z", z)], factors)
}

fn two_levels() -> Frame {
    let mut draw = draws("two levels");
    let x = normals(&mut draw, 40, 1.0);
    let (g, h): (Vec<usize>, Vec<usize>) = (0..40).map(|row| (row % 2, row / 2 % 2)).unzip();
    let rows = x.iter().zip(&g).zip(&h);
    let y = rows.map(|((x, g), h)| 0.5 * x + 3.0 * *g as f64 - 0.1 * *h as f64 + draw.normal()).collect();
    table(y, vec![("x", x)], vec![("g", g), ("h", h)])
}
