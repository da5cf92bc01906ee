//! B-splines and natural cubic splines with knots at quantiles, standardised as R's `bs()` and `ns()`.

use serde::{Deserialize, Serialize};

use super::super::arguments::Arguments;
use crate::error::Result;

/// A basis of piecewise polynomials. Beyond the boundary a B-spline goes on as its last polynomial, a natural spline
/// as a straight line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spline {
    degree: usize,
    /// The knots with the boundary `degree + 1` times at either end.
    knots: Vec<f64>,
    /// Whether the first function is left out, since an intercept stands for it.
    without_first: bool,
    /// For a natural spline, the combinations of B-splines whose second derivative vanishes at the boundary.
    natural: Option<Vec<Vec<f64>>>,
}

impl Spline {
    /// Reads a call of `ns()` or `bs()` and places knots over `x`.
    pub(super) fn learn(natural: bool, call: &Arguments<'_>, x: &[f64]) -> Result<Self> {
        let degree = if natural { 3 } else { call.whole("degree")?.unwrap_or(3) };
        let intercept = call.flag("intercept")?.unwrap_or(false);
        let mut sorted = x.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let (low, high) = boundary(call, &sorted)?;
        sorted.retain(|x| (low..=high).contains(x));
        let mut interior = match (call.numbers("knots")?, call.whole("df")?) {
            (Some(knots), _) => knots,
            (None, None) => Vec::new(),
            (None, Some(df)) => {
                let least = usize::from(intercept) + if natural { 1 } else { degree };
                let count =
                    df.checked_sub(least).ok_or_else(|| call.refuse_call(&format!("`df` is at least {least} here")))?;
                (1..=count).map(|k| quantile(&sorted, k as f64 / (count + 1) as f64)).collect()
            }
        };
        interior.sort_unstable_by(f64::total_cmp);
        if interior.iter().any(|knot| !(low..=high).contains(knot)) {
            return Err(call.refuse_call("the knots lie within the boundary knots"));
        }
        let ends = |at: f64| std::iter::repeat_n(at, degree + 1);
        let knots: Vec<f64> = ends(low).chain(interior).chain(ends(high)).collect();
        let mut spline = Self { degree, knots, without_first: !intercept, natural: None };
        if natural {
            spline.natural = Some(spline.natural_combinations());
        }
        Ok(spline)
    }

    /// The number of functions.
    pub fn len(&self) -> usize {
        let all = self.knots.len() - self.degree - 1 - usize::from(self.without_first);
        if self.natural.is_some() { all - 2 } else { all }
    }

    /// Whether the parts agree in size, as those that were learnt do.
    pub(crate) fn is_sound(&self) -> bool {
        let enough = self.degree > 0 && self.knots.len() > 2 * self.degree + 1;
        enough && self.natural.as_ref().is_none_or(|rows| rows.len() == self.len())
    }

    /// Whether there are no functions.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The functions at `x`, one column each.
    pub(super) fn evaluate(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let mut columns = vec![Vec::with_capacity(x.len()); self.len()];
        let (mut splines, mut slopes) = (Vec::new(), Vec::new());
        let (low, high) = self.boundary();
        for &x in x {
            let Some(combinations) = &self.natural else {
                self.b_splines(x, 0, &mut splines);
                columns.iter_mut().zip(&splines).for_each(|(column, &value)| column.push(value));
                continue;
            };
            let nearest = x.max(low).min(high);
            self.b_splines(nearest, 0, &mut splines);
            if x < low || x > high {
                self.b_splines(nearest, 1, &mut slopes);
                splines.iter_mut().zip(&slopes).for_each(|(value, slope)| *value += (x - nearest) * slope);
            }
            for (column, weights) in columns.iter_mut().zip(combinations) {
                column.push(weights.iter().zip(&splines).map(|(w, b)| w * b).sum());
            }
        }
        columns
    }

    fn boundary(&self) -> (f64, f64) {
        let last = self.knots.len() - 1;
        (self.knots[0], self.knots[last])
    }

