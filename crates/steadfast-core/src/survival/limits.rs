//! Confidence limits of a probability, on the scale on which it is taken to be normal.

use libm::{asin, exp, log, pow, sin, sqrt};

/// The scale on which limits are symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Transformation {
    /// p itself; limits are cut at 0 and 1.
    Plain,
    /// ln p, as R's survival by default; the upper limit is cut at 1.
    Log,
    /// ln(−ln p), as SAS LIFETEST by default: limits lie within (0, 1).
    #[default]
    LogLog,
    /// The arcsine of √p.
    Arcsine,
}

impl Transformation {
    /// The limits of a probability `p` with standard error `se`, `z` standard errors away; `None` where p is 0, or 1 with
    /// an error of its own, so that the scale says nothing.
    ///
    /// # Source
    /// Kalbfleisch and Prentice 2002, section 1.4.1; Nair 1984 for the arcsine.
    pub fn limits(self, p: f64, se: f64, z: f64) -> Option<(f64, f64)> {
        if p >= 1.0 && se <= 0.0 {
            return Some((1.0, 1.0));
        }
        let within = p > 0.0 && p < 1.0;
        match self {
            Self::Plain => Some(((p - z * se).max(0.0), (p + z * se).min(1.0))),
            Self::Log if p > 0.0 => Some((p * exp(-z * se / p), (p * exp(z * se / p)).min(1.0))),
            Self::LogLog if within => {
                let wide = z * se / (p * -log(p));
                Some((pow(p, exp(wide)), pow(p, exp(-wide))))
            }
            Self::Arcsine if within => {
                let (centre, wide) = (asin(sqrt(p)), 0.5 * z * se / sqrt(p * (1.0 - p)));
                let square = |angle: f64| sin(angle) * sin(angle);
                Some((square((centre - wide).max(0.0)), square((centre + wide).min(core::f64::consts::FRAC_PI_2))))
            }
            _ => None,
        }
    }
}

/// The scale on which limits of a cumulative hazard or of a mean number of events are symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CumulativeScale {
    /// The number itself: a lower limit may be negative.
    Plain,
    /// Its logarithm.
    #[default]
    Log,
}

impl CumulativeScale {
    /// The limits of a number with standard error `se`, `z` standard errors away; `None` where it is 0 and the scale its logarithm.
    ///
    /// # Source
    /// Kalbfleisch and Prentice 2002, section 1.4.1; Lawless and Nadeau 1995.
    pub fn limits(self, number: f64, se: f64, z: f64) -> Option<(f64, f64)> {
        match self {
            Self::Plain => Some((number - z * se, number + z * se)),
            Self::Log if number > 0.0 => {
                let wide = exp(z * se / number);
                Some((number / wide, number * wide))
            }
            Self::Log => None,
        }
    }
}
