//! `steadfast structures` and `steadfast explain`.

use std::fmt::Write as _;

use serde::Serialize;
use steadfast::core::covariance::{Over, entries, variance_function::variance_entries};
use steadfast::core::inference::{df_methods, vcov_methods};
use steadfast::core::instrument::Definition;
use steadfast::core::multiplicity::{multiplicity, multiplicity_names};
use steadfast::counts::{COUNT_DFS, COUNT_FAMILIES, COUNT_VCOVS};
use steadfast::error::{Exit, Result};
use steadfast::events::{
    EVENT_DFS, EVENT_VCOVS, FRAILTIES, FRAILTY_VCOVS, LAYOUTS, Named, SUBDISTRIBUTION_VCOVS, TIES,
};
use steadfast::io::instruments;
use steadfast::model::{DEFAULT_COMPARISONS, DEFAULT_DF, DEFAULT_VCOV, TOPICS};

use super::args::Subject;
use super::output;

/// Something that exists, with what there is to say about it.
#[derive(Debug, Serialize)]
struct Item {
    name: String,
    about: String,
}

/// A structure or a variance function.
#[derive(Debug, Serialize)]
struct StructureItem {
    name: &'static str,
    over: &'static str,
    options: &'static [&'static str],
    about: &'static str,
}

/// Lists the covariance structures and variance functions.
pub(crate) fn structures(json: bool) -> Result<Exit> {
    let over = |over: Over| match over {
        Over::Levels => "one factor",
        Over::Product => "two factors",
        Over::Coordinates => "numbers",
    };
    let mut items: Vec<StructureItem> = entries()
        .map(|one| StructureItem { name: one.name, over: over(one.over), options: one.options, about: one.about })
        .collect();
    items.extend(variance_entries().map(|one| StructureItem {
        name: one.name,
        over: "variance function",
        options: &[],
        about: one.about,
    }));
    if json {
        output::answer_json(&items)?;
        return Ok(Exit::Ok);
    }
    let mut text = String::from(
        "Covariance structures: name(position | subject) for residuals, name(0 + factor | group) for random effects\n",
    );
    for item in &items {
        let options = if item.options.is_empty() { String::new() } else { format!("; {} = ", item.options.join(", ")) };
        let _ =
            writeln!(text, "  {:<10} {:<18} {}{}", item.name, item.over, item.about, options.trim_end_matches(" = "));
    }
    output::answer(&text)?;
    Ok(Exit::Ok)
}

/// Explains `subject`.
pub(crate) fn explain(subject: Subject, json: bool) -> Result<Exit> {
    let items = match subject {
        Subject::Defaults => return defaults(json),
        Subject::Df => {
            df_methods().map(|method| Item { name: method.name().to_owned(), about: method.description() }).collect()
        }
        Subject::Vcov => vcov_methods()
            .map(|method| Item { name: method.name().to_owned(), about: method.description().to_string() })
            .collect(),
        Subject::Ties => named(TIES),
        Subject::Events => [EVENT_VCOVS, SUBDISTRIBUTION_VCOVS, FRAILTY_VCOVS, EVENT_DFS, FRAILTIES, LAYOUTS]
            .into_iter()
            .flat_map(named)
            .collect(),
        Subject::Counts => [COUNT_FAMILIES, COUNT_VCOVS, COUNT_DFS].into_iter().flat_map(named).collect(),
        Subject::Multiplicity => adjustments()?,
        Subject::Instruments => shipped()?,
    };
    answer(&items, json)
}

fn named(all: &[Named]) -> Vec<Item> {
    all.iter().map(|one| Item { name: one.name.to_owned(), about: one.about.to_owned() }).collect()
}

fn adjustments() -> Result<Vec<Item>> {
    let item = |name: &'static str| -> Result<Item> {
        Ok(Item { name: name.to_owned(), about: multiplicity(name)?.description().to_owned() })
    };
    multiplicity_names().map(item).collect()
}

fn shipped() -> Result<Vec<Item>> {
    let about =
        |one: &Definition| format!("{}: {}. Source: {} Licence: {}", one.title, one.version, one.source, one.licence);
    Ok(instruments()?.iter().map(|one| Item { name: one.id.clone(), about: about(one) }).collect())
}

fn answer(items: &[Item], json: bool) -> Result<Exit> {
    if json {
        output::answer_json(&items)?;
    } else {
        let width = items.iter().map(|item| item.name.len()).max().unwrap_or(0);
        let lines = items.iter().map(|item| format!("{:<width$}  {}\n", item.name, item.about));
        output::answer(&lines.collect::<String>())?;
    }
    Ok(Exit::Ok)
}

/// Every default of `fit`, and the points on which conventions differ.
#[derive(Debug, Serialize)]
struct Defaults {
    defaults: Vec<Item>,
    conventions: &'static [steadfast::model::Topic],
}

fn defaults(json: bool) -> Result<Exit> {
    let item = |name: &str, about: &str| Item { name: name.to_owned(), about: about.to_owned() };
    let defaults = vec![
        item("criterion", "REML"),
        item("df", DEFAULT_DF),
        item("vcov", DEFAULT_VCOV),
        item("level", "0.95"),
        item("type", "3: equally weighted cell means, whatever the coding of factors"),
        item("contrasts", "treatment, against the first level or the one the dictionary names"),
        item("means", "other factors equally weighted, covariates at their means over the rows used"),
        item("compare", DEFAULT_COMPARISONS),
        item("adjust", "none"),
        item("rows", "complete in every variable of the model, weight above zero"),
        item("convention", "steadfast"),
        item("ties", "efron; of a response Surv(…), as are the next three"),
        item(
            "events",
            "vcov robust (cr0) with cluster(), several events a person or weights that are no counts, else model",
        ),
        item("persons", "--subject; without it each row is a person"),
        item("curves", "limits symmetric for ln(-ln p), errors by the infinitesimal jackknife over clusters"),
    ];
    if json {
        output::answer_json(&Defaults { defaults, conventions: TOPICS })?;
        return Ok(Exit::Ok);
    }
    let mut text = String::from("Defaults\n");
    for one in &defaults {
        let _ = writeln!(text, "  {:<11} {}", one.name, one.about);
    }
    text.push_str("\nWhere engines differ (--convention)\n");
    for topic in TOPICS {
        let _ = writeln!(text, "  {}", topic.topic);
        for (name, says) in [("steadfast", topic.steadfast), ("sas", topic.sas), ("r", topic.r)] {
            let _ = writeln!(text, "    {name:<10} {says}");
        }
    }
    output::answer(&text)?;
    Ok(Exit::Ok)
}
