//! What holds for every small trial.

use proptest::prelude::*;

use super::*;

const CHILDREN: [&str; 4] = ["a", "b", "c", "d"];
const VISITS: [&str; 4] = ["baseline", "15 months", "30 months", "another"];
const PRESENCES: [Presence; 5] = Presence::ALL;

prop_compose! {
    fn row()(
        child in 0..4_usize,
        visit in 0..4_usize,
        visited in prop::option::of(18_200..19_600_i32),
        items in [0..5_usize, 0..5_usize],
    ) -> Row {
        (CHILDREN[child], VISITS[visit], visited.map(Date), items.map(|item| PRESENCES[item]))
    }
}

prop_compose! {
    fn trial()(
        rows in prop::collection::vec(row(), 1..12),
        born in prop::collection::vec(16_000..18_800_i32, 4),
        withdrew in prop::collection::vec(prop::option::of(18_200..19_600_i32), 4),
    ) -> (Vec<Row>, Frame) {
        let born: Vec<(&str, Date)> = CHILDREN.into_iter().zip(born.into_iter().map(Date)).collect();
        let withdrew: Vec<(&str, Date)> =
            CHILDREN.into_iter().zip(withdrew).filter_map(|(child, day)| Some((child, Date(day?)))).collect();
        let frame = frame(&rows, &born, &withdrew);
        (rows, frame)
    }
}

fn cells(found: &Classification) -> Vec<(Cell, Timing)> {
    let places = (0..found.n_subjects()).flat_map(|subject| (0..3).map(move |visit| (subject, visit)));
    places.map(|(subject, visit)| (found.slots()[0].cell(subject, visit), found.timing(subject, visit))).collect()
}

proptest! {
    #[test]
    fn the_six_classes_count_every_person_once((_, frame) in trial(), cut_on in 18_000..19_600_i32) {
        let found = cut(Date(cut_on)).classify(&frame).unwrap();
        for visit in 0..3 {
            prop_assert_eq!(found.counts(&found.slots()[0], visit).iter().sum::<usize>(), found.n_subjects());
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing((rows, frame) in trial(), cut_on in 18_000..19_600_i32) {
        let schedule = cut(Date(cut_on));
        let reversed: Vec<u32> = (0..rows.len() as u32).rev().collect();
        let (found, other) =
            (schedule.classify(&frame).unwrap(), schedule.classify(&frame.select(&reversed)).unwrap());
        prop_assert_eq!(cells(&found), cells(&other));
        let refined = found.refine(frame.clone()).unwrap().select(&reversed);
        prop_assert_eq!(refined, other.refine(frame.select(&reversed)).unwrap());
    }

    #[test]
    fn a_later_data_cut_turns_nothing_observed_into_anything_else(
        (_, frame) in trial(),
        cut_on in 18_000..19_600_i32,
        later in 0..800_i32,
    ) {
        let (first, second) =
            (cut(Date(cut_on)).classify(&frame).unwrap(), cut(Date(cut_on + later)).classify(&frame).unwrap());
        for ((before, _), (after, _)) in cells(&first).into_iter().zip(cells(&second)) {
            // Only what was not yet due changes.
            prop_assert!(before.status == after.status || before.status == Status::NotYetDue);
        }
    }

    #[test]
    fn refining_keeps_what_was_observed_and_refining_twice_is_refining_once((_, frame) in trial()) {
        let schedule = schedule();
        let refined = schedule.classify(&frame).unwrap().refine(frame.clone()).unwrap();
        let again = schedule.classify(&refined).unwrap().refine(refined.clone()).unwrap();
        for name in ["item_1", "item_2"] {
            let (before, after) = (frame.column(name).unwrap(), refined.column(name).unwrap());
            for row in 0..frame.n_rows() {
                prop_assert_eq!(before.is_observed(row), after.is_observed(row));
            }
        }
        prop_assert_eq!(again.column("sdq.status").unwrap(), refined.column("sdq.status").unwrap());
    }
}

#[test]
fn a_million_rows_take_about_a_second() {
    // 333,334 children × 3 visits: a counting sort (4 passes), 3 windows a child (9 month steps of some 10 operations and a
    // few divisions), 2 items a row, one status a row: some 300 operations a row, 0.3 G in all.
    let n = if cfg!(debug_assertions) { 10_000 } else { 333_334 };
    let codes: Vec<u32> = (0..3 * n).map(|row| row / 3).collect();
    let child = Factor::from_raw((0..n).map(|child| format!("{child:07}")).collect(), codes).unwrap();
    let names = VISITS[..3].iter().map(|&name| name.to_owned()).collect();
    let visit = Factor::from_raw(names, (0..3 * n).map(|row| row % 3).collect()).unwrap();
    let dates = |name: &str, start: i32| {
        Column::date(name, (0..3 * n).map(|row| Date(start + (row / 3 % 1000) as i32)).collect())
    };
    let frame = Frame::new(vec![
        Column::from_factor("child", child),
        Column::from_factor("visit", visit),
        dates("visited", 18_300),
        Column::float("item_1", vec![1.0; 3 * n as usize]),
        Column::float("item_2", (0..3 * n).map(|row| if row % 5 == 0 { f64::NAN } else { 1.0 }).collect()),
        dates("born", 16_000),
        dates("entered", 18_262),
        dates("randomised", 18_300),
        dates("withdrew", 19_000),
    ])
    .unwrap();
    let start = std::time::Instant::now();
    let found = cut(Date(20_000)).classify(&frame).unwrap();
    let refined = found.refine(frame).unwrap();
    assert_eq!(refined.n_rows(), 3 * n as usize);
    assert!(start.elapsed().as_secs_f64() < 10.0, "{:?}", start.elapsed());
}
