//! A fitted model of events, and the answers that are read off it.

use steadfast_core::frame::{Factor, Frame};
use steadfast_core::inference::Inference;
use steadfast_core::report::FTest;
use steadfast_core::survival::{CoxFit, Variance};

use super::absolute::Absolute;
use super::contrasts::{self, Contrasts};
use super::diagnostics::Diagnostics;
use super::frailty::FrailtyResult;
use super::hazard::Hazard;
use super::recurrent::layout_name;
use super::response::Response;
use super::result::{EventResult, GlobalTest, LevelCount, RatioRow, Robustness, SCHEMA, StratumCount};
use super::rows::{Observed, Rows};
use super::{EventSpec, cautions};
use crate::error::Result;

/// A fit with the inference that was asked for.
#[derive(Debug)]
pub struct EventFitted {
    pub(super) spec: EventSpec,
    pub(super) response: Response,
    pub(super) rows: Rows,
    pub(super) cause: u32,
    pub(super) fit: Hazard,
    reason: Robustness,
    inference: Inference,
    /// How often each event ended all others, where events recur.
    pub(super) ended: Vec<(String, usize)>,
    /// How often events happened that neither are modelled nor end anything, where events recur.
    pub(super) others: Vec<(String, usize)>,
}

impl EventFitted {
    pub(super) fn new(spec: EventSpec, response: Response, rows: Rows, cause: u32, fit: Hazard) -> Result<Self> {
        let (inference, reason) = fit.inference(&spec, &response, &rows, cause)?;
        let inference = inference.with_level(spec.level)?;
        Ok(Self { spec, response, rows, cause, fit, reason, inference, ended: Vec::new(), others: Vec::new() })
    }

    /// The same, where events ended all others so often, and others happened that often and ended nothing.
    pub(super) fn ended_by(self, ended: Vec<(String, usize)>, others: Vec<(String, usize)>) -> Self {
        Self { ended, others, ..self }
    }

    /// The fit of the hazard itself.
    ///
    /// # Errors
    /// `method_does_not_apply` where the hazard of a subdistribution was fitted.
    pub fn cox(&self) -> Result<&CoxFit> {
        self.fit.cox("such answers")
    }

    /// The inference about the coefficients.
    pub fn inference(&self) -> &Inference {
        &self.inference
    }

    /// Everything that was asked about the model.
    ///
    /// # Errors
    /// When a contrast names a factor that the model lacks.
    pub fn result(&self) -> Result<EventResult> {
        let (fit, spec, history) = (&self.fit, &self.spec, &self.rows.history);
        let (null, fitted) = fit.log_likelihood();
        let p = fit.n_parameters() as f64;
        let event = history.states()[self.cause as usize].clone();
        let observed = Observed::of(&self.rows);
        let competing = observed.events.iter().map(|one| one.event.clone()).filter(|one| *one != event).collect();
        let (tests, untested) = contrasts::terms(self)?;
        let asked = Contrasts::of(self)?;
        let mut result = EventResult {
            schema: SCHEMA,
            formula: fit.formula().to_owned(),
            model: fit.name(),
            competing,
            layout: spec.recurrent.as_ref().map(|asked| layout_name(asked.layout)),
            ties: spec.ties.name(),
            vcov_method: self.inference.vcov_method().to_owned(),
            df_method: self.inference.method().to_owned(),
            vcov_reason: self.reason,
            level: spec.level,
            weights: spec.weights.clone(),
            subject: spec.subject.clone(),
            cluster: self.response.cluster.clone(),
            rows: self.rows.counts,
            strata: self.strata()?,
            levels: self.levels(),
            log_likelihood_null: null,
            log_likelihood: fitted,
            aic: 2.0 * p - 2.0 * fitted,
            bic: p * libm::log(observed.count(&event) as f64) - 2.0 * fitted,
            coefficients: self.inference.coefficients()?.into_iter().map(RatioRow::from).collect(),
            aliased: fit.aliased().to_vec(),
            global_tests: self.global_tests()?,
            test_type: spec.tests,
            tests,
            frailty: match fit {
                Hazard::Frailty(fit) => Some(FrailtyResult::of(fit, spec.level)),
                _ => None,
            },
            contrasts: asked.contrasts,
            adjusted: asked.adjusted,
            slices: asked.slices,
            not_estimable: asked.not_estimable,
            absolute: spec.absolute.as_ref().map(|asked| Absolute::of(self, asked)).transpose()?,
            diagnostics: spec.diagnostics.then(|| Diagnostics::of(self)).transpose()?,
            cautions: [untested, asked.remarks, self.inference.cautions().to_vec()].concat(),
            findings: history.findings().clone(),
            iterations: fit.iterations(),
            event,
            observed,
        };
        cautions::add(&mut result, self);
        Ok(result)
    }

