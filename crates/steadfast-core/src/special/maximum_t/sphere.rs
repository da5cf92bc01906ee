//! Any correlations: a mean over directions of the sphere, taken over fixed quasi-random points.

use nalgebra::DMatrix;

use super::super::fisher_f::FisherF;
use super::super::normal::Normal;
use super::Approximation;
use crate::error::Result;

/// Replications of the rule, each shifted by another fixed vector; their spread is the error.
const SHIFTS: usize = 10;

/// Points of a replication. 10 × 50,000 take a tenth of a second and leave an error of about 1e-4 where p is 0.6, 3e-5
/// where it is 0.1 and 3e-6 where it is 0.005; programs that use random points stop at 1e-3.
const POINTS: usize = 50_000;

/// Knots of the tail of F over the size of a direction; cubic interpolation between them errs by about 1e-8.
const KNOTS: usize = 400;

/// The logarithm of max|a_i'u| for each point u of each replication, and the rank r of the correlations.
#[derive(Debug, Clone)]
pub(super) struct Sphere {
    rank: usize,
    sizes: Vec<Vec<f64>>,
    smallest: f64,
}

impl Sphere {
    /// From the m × r matrix A with correlations A A'.
    pub(super) fn of(root: &DMatrix<f64>) -> Self {
        let generators = generators(root.ncols());
        let sizes: Vec<Vec<f64>> = (0..SHIFTS).map(|shift| replication(root, &generators, shift)).collect();
        let smallest = sizes.iter().flatten().copied().fold(0.0, f64::min);
        Self { rank: root.ncols(), sizes, smallest }
    }

    /// P(max|T_i| > t) = E F̄(t²/(r M²); r, ν), M = max|a_i'u|: given the direction u, |X|²/(r S²) is F(r, ν).
    pub(super) fn sf(&self, t: f64, dof: f64) -> Result<Approximation> {
        let tail = Tail::of(self.rank, t, dof, self.smallest)?;
        let mean = |sizes: &Vec<f64>| sizes.iter().map(|size| tail.at(*size)).sum::<f64>() / sizes.len() as f64;
        let means: Vec<f64> = self.sizes.iter().map(mean).collect();
        let n = means.len() as f64;
        let value = means.iter().sum::<f64>() / n;
        let variance = means.iter().map(|mean| (mean - value) * (mean - value)).sum::<f64>() / (n - 1.0);
        Ok(Approximation { value, error: 3.0 * (variance / n).sqrt() })
    }
}

/// Square roots of the first primes modulo 1: the generators of Richtmyer's sequence.
fn generators(count: usize) -> Vec<f64> {
    let is_prime = |n: &u32| (2..*n).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    (2u32..).filter(is_prime).take(count).map(|prime| f64::from(prime).sqrt().fract()).collect()
}

/// ln max|a_i'u| at the points of one replication; u is a normal vector over its length.
fn replication(root: &DMatrix<f64>, generators: &[f64], shift: usize) -> Vec<f64> {
    let mut z = vec![0.0; generators.len()];
    let size = |point: usize| {
        for (j, (z, generator)) in z.iter_mut().zip(generators).enumerate() {
            // Shifts along another irrational line, so that they too fill the cube evenly.
            let offset = (shift as f64 * 0.754_877_666_246_692_7 + j as f64 * 0.569_840_290_998_053_3).fract();
            let w = ((point + 1) as f64 * generator + offset).fract();
            // Folded, so that the integrand is continuous where the sequence wraps around.
            let folded = (1.0 - (2.0 * w - 1.0).abs()).clamp(1e-15, 1.0 - 1e-15);
            *z = if folded < 0.5 { -Normal.positive_point(folded) } else { Normal.positive_point(1.0 - folded) };
        }
        let length = z.iter().map(|z| z * z).sum::<f64>().sqrt();
        let along = |row: usize| z.iter().enumerate().map(|(j, z)| root[(row, j)] * z).sum::<f64>().abs();
        let largest = (0..root.nrows()).map(along).fold(0.0, f64::max);
        libm::log(largest / length).min(0.0)
    };
    (0..POINTS).map(size).collect()
}

/// ln F̄(t²/(r e²ˣ); r, ν) at equidistant x from the smallest size to 0.
struct Tail {
    first: f64,
    step: f64,
    logs: Vec<f64>,
}

impl Tail {
    fn of(rank: usize, t: f64, dof: f64, smallest: f64) -> Result<Self> {
        let f = FisherF::new(rank as f64, dof)?;
        let step = -smallest / (KNOTS - 4) as f64;
        let first = smallest - step;
        // Beyond the range of a double the logarithm is cut; such directions do not count.
        let log = |k: usize| {
            let size = libm::exp(first + k as f64 * step);
            libm::log(f.sf(t * t / (rank as f64 * size * size)).max(1e-300))
        };
        Ok(Self { first, step, logs: (0..KNOTS).map(log).collect() })
    }

    /// F̄ at one size, by Lagrange's cubic through the four knots around it.
    fn at(&self, size: f64) -> f64 {
        let position = (size - self.first) / self.step;
        let k = (position as usize).clamp(1, KNOTS - 3);
        let x = position - k as f64;
        let [a, b, c, d] = [self.logs[k - 1], self.logs[k], self.logs[k + 1], self.logs[k + 2]];
        let cubic = -a * x * (x - 1.0) * (x - 2.0) / 6.0 + b * (x + 1.0) * (x - 1.0) * (x - 2.0) / 2.0
            - c * (x + 1.0) * x * (x - 2.0) / 2.0
            + d * (x + 1.0) * x * (x - 1.0) / 6.0;
        libm::exp(cubic)
    }
}
