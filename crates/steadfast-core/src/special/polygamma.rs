//! The first two derivatives of ln Γ.

/// From here on the asymptotic series is exact to the last place.
const ASYMPTOTIC: f64 = 12.0;

/// ψ(x) = d ln Γ(x)/dx for x > 0; −∞ at 0. Absolute error a few units in the last place of max(1, |ψ|).
///
/// # Source
/// DLMF 5.5.2 (recurrence) and 5.11.2 (asymptotic series).
pub fn digamma(x: f64) -> f64 {
    if x <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut x, mut shift) = (x, 0.0);
    while x < ASYMPTOTIC {
        shift -= 1.0 / x;
        x += 1.0;
    }
    // B₂ₖ/2k, k = 1..8
    const SERIES: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 120.0,
        1.0 / 252.0,
        -1.0 / 240.0,
        1.0 / 132.0,
        -691.0 / 32_760.0,
        1.0 / 12.0,
        -3_617.0 / 8_160.0,
    ];
    let square = 1.0 / (x * x);
    let series = SERIES.iter().rev().fold(0.0, |sum, coefficient| sum * square + coefficient) * square;
    shift + (libm::log(x) - 0.5 / x - series)
}

/// ψ′(x) = d² ln Γ(x)/dx² for x > 0; ∞ at 0. Relative error a few units in the last place.
///
/// # Source
/// DLMF 5.15.5 (recurrence) and 5.15.8 (asymptotic series).
pub fn trigamma(x: f64) -> f64 {
    if x <= 0.0 {
        return f64::INFINITY;
    }
    let (mut x, mut shift) = (x, 0.0);
    while x < ASYMPTOTIC {
        shift += 1.0 / (x * x);
        x += 1.0;
    }
    // B₂ₖ, k = 1..8
    const SERIES: [f64; 8] =
        [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2_730.0, 7.0 / 6.0, -3_617.0 / 510.0];
    let square = 1.0 / (x * x);
    let series = SERIES.iter().rev().fold(0.0, |sum, coefficient| sum * square + coefficient) * square;
    shift + (1.0 + 0.5 / x + series) / x
}