    /// Puts the B-splines' derivatives of order `derivative` at `x` into `values`, by the recurrence of Cox and de Boor on the polynomials
    /// of the interval of `x`; outside the boundary those of the nearest interval.
    ///
    /// # Source
    /// de Boor 1978, A practical guide to splines, chapter X, equations 4 and 12.
    fn b_splines(&self, x: f64, derivative: usize, values: &mut Vec<f64>) {
        let (t, degree) = (&self.knots, self.degree);
        let count = t.len() - degree - 1;
        let inner = &t[degree + 1..count];
        let interval = degree + inner.iter().filter(|&&knot| knot <= x).count();
        // An interval without length, at a repeated knot, is left for the one before it.
        let interval = (degree..=interval).rev().find(|&at| t[at] < t[at + 1]).unwrap_or(degree);
        values.clear();
        values.resize(t.len() - 1, 0.0);
        values[interval] = 1.0;
        let over = |numerator: f64, width: f64| if width > 0.0 { numerator / width } else { 0.0 };
        for k in 1..=degree {
            for i in 0..t.len() - 1 - k {
                let (left, right) = (t[i + k] - t[i], t[i + k + 1] - t[i + 1]);
                values[i] = if k > degree - derivative {
                    k as f64 * (over(values[i], left) - over(values[i + 1], right))
                } else {
                    over((x - t[i]) * values[i], left) + over((t[i + k + 1] - x) * values[i + 1], right)
                };
            }
        }
        values.truncate(count);
        if self.without_first {
            values.remove(0);
        }
    }

    /// The rows of Q' after the first two, where QR holds the second derivatives at the two ends.
    fn natural_combinations(&self) -> Vec<Vec<f64>> {
        let (low, high) = self.boundary();
        let mut ends = [Vec::new(), Vec::new()];
        self.b_splines(low, 2, &mut ends[0]);
        self.b_splines(high, 2, &mut ends[1]);
        let size = ends[0].len();
        let mut rows: Vec<Vec<f64>> =
            (0..size).map(|i| (0..size).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        for step in 0..2 {
            let mut v = ends[step].clone();
            v[..step].fill(0.0);
            let norm = libm::sqrt(v.iter().map(|x| x * x).sum());
            // Away from zero; which way decides the signs of the basis, and R's are wanted.
            v[step] += if v[step] < 0.0 { -norm } else { norm };
            let squared: f64 = v.iter().map(|x| x * x).sum();
            let reflect = |column: &mut Vec<f64>| {
                let share = 2.0 * v.iter().zip(column.iter()).map(|(a, b)| a * b).sum::<f64>() / squared;
                column.iter_mut().zip(&v).for_each(|(x, v)| *x -= share * v);
            };
            ends.iter_mut().for_each(reflect);
            rows.iter_mut().for_each(reflect);
        }
        // `rows[j]` is now the image of the j-th unit vector: its entries from the third on are wanted, transposed.
        (2..size).map(|i| rows.iter().map(|image| image[i]).collect()).collect()
    }
}

fn boundary(call: &Arguments<'_>, sorted: &[f64]) -> Result<(f64, f64)> {
    let range = (sorted.first().copied().unwrap_or(0.0), sorted.last().copied().unwrap_or(0.0));
    let (low, high) = match call.numbers("Boundary.knots")?.as_deref() {
        None => range,
        Some([a, b]) => (a.min(*b), a.max(*b)),
        Some(_) => return Err(call.refuse_call("`Boundary.knots` are two numbers")),
    };
    if low < high { Ok((low, high)) } else { Err(call.refuse_call("this has the same value in every row used")) }
}

/// The quantile between order statistics, R's type 7.
fn quantile(sorted: &[f64], probability: f64) -> f64 {
    let at = probability * sorted.len().saturating_sub(1) as f64;
    let below = at as usize;
    let value = |index: usize| sorted.get(index).copied().unwrap_or(0.0);
    match at - below as f64 {
        rest if rest > 0.0 => value(below) + rest * (value(below + 1) - value(below)),
        _ => value(below),
    }
}
