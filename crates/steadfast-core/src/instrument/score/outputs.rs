//! The scores of all rows while they are collected.

use super::*;

/// One score over all forms that have it.
struct Collected {
    id: String,
    label: String,
    /// For each form the place of the score among its outputs, where it has it and its items were collected.
    places: Vec<Option<usize>>,
    scores: Vec<Score>,
}

/// All scores of a request.
pub(super) struct Outputs<'a> {
    request: &'a Request,
    collected: Vec<Collected>,
}

impl<'a> Outputs<'a> {
    /// Room for the scores of `n_rows` rows.
    pub(super) fn new(request: &'a Request, is_collected: &[Vec<bool>], n_rows: usize) -> Self {
        let mut collected: Vec<Collected> = Vec::new();
        for (form, of) in request.forms.iter().enumerate() {
            for (place, output) in of.outputs().enumerate().filter(|(place, _)| is_collected[form][*place]) {
                let at = collected.iter().position(|one| one.id == output.id()).unwrap_or_else(|| {
                    collected.push(Collected {
                        id: output.id().to_owned(),
                        label: output.label().to_owned(),
                        places: vec![None; request.forms.len()],
                        scores: vec![Score::Missing; n_rows],
                    });
                    collected.len() - 1
                });
                collected[at].places[form] = Some(place);
            }
        }
        Self { request, collected }
    }

    /// The scores that `form` made of `row`. A score that the form does not have is not applicable.
    pub(super) fn put(&mut self, row: usize, form: usize, scores: &[Score]) {
        for one in &mut self.collected {
            one.scores[row] = one.places[form].map_or(Score::NotApplicable, |place| scores[place]);
        }
    }

    /// No form applies to `row`.
    pub(super) fn not_applicable(&mut self, row: usize) {
        for one in &mut self.collected {
            one.scores[row] = Score::NotApplicable;
        }
    }

    /// How many were scored, form by form.
    pub(super) fn reports(&self, selection: &Selection) -> Vec<FormScales> {
        let of_form = |(form, of): (usize, &Form)| {
            let rows: Vec<usize> =
                (0..selection.rows.len()).filter(|&row| selection.rows[row] == Selected::Form(form)).collect();
            let definition = of.definition();
            FormScales {
                prefix: self.request.prefix.clone(),
                instrument: definition.instrument.clone(),
                definition: definition.id.clone(),
                version: definition.version.clone(),
                n_rows: rows.len(),
                scales: self
                    .collected
                    .iter()
                    .filter_map(|one| Some(self.report(one, of, one.places[form]?, &rows, selection.outside[form])))
                    .collect(),
            }
        };
        self.request.forms.iter().enumerate().map(of_form).collect()
    }

