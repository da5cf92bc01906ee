//! Functions of covariance parameters, with their derivatives.

use nalgebra::{DMatrix, DVector};

/// A function of linear forms in φ.
#[derive(Debug, Clone)]
pub(in crate::lmm) enum Function {
    /// a'φ, reported as its square root.
    Variance(DVector<f64>),
    /// a'φ / √(b'φ c'φ).
    Correlation(DVector<f64>, DVector<f64>, DVector<f64>),
    /// a'φ / b'φ.
    Share(DVector<f64>, DVector<f64>),
}

impl Function {
    /// h, its gradient and its Hessian at φ.
    pub(in crate::lmm) fn at(&self, phi: &DVector<f64>) -> (f64, DVector<f64>, DMatrix<f64>) {
        let k = phi.len();
        match self {
            Function::Variance(a) => (a.dot(phi), a.clone(), DMatrix::zeros(k, k)),
            Function::Share(a, b) => {
                let (u, v) = (a.dot(phi), b.dot(phi));
                let gradient = a / v - b * (u / (v * v));
                let cross = a * b.transpose() + b * a.transpose();
                (u / v, gradient, b * b.transpose() * (2.0 * u / (v * v * v)) - cross / (v * v))
            }
            Function::Correlation(a, b, c) => {
                let (u, v, w) = (a.dot(phi), b.dot(phi), c.dot(phi));
                let root = (v * w).sqrt();
                let h = u / root;
                // log-derivatives of (v w)^(−½), and their products.
                let slope = -(b / v + c / w) * 0.5;
                let gradient = a / root + &slope * h;
                let bend = (b * b.transpose() / (v * v) + c * c.transpose() / (w * w)) * 0.5;
                let cross = (a * slope.transpose() + &slope * a.transpose()) / root;
                (h, gradient, cross + (&slope * slope.transpose() + bend) * h)
            }
        }
    }

    /// The range of h.
    pub(in crate::lmm) fn range(&self) -> (f64, f64) {
        match self {
            Function::Variance(_) => (0.0, f64::INFINITY),
            Function::Correlation(..) => (-1.0, 1.0),
            Function::Share(..) => (0.0, 1.0),
        }
    }

    /// h as it is reported.
    pub(in crate::lmm) fn reported(&self, h: f64) -> f64 {
        match self {
            Function::Variance(_) => h.max(0.0).sqrt(),
            Function::Correlation(..) => h.clamp(-1.0, 1.0),
            Function::Share(..) => h.clamp(0.0, 1.0),
        }
    }

    /// What is reported when the forms, made for outcomes in units of `scale`, meet φ in units of `scale` / `ratio`.
    pub(in crate::lmm) fn value(&self, phi: &DVector<f64>, ratio: f64) -> f64 {
        let h = match self {
            Function::Variance(a) => a.dot(phi) * ratio * ratio,
            Function::Share(a, b) => a.dot(phi) / b.dot(phi),
            Function::Correlation(a, b, c) => a.dot(phi) / (b.dot(phi) * c.dot(phi)).sqrt(),
        };
        if h.is_nan() { h } else { self.reported(h) }
    }
}
