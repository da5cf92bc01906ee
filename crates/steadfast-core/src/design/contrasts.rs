//! Contrasts: the numbers that stand for the levels of a factor.

use serde::{Deserialize, Serialize};

use super::basis::Polynomial;

/// How a factor with an intercept or margin before it becomes columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Contrasts {
    /// Each level against the base.
    #[default]
    Treatment,
    /// Each level but the base against the mean of all; the base is −1.
    Sum,
    /// Each level against the mean of those before it.
    Helmert,
    /// Orthonormal polynomials over equally spaced levels.
    Poly,
}

impl Contrasts {
    /// The contrasts called `name` in a formula.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "treatment" => Contrasts::Treatment,
            "sum" => Contrasts::Sum,
            "helmert" => Contrasts::Helmert,
            "poly" => Contrasts::Poly,
            _ => return None,
        })
    }

    /// The columns over `levels`, each with the ending that R gives its coefficient; one less than there are levels.
    pub(super) fn columns(self, levels: &[String], base: usize) -> Vec<(String, Vec<f64>)> {
        let n = levels.len();
        let others = (0..n).filter(|&level| level != base);
        match self {
            Contrasts::Treatment => others.map(|level| (levels[level].clone(), unit(n, level))).collect(),
            Contrasts::Sum => {
                let column = |(position, level)| {
                    let mut values = unit(n, level);
                    values[base] = -1.0;
                    (format!("{}", position + 1), values)
                };
                others.enumerate().map(column).collect()
            }
            Contrasts::Helmert => (1..n).map(|level| (level.to_string(), helmert(n, level))).collect(),
            Contrasts::Poly => polynomial(n),
        }
    }
}

/// The indicator of each level.
pub(super) fn indicators(levels: &[String]) -> Vec<(String, Vec<f64>)> {
    levels.iter().enumerate().map(|(level, name)| (name.clone(), unit(levels.len(), level))).collect()
}

fn unit(n: usize, one: usize) -> Vec<f64> {
    (0..n).map(|level| f64::from(u8::from(level == one))).collect()
}

fn helmert(n: usize, level: usize) -> Vec<f64> {
    let value = |at: usize| match at.cmp(&level) {
        std::cmp::Ordering::Less => -1.0,
        std::cmp::Ordering::Equal => level as f64,
        std::cmp::Ordering::Greater => 0.0,
    };
    (0..n).map(value).collect()
}

fn polynomial(n: usize) -> Vec<(String, Vec<f64>)> {
    let scores: Vec<f64> = (1..=n).map(|level| level as f64).collect();
    let basis = Polynomial::learn(&scores, n.saturating_sub(1));
    let ending = |degree: usize| match degree {
        1 => ".L".to_owned(),
        2 => ".Q".to_owned(),
        3 => ".C".to_owned(),
        _ => format!("^{degree}"),
    };
    basis.evaluate(&scores).into_iter().enumerate().map(|(k, values)| (ending(k + 1), values)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(n: usize) -> Vec<String> {
        (0..n).map(|level| format!("l{level}")).collect()
    }

    #[test]
    fn contrasts_are_those_of_r() {
        // contr.sum(3), contr.helmert(3), contr.poly(3) in R 4.2.2.
        let columns = |contrasts: Contrasts, base| -> Vec<Vec<f64>> {
            contrasts.columns(&levels(3), base).into_iter().map(|column| column.1).collect()
        };
        assert_eq!(columns(Contrasts::Sum, 2), [[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]]);
        assert_eq!(columns(Contrasts::Helmert, 0), [[-1.0, 1.0, 0.0], [-1.0, -1.0, 2.0]]);
        assert_eq!(columns(Contrasts::Treatment, 1), [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
        let (a, b) = (0.5_f64.sqrt(), 6.0_f64.sqrt().recip());
        for (found, expected) in columns(Contrasts::Poly, 0).iter().zip([[-a, 0.0, a], [b, -2.0 * b, b]]) {
            approx::assert_abs_diff_eq!(found.as_slice(), expected.as_slice(), epsilon = 1e-15);
        }
    }

    #[test]
    fn endings_are_those_of_r() {
        let endings: Vec<String> = Contrasts::Poly.columns(&levels(5), 0).into_iter().map(|column| column.0).collect();
        assert_eq!(endings, [".L", ".Q", ".C", "^4"]);
    }
}
