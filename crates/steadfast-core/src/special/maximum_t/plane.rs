//! Correlations of rank 2: the statistics are projections of one point of the plane.

use core::f64::consts::{FRAC_PI_2, PI};

use nalgebra::DMatrix;

/// Directions a_i of the plane, Z_i = a_i'X.
#[derive(Debug, Clone)]
pub(super) struct Plane {
    /// The angles of the directions, modulo π, ascending.
    angles: Vec<f64>,
}

/// Nodes and weights of the Gauss–Legendre rule with 16 nodes, the positive half.
const GAUSS: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_894),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

impl Plane {
    /// From the m × 2 matrix whose rows are the directions, of length 1.
    pub(super) fn of(root: &DMatrix<f64>) -> Self {
        let angle = |i: usize| {
            let y = if root.ncols() > 1 { root[(i, 1)] } else { 0.0 };
            let angle = libm::atan2(y, root[(i, 0)]);
            if angle < 0.0 { angle + PI } else { angle }
        };
        let mut angles: Vec<f64> = (0..root.nrows()).map(angle).collect();
        angles.sort_by(f64::total_cmp);
        Self { angles }
    }

    /// P(max|T_i| > t) = (1/π) Σ ∫ (1 + t²/(ν cos²α))^(−ν/2) dα, α being the angle to the nearest direction.
    ///
    /// Given the angle of X the largest |Z_i| is its length times cos α, and the length over S, squared and halved, is
    /// F(2, ν), whose tail is a power. Each direction is the nearest up to half of the way to its neighbours.
    pub(super) fn sf(&self, t: f64, dof: f64) -> f64 {
        let n = self.angles.len();
        let gap = |i: usize| {
            if i + 1 < n { self.angles[i + 1] - self.angles[i] } else { self.angles[0] + PI - self.angles[i] }
        };
        // Each gap is halved by the two directions at its ends.
        let sum: f64 = (0..n).map(|i| 2.0 * sector(0.5 * gap(i), t, dof)).sum();
        (sum / PI).min(1.0)
    }
}

/// ∫₀^width of the tail, in panels of which each is narrow beside the peak at 0, of width about √(ν + t²)/(t√ν).
fn sector(width: f64, t: f64, dof: f64) -> f64 {
    let width = width.min(FRAC_PI_2);
    let peak = if dof == f64::INFINITY { 1.0 / t } else { ((dof + t * t) / dof).sqrt() / t };
    let panels = (2.0 * width / peak.min(0.5)).ceil().clamp(1.0, 1_000.0);
    let half = 0.5 * width / panels;
    let panel = |k: usize| {
        let centre = (2.0 * k as f64 + 1.0) * half;
        GAUSS.iter().map(|(x, w)| w * (tail(centre - half * x, t, dof) + tail(centre + half * x, t, dof))).sum::<f64>()
    };
    half * (0..panels as usize).map(panel).sum::<f64>()
}

/// P(|X|·cos α > t S) = (1 + t²/(ν cos²α))^(−ν/2).
fn tail(alpha: f64, t: f64, dof: f64) -> f64 {
    let ratio = t / libm::cos(alpha);
    if dof == f64::INFINITY {
        return libm::exp(-0.5 * ratio * ratio);
    }
    libm::exp(-0.5 * dof * libm::log1p(ratio * ratio / dof))
}
