//! What a profile is reported as.

use serde::{Deserialize, Serialize};

use super::curve::{Curve, Point};
use super::search::{Walk, limit, walk};
use crate::error::Error;
use crate::likelihood::Criterion;

/// A point of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TracePoint {
    /// The parameter, in the units of the data.
    pub value: f64,
    /// ζ: the square root of the rise of −2 log-likelihood above its optimum, below 0 where the parameter lies below its
    /// estimate.
    pub zeta: f64,
    /// −2 log-likelihood at its lowest given the parameter.
    pub deviance: f64,
    /// All parameters there, in the order of [`super::Profile::terms`]; none where a correlation has no meaning.
    pub parameters: Vec<Option<f64>>,
}

/// The profile of one parameter with its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// The parameter.
    pub term: String,
    /// The criterion whose deviance is profiled: ML for fixed effects, that of the fit for the others.
    pub criterion: Criterion,
    /// Its estimate under that criterion.
    pub estimate: f64,
    /// The lower limit, which is the boundary where the data cannot exclude it; none where there is none.
    pub conf_low: Option<f64>,
    /// The upper limit; none where the data do not bound the parameter.
    pub conf_high: Option<f64>,
    /// Points from low to high, the optimum among them.
    pub points: Vec<TracePoint>,
}

/// A limit that was not found.
#[derive(Debug, Clone)]
pub struct LostLimit {
    /// The parameter.
    pub term: String,
    /// What stood in the way.
    pub error: Error,
}

/// Where a trace ends, if not at a wider cut: √χ²₁(0.99).
const FAR: f64 = 2.575_829_303_548_900_4;
/// Points of a trace on each side.
const STRIDES: f64 = 8.0;

/// The trace of `curve` with its limits where |ζ| = `cut`; a limit that is not found goes to `lost`.
pub(super) fn trace(
    term: &str,
    criterion: Criterion,
    curve: &mut dyn Curve,
    cut: f64,
    lost: &mut Vec<LostLimit>,
) -> Trace {
    let far = cut.max(FAR);
    let (below, above) = (walk(curve, -1.0, far / STRIDES, far), walk(curve, 1.0, far / STRIDES, far));
    let mut limit_of = |curve: &mut dyn Curve, side: &Walk| {
        let found = limit(curve, side, cut).unwrap_or_else(|error| {
            lost.push(LostLimit { term: term.to_owned(), error });
            None
        });
        found.map(|value| curve.reported(value))
    };
    let (conf_low, conf_high) = (limit_of(curve, &below), limit_of(curve, &above));
    let best = curve.best();
    let mut points: Vec<TracePoint> = Vec::new();
    // The optimum is the first of either side; on a bound it is also the last.
    let aside = |point: &&Point| point.root > 0.0;
    points.extend(below.points.iter().filter(aside).rev().map(|point| reported(curve, point, -1.0)));
    points.push(reported(curve, &best, 1.0));
    points.extend(above.points.iter().filter(aside).map(|point| reported(curve, point, 1.0)));
    Trace { term: term.to_owned(), criterion, estimate: curve.reported(best.value), conf_low, conf_high, points }
}

fn reported(curve: &mut dyn Curve, point: &Point, sign: f64) -> TracePoint {
    TracePoint {
        value: curve.reported(point.value),
        zeta: sign * point.root,
        deviance: point.deviance,
        parameters: curve.parameters(point),
    }
}