    /// Whether the covariance of the estimates is one of clusters.
    pub(super) fn is_robust(&self) -> bool {
        self.inference.vcov_method() != "model"
    }

    fn global_tests(&self) -> Result<Vec<GlobalTest>> {
        let p = self.fit.names().len();
        if p == 0 {
            return Ok(Vec::new());
        }
        let units: Vec<Vec<f64>> = (0..p).map(|i| (0..p).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        let wald = |inference: &Inference| -> Result<FTest> { Ok(inference.test("wald", &units)?) };
        let mut tests = Vec::new();
        if let Hazard::Cox(fit) = &self.fit {
            tests.push(GlobalTest::new("likelihood ratio", &fit.likelihood_ratio_test()?));
            tests.push(GlobalTest::new("score", &fit.score_test()?));
            tests.push(GlobalTest::new("wald", &wald(&fit.inference(Variance::Model)?)?));
        }
        // Few clusters cannot test many coefficients together; the others stand.
        let name = match self.fit {
            Hazard::Frailty(_) => "wald",
            _ if self.is_robust() => "robust wald",
            _ => return Ok(tests),
        };
        tests.extend(wald(&self.inference).ok().map(|test| GlobalTest::new(name, &test)));
        Ok(tests)
    }

    /// What was observed in each stratum.
    fn strata(&self) -> Result<Vec<StratumCount>> {
        let Some(factor) = crossed(&self.rows.frame, &self.response.strata)? else { return Ok(Vec::new()) };
        let observed = Observed::by(&self.rows.history, &self.rows.persons, factor.codes(), factor.levels().len());
        let named = factor.levels().iter().cloned().zip(observed);
        Ok(named.map(|(stratum, observed)| StratumCount { stratum, observed }).collect())
    }

    /// What was observed at each level of each factor of the model.
    fn levels(&self) -> Vec<LevelCount> {
        let mut levels = Vec::new();
        for name in self.fit.effects().recipe().fixed_columns() {
            let Some(factor) = self.rows.frame.get(&name).and_then(|column| column.as_factor()) else { continue };
            let observed = Observed::by(&self.rows.history, &self.rows.persons, factor.codes(), factor.levels().len());
            let named = factor.levels().iter().cloned().zip(observed).filter(|(_, observed)| observed.rows > 0);
            levels.extend(named.map(|(level, observed)| LevelCount { factor: name.clone(), level, observed }));
        }
        levels
    }
}

/// The combinations of the levels of `names` that occur, as a factor; none for no names.
pub(super) fn crossed(frame: &Frame, names: &[String]) -> Result<Option<Factor>> {
    let columns = names
        .iter()
        .map(|name| frame.column(name).map(|column| column.to_factor()))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    if columns.is_empty() {
        return Ok(None);
    }
    let key = |row: usize| columns.iter().map(|factor| factor.codes()[row]).collect::<Vec<u32>>();
    let mut keys: Vec<Vec<u32>> = (0..frame.n_rows()).map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    let label = |key: &Vec<u32>| {
        let parts = names.iter().zip(&columns).zip(key);
        let part = |((name, factor), code): ((&String, &Factor), &u32)| {
            format!("{name}={}", factor.levels().get(*code as usize).cloned().unwrap_or_default())
        };
        parts.map(part).collect::<Vec<_>>().join(", ")
    };
    let codes = (0..frame.n_rows()).map(|row| keys.binary_search(&key(row)).ok().map(|at| at as u32));
    Ok(Some(Factor::from_codes(keys.iter().map(label).collect(), codes.collect())?))
}
