//! A fitted model of counts, and the answers that are read off it.

use steadfast_core::counts::{CountFit, CountPosition, Variance};
use steadfast_core::inference::Inference;
use steadfast_core::reference_grid::FixedEffects;

use super::result::{CountResult, CountedLevel, CountedRows, Dispersion, SCHEMA, WhyVariance};
use super::{CountSpec, rates};
use crate::error::Result;
use crate::events::RatioRow;

/// The greatest count of which frequencies are reported one by one.
const LAST_COUNT: f64 = 20.0;

/// Below this the Poisson's standard errors are called too small.
const SPREAD: f64 = 0.05;

/// A fit with the inference that was asked for.
#[derive(Debug)]
pub struct CountFitted {
    pub(super) spec: CountSpec,
    pub(super) fit: CountFit,
    variance: Variance,
    why: WhyVariance,
    inference: Inference,
}

impl CountFitted {
    pub(super) fn new(spec: CountSpec, fit: CountFit, variance: Variance, why: WhyVariance) -> Result<Self> {
        let inference = fit.inference(variance)?.with_level(spec.level)?;
        Ok(Self { spec, fit, variance, why, inference })
    }

    /// The fit.
    pub fn fit(&self) -> &CountFit {
        &self.fit
    }

    /// The inference about the coefficients of the mean.
    pub fn inference(&self) -> &Inference {
        &self.inference
    }

    /// Everything that was asked about the model.
    ///
    /// # Errors
    /// When rates are asked of a factor that the model lacks, or the interval of the spread is not found.
    pub fn result(&self) -> Result<CountResult> {
        let (fit, spec) = (&self.fit, &self.spec);
        let (square, dof) = fit.pearson();
        let asked = spec.rates.as_deref().map(|of| rates::rates(spec, of, fit, self.variance)).transpose()?;
        let mut result = CountResult {
            schema: SCHEMA,
            formula: fit.formula().to_owned(),
            zero_formula: fit.zero_formula().map(str::to_owned),
            family: fit.distribution().name(),
            family_description: fit.distribution().description(),
            exposure: spec.exposure.clone(),
            weights: spec.weights.clone(),
            cluster: fit.cluster().map(str::to_owned),
            vcov_method: self.inference.vcov_method().to_owned(),
            df_method: self.inference.method().to_owned(),
            vcov_reason: self.why,
            level: spec.level,
            observed: self.counted(|_| true),
            rows_left_out: fit.n_excluded(),
            levels: self.levels(),
            log_likelihood: fit.log_likelihood(),
            n_parameters: fit.n_parameters(),
            aic: fit.aic(),
            bic: fit.bic(),
            pearson_dispersion: square / dof,
            coefficients: self.inference.coefficients()?.into_iter().map(RatioRow::from).collect(),
            zero_coefficients: self.zero_coefficients()?,
            dispersion: self.dispersion()?,
            inflation_test: (fit.zero_names().len() == 1).then(|| fit.inflation_test()).transpose()?,
            score_tests: self.score_tests(),
            boundary: match fit.position() {
                CountPosition::Boundary { terms } => terms.clone(),
                _ => Vec::new(),
            },
            aliased: fit.aliased().into_iter().map(str::to_owned).collect(),
            rates: asked,
            frequencies: fit
                .rootogram(fit.counts().iter().fold(0.0_f64, |most, y| most.max(*y)).min(LAST_COUNT) as u32),
            cautions: self.inference.cautions().to_vec(),
            iterations: fit.iterations(),
        };
        result.cautions.extend(fit.notes().iter().cloned());
        self.caution(&mut result)?;
        Ok(result)
    }

    fn zero_coefficients(&self) -> Result<Vec<RatioRow>> {
        if self.fit.gamma().is_empty() {
            return Ok(Vec::new());
        }
        // Leverages are of the mean alone.
        let inference = self.fit.zero_inference(self.variance)?.with_level(self.spec.level)?;
        Ok(inference.coefficients()?.into_iter().map(RatioRow::from).collect())
    }

    fn dispersion(&self) -> Result<Option<Dispersion>> {
        if self.fit.alpha().is_none() {
            return Ok(None);
        }
        let interval = self.fit.dispersion_interval(self.spec.level)?;
        Ok(Some(Dispersion { interval, test: self.fit.dispersion_test()? }))
    }

    /// The tests that apply to the model.
    fn score_tests(&self) -> Vec<steadfast_core::counts::ScoreTest> {
        let spread = self.fit.overdispersion_tests().unwrap_or_default();
        spread.into_iter().chain(self.fit.excess_zero_score_test().ok()).collect()
    }

    fn caution(&self, result: &mut CountResult) -> Result<()> {
        for term in &result.boundary {
            let says = match term.as_str() {
                "alpha = 0" => {
                    "the counts are spread no more than the Poisson's: the estimates are those of the Poisson"
                }
                _ => {
                    "the data hold no more zeros than the distribution has: the estimates are those without excess zeros"
                }
            };
            result.cautions.push(format!("the fit is on the boundary ({term}): {says}"));
        }
        let spread = result.score_tests.first().filter(|test| test.p_value < SPREAD);
        if result.family == "poisson"
            && result.zero_formula.is_none()
            && matches!(self.variance, Variance::Model(_))
            && spread.is_some()
        {
            let message = "counts are spread more than the Poisson's (score test below 0.05): model-based standard errors are too \
                           small; nb2, nb1 or a robust covariance allow for it";
            result.cautions.push(message.to_owned());
        }
        Ok(())
    }

    /// What was counted in the rows that `keep` names.
    fn counted(&self, keep: impl Fn(usize) -> bool) -> CountedRows {
        let fit = &self.fit;
        let rows: Vec<usize> = (0..fit.counts().len()).filter(|&row| keep(row)).collect();
        // Sorted, so that sums do not depend on the order of rows.
        let total = |value: &dyn Fn(usize) -> f64| {
            let mut values: Vec<f64> = rows.iter().map(|&row| value(row)).collect();
            values.sort_by(f64::total_cmp);
            values.iter().sum::<f64>()
        };
        let events = total(&|row| fit.counts()[row]);
        let exposure = total(&|row| fit.exposures().map_or(1.0, |exposures| exposures[row]));
        let mut clusters: Vec<u32> = rows.iter().map(|&row| fit.cluster_of(row)).collect();
        clusters.sort_unstable();
        clusters.dedup();
        let zeros = rows.iter().filter(|&&row| fit.counts()[row] == 0.0).count();
        CountedRows { rows: rows.len(), clusters: clusters.len(), events, zeros, exposure, rate: events / exposure }
    }

    fn levels(&self) -> Vec<CountedLevel> {
        let mut levels = Vec::new();
        let names = self.fit.recipe().fixed_columns();
        for name in names {
            let Some(factor) = self.fit.frame().get(&name).and_then(|column| column.as_factor()) else { continue };
            for (code, level) in factor.levels().iter().enumerate() {
                let observed = self.counted(|row| factor.codes()[row] as usize == code);
                if observed.rows > 0 {
                    levels.push(CountedLevel { factor: name.clone(), level: level.clone(), observed });
                }
            }
        }
        levels
    }
}
