//! ln Π (1 + κj) over j < y: what Γ(y + r)/Γ(r) is when r = 1/κ may be infinite.

/// Factors multiplied one by one; beyond them Euler and Maclaurin's formula has terms below rounding.
const ONE_BY_ONE: u32 = 64;

/// Abscissae and weights of ten-point Gauss–Legendre quadrature, the positive half.
///
/// Over [a, 2a] the integrand's nearest singularity lies three half-widths from the middle, so that the error is (3 + √8)⁻²⁰.
#[allow(clippy::excessive_precision, reason = "digits as tabulated: DLMF 3.5, table 3.5.2")]
const GAUSS: [(f64, f64); 5] = [
    (0.148_874_338_981_631_210_885, 0.295_524_224_714_752_870_174),
    (0.433_395_394_129_247_190_799, 0.269_266_719_309_996_355_091),
    (0.679_409_568_299_024_406_234, 0.219_086_362_515_982_043_996),
    (0.865_063_366_688_984_510_732, 0.149_451_349_150_580_593_146),
    (0.973_906_528_517_171_720_078, 0.066_671_344_308_688_137_594),
];

/// Σ_{j<y} ln(1 + κj) with its first and second derivative in κ ≥ 0, for a whole number `y` ≥ 0.
pub(super) fn rising(y: f64, kappa: f64) -> [f64; 3] {
    let mut sums = [0.0; 3];
    let direct = if y < f64::from(ONE_BY_ONE) { y as u32 } else { ONE_BY_ONE };
    for j in 1..direct {
        add(&mut sums, at(f64::from(j), kappa), 1.0);
    }
    let start = f64::from(ONE_BY_ONE);
    if y > start {
        let mut low = start;
        while low < y {
            let high = (2.0 * low).min(y);
            let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
            for (x, weight) in GAUSS {
                add(&mut sums, at(middle - half * x, kappa), half * weight);
                add(&mut sums, at(middle + half * x, kappa), half * weight);
            }
            low = high;
        }
        add(&mut sums, end(y, kappa), 1.0);
        add(&mut sums, end(start, kappa), -1.0);
    }
    sums
}

fn add(sums: &mut [f64; 3], terms: [f64; 3], factor: f64) {
    sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += factor * term);
}

/// ln(1 + κx) and its derivatives in κ.
fn at(x: f64, kappa: f64) -> [f64; 3] {
    let slope = x / (1.0 + kappa * x);
    [libm::log1p(kappa * x), slope, -slope * slope]
}

/// What Euler and Maclaurin's formula adds at the end `x`: −½ g + g'/12 − g'''/720 + g⁽⁵⁾/30240 of g = ln(1 + κx).
fn end(x: f64, kappa: f64) -> [f64; 3] {
    // g' = s = κ/(1 + κx), g''' = 2s³, g⁽⁵⁾ = 24s⁵; ds/dκ = q = (1 + κx)⁻².
    let inverse = 1.0 / (1.0 + kappa * x);
    let (s, q) = (kappa * inverse, inverse * inverse);
    let square = s * s;
    let value = s * (1.0 / 12.0 - square * (1.0 / 360.0 - square / 1_260.0));
    let slope = 1.0 / 12.0 - square * (1.0 / 120.0 - square / 252.0);
    let bend = -s * (1.0 / 60.0 - square / 63.0);
    let [g, g_slope, g_bend] = at(x, kappa);
    [value - 0.5 * g, slope * q - 0.5 * g_slope, bend * q * q - slope * 2.0 * x * q * inverse - 0.5 * g_bend]
}
