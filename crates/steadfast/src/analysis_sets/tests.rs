use steadfast_core::frame::{Column, Presence};

use super::*;
use crate::trial::Count;

/// Five children in three families. NIM: family f with a, b; SAU: family g with c, d and family h with e.
fn frame() -> Frame {
    let present = |rows: &[Presence]| rows.to_vec();
    let (here, gone) = (Presence::Observed, Presence::Missing);
    Frame::new(vec![
        Column::factor("child", ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"]),
        Column::factor("family", ["f", "f", "f", "f", "g", "g", "g", "g", "h", "h"]),
        Column::factor("visit", ["1", "2", "1", "2", "1", "2", "1", "2", "1", "2"]),
        Column::factor("arm", ["NIM", "NIM", "NIM", "NIM", "SAU", "SAU", "SAU", "SAU", "SAU", "SAU"]),
        Column::factor("received", ["NIM", "NIM", "NIM", "NIM", "NIM", "NIM", "NIM", "NIM", "SAU", "SAU"]),
        Column::integer("weeks", vec![9, 9, 2, 2, 9, 9, 0, 9, 0, 0])
            .with_presence(present(&[here, here, here, here, here, here, gone, here, gone, gone])),
        Column::float("sdq", vec![10.0, 9.0, 11.0, 8.0, 7.0, 6.0, 5.0, f64::NAN, 12.0, 13.0]),
    ])
    .unwrap()
}

fn plan(sets: &str) -> Plan {
    let text = format!(
        r#"
version = 1
title = "T"
data = {{ file = "d.csv", dictionary = "d.toml" }}
[design]
subject = "child"
cluster = "family"
visit = "visit"
arm = "arm"
reference = "SAU"
outcome = "sdq"
{sets}
[[analyses]]
id = "one"
label = "One"
role = "primary"
adjusted = false
model = "sdq ~ arm + (1 | family)"
contrast = {{ factor = "arm", levels = ["NIM", "SAU"] }}
"#
    );
    Plan::parse(&text, "plan.toml").unwrap()
}

fn total(count: &ByArm) -> (usize, usize) {
    (count.total.clusters, count.total.subjects)
}

#[test]
fn each_step_counts_clusters_and_subjects_lost_with_its_reason_and_the_undecided_apart() {
    let plan = plan(
        r#"[[analysis_sets]]
name = "pp"
label = "Per protocol"
steps = [
  { where = "weeks >= 6", reason = "fewer than six weeks" },
  { where = "observed(sdq)", reason = "no outcome" },
]"#,
    );
    let applied = &apply(&frame(), &plan).unwrap()[0];
    // weeks >= 6: true in rows a1 a2 c1 c2 d2, false in b1 b2, undecided in d1 e1 e2. Lost: b (decided), e (undecided) with
    // family h; family f keeps a, d keeps its second visit.
    let [first, second] = &applied.result.steps[..] else { panic!("two steps") };
    assert_eq!((first.rows, first.rows_lost, first.rows_undecided), (5, 2, 3));
    assert_eq!((total(&first.remaining), total(&first.lost), total(&first.undecided)), ((2, 3), (0, 1), (1, 1)));
    assert_eq!(first.lost.arms[0].count, Count { clusters: 0, subjects: 1 });
    assert_eq!(first.undecided.arms[1].count, Count { clusters: 1, subjects: 1 });
    // observed(sdq): d's only row left has none. It is never undecided.
    assert_eq!((total(&second.remaining), total(&second.lost), total(&second.undecided)), ((2, 2), (0, 1), (0, 0)));
    assert_eq!(applied.rows, [0, 1, 4, 5]);
    assert_eq!(total(&applied.result.count), (2, 2));
}

#[test]
fn who_is_lost_and_who_remains_make_up_who_was_there() {
    let conditions = ["weeks >= 6", "sdq > 8", "visit == '2'", "weeks > 3 | sdq > 6", "arm == 'NIM'", "!missing(sdq)"];
    let (frame, mut compared) = (frame(), 0);
    for first in conditions {
        for second in conditions {
            let steps = [first, second].map(|one| format!("{{ where = \"{one}\", reason = \"r\" }}"));
            let plan = plan(&format!("[[analysis_sets]]\nname = \"s\"\nsteps = [{}]", steps.join(", ")));
            let result = &apply(&frame, &plan).unwrap()[0].result;
            let mut before = (result.file.clone(), frame.n_rows());
            for step in &result.steps {
                let parts = [&step.remaining, &step.lost, &step.undecided].map(total);
                let sum = parts.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
                assert_eq!(sum, total(&before.0), "{first}, {second}");
                assert_eq!(step.rows + step.rows_lost + step.rows_undecided, before.1);
                before = (step.remaining.clone(), step.rows);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 72);
}

#[test]
fn a_population_is_the_set_that_comes_first_with_one_step() {
    let by_population = plan("[population]\nname = \"Seen twice\"\nwhere = \"visit == '2'\"");
    let by_set = plan(
        "[[analysis_sets]]\nname = \"population\"\nlabel = \"Seen twice\"\nwhere = \"visit == '2'\"\nreason = \"outside the population\"",
    );
    assert_eq!(by_population.analysis_sets, by_set.analysis_sets);
    let (one, other) = (apply(&frame(), &by_population).unwrap(), apply(&frame(), &by_set).unwrap());
    assert_eq!((&one[0].result, &one[0].rows), (&other[0].result, &other[0].rows));
    assert_eq!(total(&apply(&frame(), &plan("")).unwrap()[0].result.count), (3, 5));
}

#[test]
fn a_set_may_be_counted_by_the_arm_received() {
    let plan = plan("[population]\nname = \"All\"\n[[analysis_sets]]\nname = \"safety\"\narm = \"received\"");
    let result = &apply(&frame(), &plan).unwrap()[1].result;
    let arms: Vec<(&str, usize, usize)> =
        result.count.arms.iter().map(|arm| (arm.arm.as_str(), arm.count.clusters, arm.count.subjects)).collect();
    assert_eq!(arms, [("NIM", 2, 4), ("SAU", 1, 1)]);
}
