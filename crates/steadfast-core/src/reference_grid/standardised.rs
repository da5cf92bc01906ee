//! Standardised effects: differences in units of a standard deviation that the protocol names.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::report::Row;
use crate::special::hedges_correction;

/// The standard deviation by which effects are divided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StandardDeviation {
    /// Which it is, such as `SDQ at baseline, both arms`: a standardised effect means nothing without it.
    pub name: String,
    /// Its value, in units of the outcome.
    pub value: f64,
}

impl StandardDeviation {
    /// A standard deviation with its name.
    ///
    /// # Errors
    /// `standard_deviation` unless the value is a finite number above 0.
    pub fn new(name: impl Into<String>, value: f64) -> Result<Self> {
        if !(value > 0.0 && value.is_finite()) {
            return Err(Error::usage("standard_deviation", "a standard deviation is a finite number above 0"));
        }
        Ok(Self { name: name.into(), value })
    }
}

/// What is done about the bias of an effect that is divided by an estimated standard deviation.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "correction", rename_all = "snake_case")]
pub enum SmallSample {
    /// Nothing: Cohen's d, Glass's Δ.
    #[default]
    Uncorrected,
    /// Multiplication by J(ν) = Γ(ν/2)/(√(ν/2) Γ((ν − 1)/2)): Hedges' g, when the standard deviation is estimated with ν
    /// degrees of freedom.
    Hedges {
        /// ν, above 1.
        dof: f64,
    },
}

/// An estimate in units of a standard deviation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StandardisedRow {
    /// Estimate, standard error and limits divided by the standard deviation (and multiplied by J); statistic, df and
    /// p-value are those of the difference itself.
    #[serde(flatten)]
    pub row: Row,
    /// The standard deviation.
    pub standard_deviation: StandardDeviation,
    /// The correction.
    pub small_sample: SmallSample,
}

/// `row` in units of `standard_deviation`.
///
/// The interval is that of the difference, scaled: it treats the standard deviation as a known unit of measurement, which
/// is right for one fixed by the protocol and leaves out the uncertainty of one estimated from the trial.
///
/// ```
/// use steadfast_core::reference_grid::{SmallSample, StandardDeviation, standardised};
/// use steadfast_core::report::Row;
///
/// let difference = Row {
///     term: "NIM - SAU".into(), estimate: -2.6, std_error: 1.3, df: Some(52.0),
///     statistic: -2.0, p_value: 0.051, conf_low: -5.2, conf_high: 0.0,
/// };
/// let baseline = StandardDeviation::new("SDQ at baseline, both arms", 6.5)?;
/// let effect = standardised(&difference, &baseline, SmallSample::Uncorrected)?;
/// assert_eq!((effect.row.estimate, effect.row.std_error), (-0.4, 0.2));
/// # Ok::<(), steadfast_core::error::Error>(())
/// ```
///
/// # Errors
/// `degrees_of_freedom` unless those of Hedges' correction are above 1.
///
/// # Source
/// Hedges 1981, Journal of Educational Statistics 6, 107, eq. 6e (J).
pub fn standardised(
    row: &Row,
    standard_deviation: &StandardDeviation,
    small_sample: SmallSample,
) -> Result<StandardisedRow> {
    let factor = match small_sample {
        SmallSample::Uncorrected => 1.0,
        SmallSample::Hedges { dof } => hedges_correction(dof)?,
    };
    let scaled = |value: f64| factor * value / standard_deviation.value;
    let row = Row {
        estimate: scaled(row.estimate),
        std_error: scaled(row.std_error),
        conf_low: scaled(row.conf_low),
        conf_high: scaled(row.conf_high),
        ..row.clone()
    };
    Ok(StandardisedRow { row, standard_deviation: standard_deviation.clone(), small_sample })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference() -> Row {
        Row {
            term: "NIM - SAU".into(),
            estimate: 3.0,
            std_error: 1.5,
            df: Some(10.0),
            statistic: 2.0,
            p_value: 0.0734,
            conf_low: -0.34,
            conf_high: 6.34,
        }
    }

    #[test]
    fn everything_on_the_scale_of_the_outcome_is_divided_and_the_test_is_not() {
        let sd = StandardDeviation::new("baseline", 2.0).unwrap();
        let effect = standardised(&difference(), &sd, SmallSample::Hedges { dof: 2.0 }).unwrap();
        // J(2) = Γ(1)/Γ(½) = 1/√π.
        approx::assert_relative_eq!(effect.row.estimate, 1.5 / core::f64::consts::PI.sqrt(), max_relative = 1e-14);
        assert_eq!((effect.row.statistic, effect.row.p_value, effect.row.df), (2.0, 0.0734, Some(10.0)));
        assert!((effect.row.conf_high / effect.row.conf_low + 6.34 / 0.34).abs() < 1e-12);
        assert_eq!(effect.standard_deviation.name, "baseline");
    }

    #[test]
    fn no_unit_of_measurement_and_no_degrees_of_freedom_are_refused() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(StandardDeviation::new("sd", bad).unwrap_err().code(), "standard_deviation");
        }
        let sd = StandardDeviation::new("sd", 1.0).unwrap();
        let refused = standardised(&difference(), &sd, SmallSample::Hedges { dof: 1.0 });
        assert_eq!(refused.unwrap_err().code(), "degrees_of_freedom");
    }
}
