//! Placement analyses from a plan, through the program alone: the synthetic placement trial against counts taken from its returns by
//! hand, R, and its truth.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;
use steadfast_testkit::best_trial::CareTruth;
use tempfile::TempDir;

use crate::support::{assert_close, root, steadfast};

/// The placement trial in a folder of its own, with its plan changed.
fn trial(plan: impl Fn(&str) -> String) -> TempDir {
    let folder = TempDir::new().unwrap();
    let fixtures = root().join("data-fixtures");
    let read = |name: &str| fs::read_to_string(fixtures.join(name)).unwrap();
    let text = read("placement-trial/plan.toml").replace("../best-trial/", "");
    fs::write(folder.path().join("plan.toml"), plan(&text)).unwrap();
    for name in ["data.csv", "dictionary.toml"] {
        fs::write(folder.path().join(name), read(&format!("best-trial/{name}"))).unwrap();
    }
    copy(&fixtures.join("placement-trial/returns"), &folder.path().join("returns"));
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            let _bytes = fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn run(folder: &Path) -> Value {
    let ran = steadfast(folder, &["run", "plan.toml", "--out", "bundle"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_slice(&fs::read(folder.join("bundle/results.json")).unwrap()).unwrap()
}

/// The trial and the results of its plan as it stands, made once for all tests that change nothing.
fn unchanged() -> &'static (TempDir, Value) {
    static BUNDLE: OnceLock<(TempDir, Value)> = OnceLock::new();
    BUNDLE.get_or_init(|| {
        let folder = trial(str::to_owned);
        let results = run(folder.path());
        (folder, results)
    })
}

/// The plan with the primary analysis made cheap, and of those of events only `ids`.
fn only(plan: &str, ids: &[&str]) -> String {
    let cheap = plan
        .replace("sdq ~ arm * visit + base_sdq * visit + site + sex + (1 | family/child)", "sdq ~ arm + (1 | family)")
        .replace(", at = { visit = \"30 months\" }", "")
        .replace("visit != 'baseline'", "visit == '30 months'");
    let mut parts = cheap.split("[[events]]");
    let head = parts.next().unwrap().to_owned();
    let wanted = |part: &&str| ids.iter().any(|id| part.contains(&format!("\nid = \"{id}\"\n")));
    parts.filter(wanted).fold(head, |plan, part| format!("{plan}[[events]]{part}"))
}

fn analysis<'a>(results: &'a Value, id: &str) -> &'a Value {
    results["placements"]["analyses"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()
}

fn effect<'a>(analysis: &'a Value, measure: &str, name: &str, adjusted: bool, at: Option<f64>) -> &'a Value {
    let scale = if measure.ends_with("ratio") { "relative" } else { "absolute" };
    let is = |one: &&Value| {
        one["measure"] == measure
            && one["name"] == name
            && one["scale"] == scale
            && one["adjusted"] == adjusted
            && one["at"].as_f64() == at
    };
    analysis["effects"].as_array().unwrap().iter().find(is).unwrap_or_else(|| panic!("no {measure} of {name}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// Events and children with one, in the arm at the place `arm`.
fn count(analysis: &Value, arm: usize, name: &str) -> (u64, u64) {
    let events = analysis["arms"][arm]["events"].as_array().unwrap();
    let found = events.iter().find(|one| one["name"] == name).unwrap();
    (found["events"].as_u64().unwrap(), found["subjects"].as_u64().unwrap())
}

#[test]
fn a_plan_answers_every_question_about_placements_and_verification_holds_every_number() {
    let (folder, results) = unchanged();
    let found = &results["placements"];
    assert_eq!(found["in_trial"]["total"]["subjects"], 439);
    assert_eq!(found["with_placements"]["total"]["subjects"], 420);
    assert_eq!(found["without_placements"]["total"]["subjects"], 19);

    // Counted from the returns by a script of its own (Python 3.11, csv and datetime): the first exit after randomisation, new
    // placements (RNE P, T, B, U, holidays not counted) after it by REASON_PLACE_CHANGE, days in care after it.
    let routes = analysis(results, "routes");
    for (arm, children, home, adopted, order, days) in [(0, 207, 36, 52, 33, 101_155.0), (1, 210, 74, 37, 43, 98_804.0)]
    {
        assert_eq!(routes["arms"][arm]["subjects"], children);
        assert_eq!(count(routes, arm, "Return home"), (home, home));
        assert_eq!(count(routes, arm, "Adoption"), (adopted, adopted));
        assert_eq!(count(routes, arm, "Guardianship or child arrangements order"), (order, order));
        // Sums of some 200 quotients by 365.25.
        assert_close(number(&routes["arms"][arm]["years"]), days / 365.25, 1e-12, 0.0, "years");
    }
    let moves = analysis(results, "moves");
    for (arm, all, planned, disrupted, days) in [(0, 368, 219, 126, 110_568.0), (1, 243, 151, 73, 112_172.0)] {
        assert_eq!(count(moves, arm, "All moves").0, all);
        assert_eq!(count(moves, arm, "Planned").0, planned);
        assert_eq!(count(moves, arm, "Disrupted").0, disrupted);
        assert_close(number(&moves["arms"][arm]["years"]), days / 365.25, 1e-12, 0.0, "years in care");
    }
    let rate = |arm: usize| {
        let rates = moves["estimates"].as_array().unwrap();
        let arm = &moves["arms"][arm]["arm"];
        number(
            &rates
                .iter()
                .find(|one| one["measure"] == "rate" && one["name"] == "All moves" && one["arm"] == *arm)
                .unwrap()["estimate"],
        )
    };
    // A Poisson model of the arm alone gives the crude rates, to the tolerance of its optimiser.
    assert_close(rate(0), 368.0 * 365.25 / 110_568.0, 1e-9, 0.0, "rate under services as usual");
    assert_close(rate(1), 243.0 * 365.25 / 112_172.0, 1e-9, 0.0, "rate under the service");

    let verified = steadfast(folder.path(), &["verify", "bundle"]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    for file in ["tables/placement_effects.csv", "figures/permanence-permanence.svg", "figures/oscillation-states.svg"]
    {
        assert!(folder.path().join("bundle").join(file).exists(), "{file}");
    }
    let report = fs::read_to_string(folder.path().join("bundle/report.html")).unwrap();
    for part in ["Placements: absolute and relative effects", "Events: Permanence", "121 of 207", "368 in 302.7 years"]
    {
        assert!(report.contains(part), "{part} is not in the report");
    }
}

/// R 4.2, survival 3.5-3, on the first exits that the script counted: `coxph(Surv(t, event) ~ arm, cluster = family)`, Efron's ties,
/// and with `+ sex + age + strata(site)`; `survfit(Surv(t, exit) ~ arm, id = child)` at 2.5 years, `rmean = 2.5`, and the standard error
/// from its `influence.pstate` in each arm: `sqrt(sum(rowsum(influence, family)^2))`, since `cluster` beside `id` changes nothing there.
#[test]
fn effects_on_exits_are_those_of_r() {
    let results = &unchanged().1;
    let permanence = analysis(results, "permanence");
    let hazard = |id: &str, name: &str, adjusted: bool| {
        let found = effect(analysis(results, id), "hazard_ratio", name, adjusted, None);
        (number(&found["estimate"]).ln(), number(&found["std_error"]))
    };
    for ((ratio, error), (expected, std_error)) in [
        (hazard("permanence", "Permanence", false), (0.280541351446792, 0.117504887664380)),
        (hazard("permanence", "Permanence", true), (0.283281946034375, 0.117092047632239)),
        (hazard("routes", "Return home", false), (0.733901104119585, 0.198527862498081)),
    ] {
        // coxph stops at a relative change of the log-likelihood of 1e-9.
        assert_close(ratio, expected, 1e-7, 0.0, "ln hazard ratio");
        assert_close(error, std_error, 1e-6, 0.0, "its standard error");
    }
    let difference = |measure: &str| number(&effect(permanence, measure, "Permanence", false, Some(2.5))["estimate"]);
    assert_close(
        difference("cumulative_incidence"),
        0.768_114_262_397_865 - 0.720_940_443_602_751_9,
        1e-10,
        1.0,
        "risk",
    );
    assert_close(difference("restricted_mean_time"), 0.934_618_23 - 1.154_154_44, 2e-8, 1.0, "mean time");
    let home = effect(analysis(results, "routes"), "cumulative_incidence", "Return home", false, Some(2.5));
    assert_close(number(&home["estimate"]), 0.358_904_814_576_569 - 0.198_936_813_274_800, 1e-10, 1.0, "risk of home");
    // Families are in one arm each, so that the arms are independent.
    let error = (0.034_010_831_657_326_7_f64.powi(2) + 0.033_029_743_489_491_8_f64.powi(2)).sqrt();
    assert_close(number(&home["std_error"]), error, 1e-9, 0.0, "its standard error");
}

#[test]
fn estimates_lie_within_three_standard_errors_of_the_truth() {
    let truth = CareTruth::placement_trial();
    let results = &unchanged().1;
    let off = |id: &str, measure: &str, name: &str, truth: f64| {
        let found = effect(analysis(results, id), measure, name, true, None);
        (number(&found["estimate"]).ln() - truth.ln()) / number(&found["std_error"])
    };
    for off in [
        off("moves", "rate_ratio", "Disrupted", truth.moves),
        off("move-counts", "rate_ratio", "moves", (0.42 * truth.moves + 0.08) / 0.5),
        off("routes", "hazard_ratio", "Return home", truth.home),
        off("routes", "hazard_ratio", "Guardianship or child arrangements order", 1.0),
        off("re-entry", "hazard_ratio", "re-entry", 1.0),
    ] {
        assert!(off.abs() < 3.0, "{off} standard errors");
    }
}

#[test]
fn a_plan_that_censors_an_adoption_gets_a_finding_wherever_somebody_looks() {
    let folder = trial(|plan| {
        only(plan, &["permanence"])
            .replace(
                "kind = \"time-to-event\"",
                "kind = \"time-to-event\"\ncensored = [\"adoption\", \"death\", \"transfer\"]",
            )
            .replace("event = [\"home\", \"adoption\", ", "event = [\"home\", ")
    });
    let checked = steadfast(folder.path(), &["check", "plan.toml"]);
    assert_eq!(checked.code, 0, "{}", checked.stderr);
    assert!(checked.stdout.contains("warning[terminal_state_censored]: events `permanence` censors `adoption`"));
    let ran = steadfast(folder.path(), &["run", "plan.toml", "--out", "bundle"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for state in ["adoption", "death"] {
        let said = format!("warning[terminal_state_censored]: events `permanence` censors `{state}`");
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("censors `transfer`"), "{}", ran.stderr);
    let results: Value = serde_json::from_slice(&fs::read(folder.path().join("bundle/results.json")).unwrap()).unwrap();
    let findings = results["placements"]["findings"].as_array().unwrap();
    assert_eq!(findings.iter().filter(|one| one["name"] == "terminal_state_censored").count(), 2);
    let report = fs::read_to_string(folder.path().join("bundle/report.html")).unwrap();
    assert!(report.contains("terminal_state_censored") && report.contains("cumulative incidences are too large"));
}

#[test]
fn what_does_not_fit_the_placements_is_said_at_once() {
    let unknown = trial(|plan| {
        plan.replace("\"special_guardianship\", \"child_arrangements_order\", \"kin\"", "\"guardianship\", \"kinn\"")
    });
    let ran = steadfast(unknown.path(), &["run", "plan.toml", "--out", "bundle"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("`guardianship`") && ran.stderr.contains("`kinn`"), "{}", ran.stderr);
    let broken = trial(|plan| plan.replace("repairs = [\"spanning-returns\"]\n", ""));
    let ran = steadfast(broken.path(), &["run", "plan.toml", "--out", "bundle", "--json"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let error: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(error["error"]["findings"].as_array().is_some_and(|findings| findings.len() > 100));
    assert!(!broken.path().join("bundle").exists());
    let changing = trial(|plan| plan.replace("baseline_visit = \"baseline\"\n", ""));
    let ran = steadfast(changing.path(), &["run", "plan.toml", "--out", "bundle"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("covariate_changes") && ran.stderr.contains("column `age`"), "{}", ran.stderr);
}

#[test]
fn tables_of_histories_serve_as_well_as_returns() {
    let few = |plan: &str| only(plan, &["permanence", "moves", "oscillation"]);
    let folder = trial(|plan| {
        let tables = "tables = { spells = \"histories/spells.csv\", moves = \"histories/moves.csv\" }";
        let without = few(plan).replace("files = [\"returns\"]", tables);
        let drop =
            ["repairs = [\"spanning-returns\"]\n", "origin = \"randomisation_date\"\n", "cut = \"2021-03-31\"\n"];
        drop.iter().fold(without, |text, line| text.replace(line, ""))
    });
    let made = steadfast(folder.path(), &["episodes", "returns", "--repair", "spanning-returns", "--out", "histories"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let tables = run(folder.path());
    let returns = run(trial(|plan| few(plan).replace("origin = \"randomisation_date\"\n", "")).path());
    for id in ["permanence", "moves", "oscillation"] {
        let (one, other) = (analysis(&tables, id), analysis(&returns, id));
        assert_eq!(one["arms"], other["arms"], "{id}");
        assert_eq!(one["effects"], other["effects"], "{id}");
    }
}

/// R 4.2, survival 3.5-3, on the exits that the script counted: `coxph(Surv(t, event) ~ sex + age + site + strata(arm))` for the exits
/// to permanence, Nelson and Aalen's hazards by arm for the six others, 1 − exp(−Σ) a step; means of all children in each arm. The
/// standard error in brackets is that of leaving out a family at a time (345 refits), which the infinitesimal jackknife comes near.
#[test]
fn adjusted_differences_ask_what_unadjusted_ones_ask() {
    let results = &unchanged().1;
    let permanence = analysis(results, "permanence");
    for (measure, at, expected, left_out) in [
        ("cumulative_incidence", 1.0, 0.103_110_724_434_29, 0.052_301_405),
        ("cumulative_incidence", 2.5, 0.045_275_032_441_83, 0.053_531_869),
        ("restricted_mean_time", 2.5, -0.216_654_015_729_03, 0.090_244_852),
    ] {
        let adjusted = effect(permanence, measure, "Permanence", true, Some(at));
        // coxph stops at a relative change of the log-likelihood of 1e-9.
        assert_close(number(&adjusted["estimate"]), expected, 1e-7, 1.0, "adjusted difference");
        assert_close(number(&adjusted["std_error"]), left_out, 0.05, 0.0, "its standard error, near the jackknife's");
        let unadjusted = number(&effect(permanence, measure, "Permanence", false, Some(at))["estimate"]);
        assert!((expected - unadjusted).abs() < 0.1 * left_out, "a randomised trial's covariates move little");
    }
}

/// The script counted who is followed for a year or longer after its return home.
#[test]
fn children_at_risk_are_counted_at_the_time_asked_about() {
    let (folder, results) = unchanged();
    let at_risk = |id: &str, at: f64| -> Vec<u64> {
        let estimates = analysis(results, id)["estimates"].as_array().unwrap().iter();
        let of_time =
            estimates.filter(|one| one["at"].as_f64() == Some(at) && one["measure"] == "cumulative_incidence");
        of_time.map(|one| one["n_at_risk"].as_u64().unwrap()).collect()
    };
    assert_eq!(at_risk("re-entry", 1.0), [19, 30]);
    assert_eq!(at_risk("permanence", 1.0), [106, 93]);
    assert_eq!(at_risk("permanence", 2.5), [25, 29]);
    let bundle = folder.path().join("bundle");
    for file in ["permanence-subgroups-hazard-ratio", "permanence-subgroups-subdistribution-hazard-ratio"] {
        assert!(bundle.join(format!("figures/{file}.svg")).exists(), "{file}");
    }
    let figure = fs::read_to_string(bundle.join("figures/permanence-permanence.svg")).unwrap();
    assert!(figure.contains("Children at risk") && figure.contains("since randomisation"));
}

#[test]
fn what_a_plan_asks_wrongly_is_said_at_once_by_check_and_run() {
    let folder = trial(|plan| {
        only(plan, &["permanence", "routes"])
            .replacen(
                "covariates = [\"sex\", \"age\"]",
                "covariates = [\"sexx\", \"agee\"]\nwhere = \"land == 'England'\"",
                1,
            )
            .replace("subgroups = [\"country\"]", "subgroups = [\"age\", \"countri\"]")
            .replace("states = [\"home\"]", "states = [\"long_foster\"]")
            .replace("\"kin\"", "\"kinn\"")
            .replace("origin = \"randomisation_date\"", "origin = \"sex\"")
    });
    for command in ["check", "run"] {
        let said = steadfast(folder.path(), &[command, "plan.toml"]);
        assert_eq!(said.code, 2, "{}", said.stderr);
        for part in [
            "`sexx`",
            "`agee`",
            "`countri`",
            "`age` holds numbers",
            "`land`",
            "`kinn`",
            "`long_foster` is a state of care",
            "holds no days",
        ] {
            assert!(said.stderr.contains(part), "{part}: {}", said.stderr);
        }
    }
    let empty = trial(|plan| {
        only(plan, &["permanence", "routes"])
            .replace("states = [\"home\"]", "states = []")
            .replace("name = \"Adoption\"", "name = \"censored\"")
    });
    let said = steadfast(empty.path(), &["check", "plan.toml"]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("no state is named") && said.stderr.contains("`censored` means something of its own"));
}

#[test]
fn follow_up_may_end_at_the_horizon_and_an_arm_without_the_event_keeps_its_incidence() {
    let folder = trial(|plan| {
        only(plan, &["permanence", "routes"])
            .replace("horizon = 2.5", "horizon = 0.5\nfollow_up = 0.5")
            .replace("at = [1]\n", "")
            .replace("states = [\"home\"]", "states = [\"death\"]")
            .replace("\"home\", \"adoption\", \"special_guardianship\"", "\"adoption\", \"special_guardianship\"")
            .replace("subgroups = [\"country\"]", "")
    });
    let results = run(folder.path());
    let permanence = analysis(&results, "permanence");
    let cautions = permanence["cautions"].to_string();
    assert!(!cautions.contains("under observation at the horizon"), "{cautions}");
    let routes = analysis(&results, "routes");
    let deaths = [0, 1].map(|arm| {
        let counts = routes["arms"][arm]["events"].as_array().unwrap();
        counts.iter().find(|one| one["name"] == "Return home").map_or(0, |one| one["events"].as_u64().unwrap())
    });
    assert!(deaths.contains(&0) && deaths.iter().sum::<u64>() > 0, "{deaths:?}");
    let difference = effect(routes, "cumulative_incidence", "Return home", false, Some(0.5));
    assert!(number(&difference["estimate"]).abs() > 0.0);
    assert!(routes["cautions"].to_string().contains("did not happen in every arm"));
}
