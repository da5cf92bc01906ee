//! What a definition must not say.

use std::collections::BTreeSet;

use super::definition::{Band, Definition, ItemGroup, Method, Minimum, Scale, Summary};

/// Everything that is wrong with `definition`, one sentence each.
pub(super) fn problems(definition: &Definition) -> Vec<String> {
    let mut found = Vec::new();
    if !is_name(&definition.id) {
        found.push("`id` needs letters, digits, `-` or `_`".to_owned());
    }
    if let Some(age) = definition.age
        && !(age.from >= 0.0 && age.from < age.below && age.below.is_finite())
    {
        found.push("`age` goes from an age to a higher one".to_owned());
    }
    let mut items = BTreeSet::new();
    for group in &definition.items {
        for id in group.ids.ids() {
            if !items.insert(id.as_str()) {
                found.push(format!("item `{id}` is defined twice"));
            }
        }
        found.extend(of_group(group));
    }
    if definition.scales.is_empty() {
        found.push("there is no scale".to_owned());
    }
    let mut outputs = BTreeSet::new();
    let ids = definition.scales.iter().map(|scale| &scale.id).chain(definition.summaries.iter().map(|one| &one.id));
    for id in ids {
        if !is_name(id) {
            found.push(format!("the scale `{id}` needs a name of letters, digits, `-` or `_`"));
        }
        if !outputs.insert(id.as_str()) {
            found.push(format!("`{id}` is the name of two scores"));
        }
    }
    for scale in &definition.scales {
        found.extend(of_scale(scale, &items).into_iter().map(|problem| format!("scale `{}`: {problem}", scale.id)));
    }
    for summary in &definition.summaries {
        let problems = of_summary(summary, definition);
        found.extend(problems.into_iter().map(|problem| format!("summary `{}`: {problem}", summary.id)));
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn of_group(group: &ItemGroup) -> Vec<String> {
    let mut found = Vec::new();
    let place = group.ids.ids().first().map_or_else(|| "items".to_owned(), |id| format!("items from `{id}`"));
    if group.ids.is_empty() {
        found.push("a group of items has none".to_owned());
    }
    if !(group.min.is_finite() && group.max.is_finite() && group.min < group.max) {
        found.push(format!("{place}: `min` is below `max`"));
        return found;
    }
    for id in group.reverse.ids().iter().filter(|id| !group.ids.contains(id)) {
        found.push(format!("{place}: `reverse` names `{id}`, which is not among them"));
    }
    if !group.recode.is_empty() {
        if !group.reverse.is_empty() {
            found.push(format!("{place}: items are reversed or recoded, not both"));
        }
        found.extend(of_recode(group).map(|problem| format!("{place}: {problem}")));
    }
    found
}

/// A recode says what each answer counts, and nothing else.
fn of_recode(group: &ItemGroup) -> Option<String> {
    let answers: Vec<Option<i64>> = group.recode.keys().map(|answer| answer.trim().parse().ok()).collect();
    let listed: BTreeSet<i64> = answers.iter().copied().flatten().collect();
    let span = group.max - group.min;
    if !group.whole || span > 1_000.0 || answers.contains(&None) {
        return Some("`recode` needs whole answers".to_owned());
    }
    let expected: BTreeSet<i64> = (group.min as i64..=group.max as i64).collect();
    if listed != expected {
        return Some("`recode` says what every answer from `min` to `max` counts".to_owned());
    }
    let first = group.recode.values().next().copied().unwrap_or(f64::NAN);
    let is_constant = group.recode.values().all(|&counts| (counts - first).abs() <= 0.0);
    let is_finite = group.recode.values().all(|counts| counts.is_finite());
    (is_constant || !is_finite).then(|| "`recode` gives finite numbers that differ".to_owned())
}

fn of_scale(scale: &Scale, items: &BTreeSet<&str>) -> Vec<String> {
    let mut found = Vec::new();
    if scale.items.is_empty() {
        found.push("it has no items".to_owned());
    }
    let mut seen = BTreeSet::new();
    for id in scale.items.ids() {
        if !items.contains(id.as_str()) {
            found.push(format!("item `{id}` is not defined"));
        }
        if !seen.insert(id) {
            found.push(format!("item `{id}` is listed twice"));
        }
    }
    if let Some(minimum) = &scale.minimum {
        found.extend(of_minimum(minimum, scale));
    }
    if let Some(when) = &scale.when
        && !items.contains(when.item.as_str())
    {
        found.push(format!("`when` names item `{}`, which is not defined", when.item));
    }
    found.extend(of_bands(&scale.bands));
    found
}

fn of_minimum(minimum: &Minimum, scale: &Scale) -> Option<String> {
    let items = scale.items.len();
    match (minimum.count, minimum.fraction) {
        (Some(_), Some(_)) | (None, None) => return Some("`minimum` is a count or a fraction".to_owned()),
        (None, Some(fraction)) if !(0.0..=1.0).contains(&fraction) => {
            return Some("the fraction of `minimum` lies from 0 to 1".to_owned());
        }
        _ => {}
    }
    if !minimum.is_met(items, items) {
        return Some("`minimum` asks for more items than there are".to_owned());
    }
    if minimum.is_met(0, items) {
        return Some("`minimum` asks for no item at all".to_owned());
    }
    let allows_gaps = items > 1 && minimum.is_met(items - 1, items);
    (scale.method == Method::Sum && allows_gaps)
        .then(|| "a `sum` needs every item; `prorated-sum` fills in what is missing".to_owned())
}

fn of_bands(bands: &[Band]) -> Vec<String> {
    let mut found = Vec::new();
    if bands.windows(2).any(|pair| pair[0].from >= pair[1].from) || bands.iter().any(|band| band.from.is_nan()) {
        found.push("`bands` ascend in `from`".to_owned());
    }
    let labels: BTreeSet<&str> = bands.iter().map(|band| band.label.as_str()).collect();
    if labels.len() < bands.len() || labels.contains("") {
        found.push("every band has a name of its own".to_owned());
    }
    found
}

fn of_summary(summary: &Summary, definition: &Definition) -> Vec<String> {
    let mut found = Vec::new();
    if summary.of.is_empty() {
        found.push("it is of no scale".to_owned());
    }
    let mut seen = BTreeSet::new();
    for id in &summary.of {
        if !definition.scales.iter().any(|scale| scale.id == *id) {
            found.push(format!("`{id}` is no scale"));
        }
        if !seen.insert(id) {
            found.push(format!("the scale `{id}` is listed twice"));
        }
    }
    let rules: BTreeSet<&str> = summary.rules.iter().map(|rule| rule.id.as_str()).collect();
    if rules.len() < summary.rules.len() || rules.iter().any(|id| !is_name(id)) {
        found.push("every rule has a name of its own, of letters, digits, `-` or `_`".to_owned());
    }
    if summary.rules.iter().any(|rule| rule.missing >= summary.of.len()) {
        found.push("a rule needs at least one scale that is there".to_owned());
    }
    found.extend(of_bands(&summary.bands));
    found
}
