//! Along a profile: points at even steps of ζ, and the limits where ζ reaches a quantile.

use super::curve::{Curve, Point};
use crate::error::{Error, Result};

/// How a walk along a profile ended.
#[derive(Debug)]
pub(super) enum End {
    /// Past the ζ that was wanted.
    Past,
    /// On the bound of the parameter's range.
    Bound(f64),
    /// Nowhere: the profile does not rise far enough.
    Level,
    /// Where it could not be followed.
    Lost(Error),
}

/// The points of one side of a profile, outwards, the optimum first.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) points: Vec<Point>,
    pub(super) end: End,
}

/// Each step may be twice the one before, so that these reach any distance a number can have.
const MAX_STEPS: usize = 80;
/// Where the likelihood falls without limit (σ → 0) the way is halved until it can be followed.
const MAX_HALVINGS: usize = 20;

/// Walks from the optimum in the direction of `sign` until ζ is past `far`, in steps of about `stride`.
pub(super) fn walk(curve: &mut dyn Curve, sign: f64, stride: f64, far: f64) -> Walk {
    let (low, high) = curve.range();
    let (bound, unit) = (if sign < 0.0 { low } else { high }, curve.step());
    let mut inside = curve.best();
    let (mut step, mut halvings) = (unit * stride, 0);
    let mut points = vec![inside.clone()];
    let ended = |points, end| Walk { points, end };
    for _ in 0..MAX_STEPS {
        let next = inside.target + sign * step;
        let beyond = (next - bound) * sign >= 0.0;
        // Past the bound the penalty presses the parameter onto it.
        let target = if beyond { bound + sign * unit } else { next };
        let point = match curve.at(target, &inside) {
            Ok(point) => point,
            Err(error) if halvings == MAX_HALVINGS => return ended(points, End::Lost(error)),
            Err(_) => {
                halvings += 1;
                step = 0.5 * (if beyond { bound } else { target } - inside.target).abs();
                continue;
            }
        };
        let (gain, length) = (point.root - inside.root, (target - inside.target).abs());
        points.push(point.clone());
        if point.root > far {
            return ended(points, End::Past);
        }
        if beyond {
            return ended(points, End::Bound(bound));
        }
        let wanted = if gain > 0.0 { length * stride / gain } else { f64::INFINITY };
        step = wanted.clamp(0.25 * length, 2.0 * length);
        inside = point;
    }
    ended(points, End::Level)
}

/// The parameter where ζ is `cut` on one side; the bound where ζ is smaller there, `None` where nothing bounds it.
///
/// # Errors
/// What stood in the way of the walk.
pub(super) fn limit(curve: &mut dyn Curve, walk: &Walk, cut: f64) -> Result<Option<f64>> {
    let outside = walk.points.iter().position(|point| point.root > cut);
    match (outside, &walk.end) {
        (Some(at), _) => {
            let inside = walk.points[at.saturating_sub(1)].clone();
            between(curve, inside, walk.points[at].clone(), cut).map(Some)
        }
        (None, End::Bound(bound)) => Ok(Some(*bound)),
        (None, End::Lost(error)) => Err(error.clone()),
        (None, End::Past | End::Level) => Ok(None),
    }
}

/// Where the profile crosses the cut between two of its points: false position with the Illinois weight.
fn between(curve: &mut dyn Curve, mut inside: Point, mut outside: Point, cut: f64) -> Result<f64> {
    let (mut low, mut high) = (inside.root - cut, outside.root - cut);
    let mut last_was_outside = None;
    for _ in 0..200 {
        let width = outside.target - inside.target;
        let point = curve.at(inside.target + width * (low / (low - high)), &inside)?;
        let excess = point.root - cut;
        // A root of 1e-9 is 1e-9 of a standard error.
        if excess.abs() < 1e-9 || width.abs() <= 1e-14 * inside.target.abs() {
            return Ok(point.value);
        }
        let is_outside = excess > 0.0;
        let same_side = last_was_outside == Some(is_outside);
        if is_outside {
            (outside, high) = (point, excess);
            low *= if same_side { 0.5 } else { 1.0 };
        } else {
            (inside, low) = (point, excess);
            high *= if same_side { 0.5 } else { 1.0 };
        }
        last_was_outside = Some(is_outside);
    }
    Err(Error::data("profile", "the profile has no point at the cut"))
}
