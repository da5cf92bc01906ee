//! Two sets of results, number by number: to how many digits do they agree?

use serde::Serialize;
use serde_json::Value;

/// The digits of two numbers with the same bits.
pub const IDENTICAL: f64 = 17.0;

/// A number of both results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// Where it stands, such as `analyses.primary.contrast.estimate`.
    pub name: String,
    /// The number in the bundle.
    pub recorded: f64,
    /// The number now.
    pub found: f64,
    /// −log₁₀ |recorded − found| / max(|recorded|, |found|), between 0 and 17; 17 when they are identical.
    pub digits: f64,
}

/// Something that is on one side only, or differs and is no number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where it stands.
    pub name: String,
    /// What is different.
    pub what: String,
}

/// The digits to which `a` and `b` agree.
pub fn agreement(a: f64, b: f64) -> f64 {
    if a.to_bits() == b.to_bits() {
        return IDENTICAL;
    }
    let relative = (a - b).abs() / a.abs().max(b.abs());
    if relative > 0.0 { (-relative.log10()).clamp(0.0, IDENTICAL) } else { IDENTICAL }
}

/// Every number of `recorded` and `found` with its agreement, and everything else in which they differ.
///
/// The certificate of convergence is left out, but for where the optimum lies: it says how the optimum was reached.
pub fn compare(recorded: &Value, found: &Value) -> (Vec<Agreement>, Vec<Difference>) {
    let mut comparison = Comparison::default();
    comparison.values("", recorded, found);
    (comparison.numbers, comparison.differences)
}

#[derive(Default)]
struct Comparison {
    numbers: Vec<Agreement>,
    differences: Vec<Difference>,
}

impl Comparison {
    fn values(&mut self, name: &str, recorded: &Value, found: &Value) {
        match (recorded, found) {
            (Value::Number(a), Value::Number(b)) => {
                if let (Some(recorded), Some(found)) = (a.as_f64(), b.as_f64()) {
                    let digits = agreement(recorded, found);
                    self.numbers.push(Agreement { name: name.to_owned(), recorded, found, digits });
                }
            }
            (Value::Object(a), Value::Object(b)) => {
                let certificate = name.ends_with(".convergence");
                for (key, value) in a.iter().filter(|(key, _)| !certificate || *key == "status") {
                    self.member(&join(name, key), value, b.get(key));
                }
                for key in b.keys().filter(|key| !a.contains_key(*key)) {
                    self.differ(&join(name, key), "is not in the bundle");
                }
            }
            (Value::Array(a), Value::Array(b)) => {
                let names: Vec<String> = a.iter().enumerate().map(|(i, item)| join(name, &label(i, item))).collect();
                for (i, item) in a.iter().enumerate() {
                    self.member(&names[i], item, b.get(i));
                }
                for (i, item) in b.iter().enumerate().skip(a.len()) {
                    self.differ(&join(name, &label(i, item)), "is not in the bundle");
                }
            }
            (a, b) if a == b => {}
            _ => self.differ(name, "is another text or another kind of value"),
        }
    }

    fn member(&mut self, name: &str, recorded: &Value, found: Option<&Value>) {
        match found {
            Some(found) => self.values(name, recorded, found),
            None => self.differ(name, "is in the bundle only"),
        }
    }

    fn differ(&mut self, name: &str, what: &str) {
        self.differences.push(Difference { name: name.to_owned(), what: what.to_owned() });
    }
}

fn join(name: &str, key: &str) -> String {
    if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") }
}

/// What people call an item of a list: by its identifier or term, and by the levels that tell it from others.
fn label(index: usize, item: &Value) -> String {
    let text = |key: &str| item.get(key).and_then(Value::as_str);
    let Some(fields) = item.as_object() else { return index.to_string() };
    let main = ["id", "term", "step", "reason", "name", "arm", "level", "unit", "group"].into_iter().find_map(text);
    let Some(main) = main else { return index.to_string() };
    let numbers = fields.contains_key("estimate") || fields.contains_key("mean");
    let levels = fields.iter().filter(|(key, _)| numbers && !matches!(key.as_str(), "id" | "term" | "arm"));
    let levels: Vec<String> = levels.filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?))).collect();
    if levels.is_empty() { main.to_owned() } else { format!("{main}[{}]", levels.join(",")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn digits_are_those_of_the_relative_difference() {
        assert!((agreement(1.0, 1.001) - 3.0).abs() < 1e-3);
        assert!((agreement(-2.0e9, -2.0e9 * (1.0 + 1e-12)) - 12.0).abs() < 1e-3);
        assert!((agreement(0.1, 0.1) - IDENTICAL).abs() < 1e-15);
        assert!(agreement(1.0, -1.0).abs() < 1e-15 && agreement(0.0, 1e-300).abs() < 1e-15);
        assert!((agreement(0.0, -0.0) - IDENTICAL).abs() < 1e-15);
    }

    #[test]
    fn a_number_is_named_by_its_analysis_its_term_and_its_levels() {
        let results = |estimate: f64| {
            let row = json!({"term": "DRUG - PLACEBO", "estimate": estimate, "VISIT": "7", "df": null});
            json!({"analyses": [{"id": "primary", "fit": {"differences": [row]}}]})
        };
        let (numbers, differences) = compare(&results(1.0), &results(1.5));
        assert_eq!(numbers[0].name, "analyses.primary.fit.differences.DRUG - PLACEBO[VISIT=7].estimate");
        assert!(differences.is_empty());
    }

    #[test]
    fn what_is_on_one_side_only_is_named_and_the_certificate_is_not_compared() {
        let recorded = json!({"fit": {"convergence": {"status": "interior", "iterations": 5}}, "rows": [1, 2]});
        let found = json!({"fit": {"convergence": {"status": "boundary", "iterations": 7}}, "rows": [1], "new": 1});
        let (numbers, differences) = compare(&recorded, &found);
        assert_eq!(numbers.len(), 1);
        let names: Vec<&str> = differences.iter().map(|difference| difference.name.as_str()).collect();
        assert_eq!(names, ["fit.convergence.status", "rows.1", "new"]);
    }
}
