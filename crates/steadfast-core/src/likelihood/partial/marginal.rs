//! Tied events in continuous time: all orders in which they may have happened.

use nalgebra::{DMatrix, DVector};

/// ln of the probability that the events come before the survivors, in any order, with its derivatives.
#[derive(Debug, Clone)]
pub(super) struct Orders {
    pub(super) log: f64,
    /// The derivative of `log` for the events' columns less the survivors' mean.
    pub(super) gradient: DVector<f64>,
    /// Less the second derivatives, without those of the survivors' mean.
    pub(super) information: DMatrix<f64>,
    /// E Σ a: what multiplies the survivors' covariance.
    pub(super) hazard: f64,
}

/// Below this, as a logarithm relative to the mode, the integrand has nothing left that a double could hold.
const NEGLIGIBLE: f64 = -45.0;
/// The integrand is analytic where |Im v| < π/2, so that this step of the trapezoidal rule leaves exp(−π²/h) = 1e-17.
const STEP: f64 = 0.25;

/// The sums for events with risks `share` relative to all survivors' together, whose columns less the survivors' mean are `y`.
///
/// With s_i the shares, L = ∫ Π_i {1 − exp(−s_i t)} exp(−t) dt, taken over v = ln t, where the integrand is concave on the log
/// scale and falls at both ends. Let a = u/(eᵘ − 1) and b = a (a + u − 1) at u = s_i t; then under that density
///
/// ```text
/// ∂ ln L = E Σ a_i y_i,    −∂² ln L = E Σ b_i y_i y_i' − Var Σ a_i y_i + E Σ a_i · V
/// ```
///
/// V being the survivors' covariance of x.
///
/// # Source
/// Kalbfleisch and Prentice 1973, Biometrika 60:267; DeLong, Guirguis and So 1994, Biometrika 81:607.
pub(super) fn orders(share: &[f64], y: &[Vec<f64>], p: usize) -> Orders {
    let (mode, curvature) = mode(share);
    let step = STEP.min(0.5 / libm::sqrt(curvature));
    let top = log_density(share, mode);
    let mut points = vec![mode];
    for direction in [-step, step] {
        let at = |index: u32| mode + direction * f64::from(index);
        points.extend((1..).map(at).take_while(|v| log_density(share, *v) - top > NEGLIGIBLE));
    }
    points.sort_by(f64::total_cmp);
    let weights: Vec<f64> = points.iter().map(|v| libm::exp(log_density(share, *v) - top)).collect();
    let total: f64 = weights.iter().sum();
    let (mut first, mut second) = (vec![0.0; share.len()], vec![0.0; share.len()]);
    let mut slopes = Vec::with_capacity(points.len());
    for (v, weight) in points.iter().zip(&weights) {
        let (t, weight) = (libm::exp(*v), weight / total);
        let mut slope = DVector::zeros(p);
        for (i, share) in share.iter().enumerate() {
            let (a, b) = derivatives(share * t);
            first[i] += weight * a;
            second[i] += weight * b;
            slope.iter_mut().zip(&y[i]).for_each(|(sum, y)| *sum += a * y);
        }
        slopes.push((weight, slope));
    }
    let gradient = slopes.iter().fold(DVector::zeros(p), |sum, (weight, slope)| sum + slope * *weight);
    let mut information = DMatrix::zeros(p, p);
    for (y, b) in y.iter().zip(&second) {
        let y = DVector::from_column_slice(y);
        information.ger(*b, &y, &y, 1.0);
    }
    for (weight, slope) in &slopes {
        let off = slope - &gradient;
        information.ger(-weight, &off, &off, 1.0);
    }
    Orders { log: top + libm::log(total * step), gradient, information, hazard: first.iter().sum() }
}

/// Where the density of v is largest, and how much it is curved there.
fn mode(share: &[f64]) -> (f64, f64) {
    let mut v = 0.0;
    let mut curvature = 1.0;
    // Concave: Newton's steps, shortened, end; nothing depends on the last digits of the mode.
    for _ in 0..200 {
        let t = libm::exp(v);
        let (mut slope, mut bent) = (1.0 - t, t);
        for share in share {
            let (a, b) = derivatives(share * t);
            slope += a;
            bent += b;
        }
        curvature = bent;
        let step = (slope / bent).clamp(-2.0, 2.0);
        v += step;
        if step.abs() < 1e-3 {
            break;
        }
    }
    (v, curvature)
}

fn log_density(share: &[f64], v: f64) -> f64 {
    let t = libm::exp(v);
    share.iter().fold(v - t, |sum, share| sum + libm::log(-libm::expm1(-share * t)))
}

/// a = u/(eᵘ − 1), the slope of ln(1 − e^(−u)) in ln u, and b, less the slope of a.
fn derivatives(u: f64) -> (f64, f64) {
    let a = if u > 700.0 { 0.0 } else { u / libm::expm1(u) };
    (a, a * (a + u - 1.0))
}