    fn report(&self, one: &Collected, form: &Form, place: usize, rows: &[usize], outside: usize) -> ScaleReport {
        let mut values = Vec::new();
        let (mut n_prorated, mut n_not_scorable, mut n_not_applicable) = (0, 0, outside);
        for &row in rows {
            match one.scores[row] {
                Score::Made { value, filled } => {
                    values.push(value);
                    n_prorated += usize::from(filled > 0);
                }
                Score::Missing => n_not_scorable += 1,
                Score::NotApplicable => n_not_applicable += 1,
            }
        }
        let output = form.outputs().nth(place);
        let rule = output.and_then(|output| output.rule(self.request.rule.as_deref()));
        let extreme = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick);
        let (min, max, n_scored) = (extreme(f64::min), extreme(f64::max), values.len());
        let (mean, std_dev) = moments(values);
        ScaleReport {
            scale: one.id.clone(),
            label: one.label.clone(),
            column: self.name(one),
            rule: rule.map(|rule| rule.id.clone()),
            n_items: form.items_of(place).len(),
            n_scored,
            n_prorated,
            n_not_scorable,
            n_not_applicable,
            mean,
            std_dev,
            min,
            max,
        }
    }

    fn name(&self, one: &Collected) -> String {
        format!("{}_{}", self.request.prefix, one.id)
    }

    /// The columns; `reference` marks the rows of the reference of standardised scores.
    pub(super) fn into_columns(self, selection: &Selection, reference: Option<&[bool]>) -> Result<Vec<Column>> {
        let mut columns = Vec::new();
        if self.request.forms.len() > 1 {
            columns.push(self.forms(selection)?);
        }
        for one in &self.collected {
            columns.push(self.values(one));
            columns.push(self.filled(one));
            columns.extend(self.bands(one, selection)?);
            if let Some(reference) = reference {
                columns.push(self.standardised(one, selection, reference));
            }
        }
        Ok(columns)
    }

    /// Instrument, scale, version and rule: what a reader must know of a score.
    fn label(&self, one: &Collected) -> String {
        let forms = || self.request.forms.iter().zip(&one.places).filter(|(_, place)| place.is_some());
        let instrument = forms().next().map_or("", |(form, _)| form.definition().instrument.as_str());
        let versions: Vec<&str> = forms().map(|(form, _)| form.definition().version.as_str()).collect();
        let rule = forms().find_map(|(form, place)| form.outputs().nth((*place)?)?.rule(self.request.rule.as_deref()));
        let rule = rule.map(|rule| format!("; rule {}", rule.id)).unwrap_or_default();
        format!("{instrument}: {} ({}{rule})", one.label, versions.join(" / "))
    }

    fn values(&self, one: &Collected) -> Column {
        let whole = (self.request.forms.iter().zip(&one.places))
            .all(|(form, place)| place.is_none_or(|place| form.is_whole(place)));
        let name = self.name(one);
        let value = |score: &Score| match score {
            Score::Made { value, .. } => *value,
            _ => f64::NAN,
        };
        let column = if whole {
            Column::integer(name, one.scores.iter().map(|score| value(score) as i64).collect())
        } else {
            Column::float(name, one.scores.iter().map(value).collect())
        };
        column.with_presence(one.scores.iter().map(presence).collect()).with_label(self.label(one))
    }

    fn filled(&self, one: &Collected) -> Column {
        let filled = |score: &Score| match score {
            Score::Made { filled, .. } => *filled as i64,
            _ => 0,
        };
        Column::integer(format!("{}.prorated", self.name(one)), one.scores.iter().map(filled).collect())
            .with_presence(one.scores.iter().map(presence).collect())
            .with_label(format!("{}: items filled in", self.label(one)))
    }

    fn bands(&self, one: &Collected, selection: &Selection) -> Result<Option<Column>> {
        let of_form = |form: usize| one.places[form].and_then(|place| self.request.forms[form].outputs().nth(place));
        let forms = 0..self.request.forms.len();
        let lists: Vec<Vec<&str>> = forms
            .filter_map(of_form)
            .map(|output| output.bands().iter().map(|band| band.label.as_str()).collect::<Vec<_>>())
            .filter(|labels| !labels.is_empty())
            .collect();
        let mut levels: Vec<String> = Vec::new();
        for label in lists.iter().flatten().filter(|label| !label.is_empty()) {
            if !levels.iter().any(|level| level == label) {
                levels.push((*label).to_owned());
            }
        }
        if levels.is_empty() {
            return Ok(None);
        }
        let code = |row: usize| {
            let (Score::Made { value, .. }, Selected::Form(form)) = (one.scores[row], selection.rows[row]) else {
                return None;
            };
            let band = of_form(form)?.bands().iter().rfind(|band| band.from <= value)?;
            levels.iter().position(|level| *level == band.label).map(|code| code as u32)
        };
        let codes = (0..one.scores.len()).map(code).collect();
        // Forms with bands of their own have no common order.
        let ordered = lists.iter().all(|labels| *labels == lists[0]);
        let factor = Factor::from_codes(levels, codes)?.ordered(ordered);
        Ok(Some(
            Column::from_factor(format!("{}.band", self.name(one)), factor)
                .with_presence(one.scores.iter().map(presence).collect())
                .with_label(format!("{}: band", self.label(one))),
        ))
    }

    fn standardised(&self, one: &Collected, selection: &Selection, reference: &[bool]) -> Column {
        let informants: Vec<Option<&str>> =
            self.request.forms.iter().map(|form| form.definition().informant.as_deref()).collect();
        // Forms of one informant share a scale: a child grows from one into the other.
        let group = |selected: &Selected| match selected {
            Selected::Form(form) => informants.iter().position(|name| *name == informants[*form]).map(|at| at as u32),
            _ => None,
        };
        let groups: Vec<Option<u32>> = selection.rows.iter().map(group).collect();
        let value = |score: &Score| match score {
            Score::Made { value, .. } => Some(*value),
            _ => None,
        };
        let values: Vec<Option<f64>> = one.scores.iter().map(value).collect();
        let z = standardised(&values, &groups, reference);
        Column::float(format!("{}.z", self.name(one)), z.into_iter().map(|z| z.unwrap_or(f64::NAN)).collect())
            .with_presence(one.scores.iter().map(presence).collect())
            .with_label(format!("{}: standardised within informant", self.label(one)))
    }

    fn forms(&self, selection: &Selection) -> Result<Column> {
        let levels = self.request.forms.iter().map(|form| form.definition().id.clone()).collect();
        let code = |selected: &Selected| match selected {
            Selected::Form(form) => Some(*form as u32),
            _ => None,
        };
        let absent = |selected: &Selected| match selected {
            Selected::Form(_) => Presence::Observed,
            Selected::NotApplicable => Presence::NotApplicable,
            Selected::Undecided => Presence::Missing,
        };
        let factor = Factor::from_codes(levels, selection.rows.iter().map(code).collect())?;
        Ok(Column::from_factor(format!("{}.form", self.request.prefix), factor)
            .with_presence(selection.rows.iter().map(absent).collect())
            .with_label(format!("{}: the form that was scored", self.request.prefix)))
    }
}

fn presence(score: &Score) -> Presence {
    match score {
        Score::Made { .. } => Presence::Observed,
        Score::Missing => Presence::Missing,
        Score::NotApplicable => Presence::NotApplicable,
    }
}
