//! Every structure: a new member is one file and one line here.

use std::sync::Arc;

use super::factor_analytic::{FactorAnalytic, Specific};
use super::heterogeneous::Heterogeneous;
use super::homogeneous::Homogeneous;
use super::kronecker::Kronecker;
use super::patterns::{Antedependence, Arma, Autoregressive, Exchangeable, Lags, UnitUnstructured};
use super::points::{Exponential, Gaussian, Matern, OverPoints, Power};
use super::registry::{Entry, Maker, Over};
use super::toeplitz::Toeplitz;
use super::{CompoundSymmetry, Diagonal, Independent, Shape, Structure, Unstructured};
use crate::error::Result;

/// A structure over the levels of one factor, without options.
const fn plain(name: &'static str, about: &'static str, make: Maker) -> Entry {
    Entry { name, about, over: Over::Levels, options: &[], make }
}

/// A structure over the levels of one factor, with one option.
const fn with(name: &'static str, about: &'static str, options: &'static [&'static str], make: Maker) -> Entry {
    Entry { name, about, over: Over::Levels, options, make }
}

/// A structure over the combinations of two factors.
const fn product(name: &'static str, about: &'static str, make: Maker) -> Entry {
    Entry { name, about, over: Over::Product, options: &[], make }
}

/// A structure over coordinates.
const fn points(name: &'static str, about: &'static str, options: &'static [&'static str], make: Maker) -> Entry {
    Entry { name, about, over: Over::Coordinates, options, make }
}

/// The members, the simplest and most used first of their kind.
pub(super) const REGISTRY: &[Entry] = &[
    plain("us", "every variance and covariance free", |s| made(Unstructured { side: s.side, m: s.order() })),
    plain("iid", "σ² on the diagonal", |s| made(Independent { side: s.side, m: s.order() })),
    plain("diag", "a variance for each level, no covariance", |s| made(Diagonal { side: s.side, m: s.order() })),
    plain("cs", "one variance, one covariance; −1/(m − 1) < ρ < 1", |s| {
        made(CompoundSymmetry { side: s.side, m: s.order() })
    }),
    plain("csh", "a variance for each level, one correlation: σ_i σ_j ρ; −1/(m − 1) < ρ < 1", |s| {
        made(Heterogeneous { name: "csh", side: s.side, pattern: Exchangeable { side: s.side, m: s.order() } })
    }),
    plain("ar1", "σ² ρ^|i − j| over the order of the levels", |s| {
        made(Homogeneous { name: "ar1", side: s.side, pattern: Autoregressive { side: s.side, m: s.order() } })
    }),
    plain("ar1h", "a variance for each level, correlations ρ^|i − j| over the order of the levels", |s| {
        made(Heterogeneous { name: "ar1h", side: s.side, pattern: Autoregressive { side: s.side, m: s.order() } })
    }),
    with(
        "toep",
        "one variance, a covariance for each lag |i − j|; `bands = b`: zero from lag b on",
        &["bands"],
        |s| made(Toeplitz { lags: lags(s)? }),
    ),
    with(
        "toeph",
        "a variance for each level, a correlation for each lag |i − j|; `bands = b`: zero from lag b on",
        &["bands"],
        |s| made(Heterogeneous { name: "toeph", side: s.side, pattern: lags(s)? }),
    ),
    plain("ad", "ante-dependence: σ² times the product of a correlation for each step from i to j", |s| {
        made(Homogeneous { name: "ad", side: s.side, pattern: Antedependence { side: s.side, m: s.order() } })
    }),
    plain("adh", "ante-dependence with a variance for each level (SAS's ANTE(1))", |s| {
        made(Heterogeneous { name: "adh", side: s.side, pattern: Antedependence { side: s.side, m: s.order() } })
    }),
    plain(
        "arma11",
        "σ² γ ρ^(|i − j| − 1) off the diagonal: autoregression with a nugget or a moving average",
        |s| made(Homogeneous { name: "arma11", side: s.side, pattern: Arma { side: s.side, m: s.order() } }),
    ),
    with(
        "fa",
        "loadings on common factors and a variance of its own for each level, Λ Λ' + D; `factors = q`, 1 without it",
        &["factors"],
        |s| factor_analytic("fa", Specific::Each, 1, s),
    ),
    with(
        "fa1",
        "loadings on common factors and one specific variance, Λ Λ' + d I; `factors = q`, 1 without it",
        &["factors"],
        |s| factor_analytic("fa1", Specific::Common, 1, s),
    ),
    with(
        "fa0",
        "loadings on common factors alone, Λ Λ' of rank q; `factors = q`, without it (and for residuals) all m",
        &["factors"],
        |s| factor_analytic("fa0", Specific::Nothing, s.order(), s),
    ),
    product("us_ar1", "σ_ij ρ^|k − l|: unstructured over the first factor, autoregressive over the second", |s| {
        let (a, m) = factors(s);
        made(Kronecker { name: "us_ar1", side: s.side, a, pattern: Autoregressive { side: s.side, m } })
    }),
    product("us_cs", "σ_ij, times ρ for different levels of the second factor: unstructured by exchangeable", |s| {
        let (a, m) = factors(s);
        made(Kronecker { name: "us_cs", side: s.side, a, pattern: Exchangeable { side: s.side, m } })
    }),
    product("us_us", "σ_ij τ_kl: unstructured over both factors, τ relative to the second's first variance", |s| {
        let (a, m) = factors(s);
        made(Kronecker { name: "us_us", side: s.side, a, pattern: UnitUnstructured { side: s.side, m } })
    }),
    points("sp_exp", "σ² exp(−d/r): decays with the distance d, r being the range", &[], |s| {
        made(over("sp_exp", s, Exponential))
    }),
    points("sp_pow", "σ² ρ^d: decays with the distance d, ρ being the correlation at distance one", &[], |s| {
        made(over("sp_pow", s, Power::over(s.extent)?))
    }),
    points("car1", "σ² ρ^d: autoregression in continuous time, another name for `sp_pow`", &[], |s| {
        made(over("car1", s, Power::over(s.extent)?))
    }),
    points("sp_gau", "σ² exp(−d²/r²): decays with the square of the distance", &[], |s| {
        made(over("sp_gau", s, Gaussian))
    }),
    points(
        "sp_matern",
        "σ² (d/r)^ν K_ν(d/r) 2^(1 − ν)/Γ(ν): between exponential (ν = ½) and Gaussian; `smoothness = ν`, 1.5 without it",
        &["smoothness"],
        |s| made(over("sp_matern", s, Matern::new(s.option("smoothness", Matern::USUAL))?)),
    ),
];

fn made(structure: impl Structure + 'static) -> Result<Arc<dyn Structure>> {
    Ok(Arc::new(structure))
}

fn over<D>(name: &'static str, shape: &Shape, decay: D) -> OverPoints<D> {
    OverPoints { name, coordinates: shape.coordinates, extent: shape.extent, decay }
}

fn lags(shape: &Shape) -> Result<Lags> {
    let m = shape.order();
    Ok(Lags { side: shape.side, m, bands: shape.whole("bands", m, m)? })
}

/// The numbers of levels of the two factors.
fn factors(shape: &Shape) -> (usize, usize) {
    (shape.levels[0], shape.levels[1])
}

fn factor_analytic(
    name: &'static str,
    specific: Specific,
    otherwise: usize,
    shape: &Shape,
) -> Result<Arc<dyn Structure>> {
    let (side, m) = (shape.side, shape.order());
    let structure = FactorAnalytic { name, side, m, factors: shape.whole("factors", otherwise, m)?, specific };
    structure.check()?;
    made(structure)
}
