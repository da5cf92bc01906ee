use super::*;

const PLAN: &str = r#"
version = 1
title = "Trial"
data = { file = "data.csv", dictionary = "dictionary.toml" }

[design]
subject = "child"
cluster = "family"
visit = "visit"
arm = "arm"
reference = "SAU"
outcome = "sdq"

[[analyses]]
id = "primary"
label = "Adjusted"
role = "primary"
adjusted = true
model = "sdq ~ arm * visit + (1 | family/child)"
contrast = { factor = "arm", levels = ["NIM", "SAU"], at = { visit = "30 months" } }

[analyses.estimand]
population = "All randomised"
variable = "SDQ at 2.5 years"
intercurrent_events = [{ event = "Service not taken up", strategy = "treatment-policy" }]
summary = "Difference in means"
"#;

#[test]
fn what_a_plan_leaves_out_has_a_documented_default() {
    let plan = Plan::parse(PLAN, "plan.toml").unwrap();
    let analysis = &plan.analyses[0];
    assert_eq!(
        (analysis.criterion, analysis.df.as_str(), analysis.intervals),
        (Criterion::Reml, "satterthwaite", true)
    );
    assert_eq!(analysis.contrast.means(), "arm | visit");
    assert_eq!(analysis.contrast.term(), "NIM - SAU");
    assert!(plan.design.is_clustered());
    assert_eq!((plan.analysis_sets.len(), plan.analysis_sets[0].condition()), (1, None));
}

#[test]
fn an_unknown_key_is_an_error_that_names_it_and_its_line() {
    let error = Plan::parse(&PLAN.replace("adjusted = true", "adjustd = true"), "plan.toml").unwrap_err();
    let message = error.to_string();
    assert_eq!(error.code(), "invalid_plan");
    assert!(message.contains("`plan.toml`") && message.contains("adjustd") && message.contains("line 1"), "{message}");
}

#[test]
fn all_contradictions_come_at_once() {
    let text = PLAN
        .replace("version = 1", "version = 2")
        .replace("id = \"primary\"", "id = \"a b\"\ndf = \"between\"\nwhere = \"age >\"")
        .replace("[\"NIM\", \"SAU\"]", "[\"SAU\", \"SAU\"]")
        .replace("arm * visit", "arm * ");
    let message = Plan::parse(&text, "plan.toml").unwrap_err().to_string();
    for part in ["version: 2", "`a b`, id", "`a b`, df", "`a b`, model", "contrast.levels", "`a b`, where"] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
}

#[test]
fn an_analysis_names_a_set_that_exists_and_compares_by_its_arm() {
    let sets = r#"
[[analysis_sets]]
name = "itt"
where = "visit != 'baseline'"
reason = "no visit after baseline"

[[analysis_sets]]
name = "safety"
arm = "received_arm"

[[analyses]]
"#;
    let text = PLAN.replace("\n[[analyses]]\n", sets);
    let plan = Plan::parse(&text.replace("adjusted = true", "adjusted = true\nset = \"itt\""), "plan.toml").unwrap();
    assert_eq!(plan.set_of(&plan.analyses[0]).condition().as_deref(), Some("visit != 'baseline'"));
    let refused = |set: &str| {
        let named = text.replace("adjusted = true", &format!("adjusted = true\nset = \"{set}\""));
        Plan::parse(&named, "plan.toml").unwrap_err().to_string()
    };
    assert!(refused("pp").contains("no analysis set `pp`; the sets are: itt, safety"), "{}", refused("pp"));
    assert!(refused("safety").contains("compared by the arm `received_arm`"), "{}", refused("safety"));
    let both = text.replace("reason = \"no visit after baseline\"", "steps = []");
    let message = Plan::parse(&both, "plan.toml").unwrap_err().to_string();
    assert!(message.contains("either `steps`, or one `where` with its `reason`"), "{message}");
}

const EVENTS: &str = r#"
[placements]
files = ["returns"]
unit = "years"

[[events]]
id = "routes"
label = "Routes"
role = "secondary"
kind = "incidence"
routes = [{ name = "Home", states = ["home"] }, { name = "Adopted", states = ["adoption"] }]
at = [1, 0.5]
horizon = 2.5
"#;

#[test]
fn analyses_of_events_have_documented_defaults() {
    let plan = Plan::parse(&format!("{PLAN}{EVENTS}"), "plan.toml").unwrap();
    let events = &plan.events[0];
    assert_eq!((events.ties.as_str(), events.vcov.as_str(), events.df.as_str()), ("efron", "cr0", "asymptotic"));
    assert_eq!(events.times(), [0.5, 1.0, 2.5]);
    assert!(events.strata && events.censored.is_empty() && events.stated.contains("at"));
}

#[test]
fn all_contradictions_of_an_analysis_of_events_come_at_once() {
    let wrong = EVENTS
        .replace(
            "id = \"routes\"",
            "id = \"primary\"\nties = \"exakt\"\ncovariates = [\"arm\"]\nclock = \"since-exit\"",
        )
        .replace("states = [\"adoption\"]", "states = [\"home\"]")
        .replace("horizon = 2.5", "censored = [\"home\"]\nfollow_up = 0.7")
        .replace("unit = \"years\"", "cut = \"2021-02-30\"");
    let message = Plan::parse(&format!("{PLAN}{wrong}"), "plan.toml").unwrap_err().to_string();
    for part in [
        "placements, cut",
        "the id `primary` is used twice",
        "`primary`, ties",
        "`primary`, covariates: the arm is compared",
        "`primary`, clock: cumulative incidence by route has no such key",
        "`primary`, horizon: cumulative incidence by route needs it",
        "the state `home` stands in two groups",
        "the state `home` is an event and censored",
        "`primary`, follow_up",
    ] {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
    let without = Plan::parse(&format!("{PLAN}{}", EVENTS.replace("[placements]", "[ignored]")), "plan.toml");
    assert!(without.is_err());
}
