//! One draw of the likelihood ratio: the highest point of a function of λ.

use super::spectrum::Spectrum;
use crate::error::Result;
use crate::likelihood::Criterion;
use crate::rng::Stream;

/// The function of λ, with what does not depend on the draw known at some λ.
#[derive(Debug)]
pub(super) struct Grid {
    /// μ with their multiplicities.
    eigenvalues: Vec<(f64, usize)>,
    /// The eigenvalues whose logarithms are subtracted.
    penalty: Vec<(f64, usize)>,
    /// n − p for the restricted ratio, n for the other.
    degrees: f64,
    /// The degrees of freedom of what no eigenvalue reaches.
    rest: usize,
    places: Vec<Place>,
}

/// One λ.
#[derive(Debug)]
struct Place {
    lambda: f64,
    /// 1/(1 + λμ_s).
    shrunk: Vec<f64>,
    /// Σ log(1 + λ ·) over the penalty.
    penalty: f64,
}

/// Points of the grid in each direction: a tenth of a decade apart over the range in which λμ matters.
const POINTS_A_DECADE: f64 = 10.0;
/// λμ from 1e-4, where the function is its slope at zero, to 1e4, where it has turned down for good.
const DECADES: f64 = 4.0;
/// Halvings of a tenth of a decade: λ to ten digits, the function to twenty.
const HALVINGS: usize = 32;

impl Grid {
    pub(super) fn new(spectrum: Spectrum, criterion: Criterion) -> Self {
        let Spectrum { restricted, whole, n, p } = spectrum;
        let (degrees, penalty) = match criterion {
            Criterion::Reml => (n - p, restricted.clone()),
            Criterion::Ml => (n, whole),
        };
        let rest = n - p - restricted.iter().map(|(_, count)| count).sum::<usize>();
        let ends = (restricted.first(), restricted.last());
        let mut grid =
            Self { eigenvalues: restricted.clone(), penalty, degrees: degrees as f64, rest, places: Vec::new() };
        if let (Some((largest, _)), Some((smallest, _))) = ends {
            let low = -DECADES - libm::log10(*largest);
            let steps = (POINTS_A_DECADE * (2.0 * DECADES + libm::log10(largest / smallest))).ceil() as usize;
            grid.places =
                (0..=steps).map(|step| grid.place(libm::exp10(low + step as f64 / POINTS_A_DECADE))).collect();
        }
        grid
    }

    fn place(&self, lambda: f64) -> Place {
        Place {
            lambda,
            shrunk: self.eigenvalues.iter().map(|(mu, _)| 1.0 / (1.0 + lambda * mu)).collect(),
            penalty: self.penalty.iter().map(|(xi, count)| *count as f64 * libm::log1p(lambda * xi)).sum(),
        }
    }

    /// −2 log Λ of one draw under σ_b² = 0.
    ///
    /// # Errors
    /// None for a spectrum of a model.
    pub(super) fn draw(&self, stream: &mut Stream) -> Result<f64> {
        let mut squares = Vec::with_capacity(self.eigenvalues.len());
        for (_, count) in &self.eigenvalues {
            squares.push(stream.chi_squared(*count as f64)?);
        }
        let rest = if self.rest > 0 { stream.chi_squared(self.rest as f64)? } else { 0.0 };
        Ok(self.supremum(&squares, rest))
    }

    /// The highest value over λ ≥ 0 for Σ w_s² of each eigenvalue and of the rest; 0 at λ = 0.
    pub(super) fn supremum(&self, squares: &[f64], rest: f64) -> f64 {
        let total = squares.iter().sum::<f64>() + rest;
        let value = |place: &Place| {
            let left = place.shrunk.iter().zip(squares).fold(rest, |sum, (shrunk, square)| sum + shrunk * square);
            self.degrees * libm::log(total / left) - place.penalty
        };
        let (mut best, mut at) = (0.0, None);
        for (index, place) in self.places.iter().enumerate() {
            let here = value(place);
            if here > best {
                (best, at) = (here, Some(index));
            }
        }
        // Without a point above zero there may be one below the first λ, where the function is at most 1e-8 of its
        // curvature: nothing.
        let Some(index) = at else { return 0.0 };
        let mut low = if index == 0 { 0.0 } else { self.places[index - 1].lambda };
        let mut high = self.places.get(index + 1).map_or(self.places[index].lambda, |place| place.lambda);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if self.slope(middle, squares, rest) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        best.max(value(&self.place(0.5 * (low + high))))
    }

    /// The derivative in λ.
    fn slope(&self, lambda: f64, squares: &[f64], rest: f64) -> f64 {
        let (mut left, mut falling) = (rest, 0.0);
        for ((mu, _), square) in self.eigenvalues.iter().zip(squares) {
            let shrunk = 1.0 / (1.0 + lambda * mu);
            left += square * shrunk;
            falling += square * shrunk * shrunk * mu;
        }
        let penalty: f64 = self.penalty.iter().map(|(xi, count)| *count as f64 * xi / (1.0 + lambda * xi)).sum();
        self.degrees * falling / left - penalty
    }
}
