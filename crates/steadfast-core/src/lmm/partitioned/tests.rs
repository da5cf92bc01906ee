use crate::error::Result;
use crate::frame::{Column, Frame, Partitions, Presence};
use crate::inference::{DfMethod, KenwardRoger, Satterthwaite, df_methods};
use crate::lmm::fixtures::{assert_close, fev, read};
use crate::lmm::{Criterion, Groups, Lmm, SavedFit};
use crate::parallel::Threads;
use crate::reference_grid::{ReferenceGrid, Weights};

/// FNV-1a: a division of the rows that depends on the label alone.
fn hash(label: &str) -> usize {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    (label.bytes().fold(0xcbf2_9ce4_8422_2325, step) >> 7) as usize
}

/// The rows of `frame` in `n` parts by the level of `group`, in the order that `order` gives; a part knows the groups that it
/// has, and no others.
fn parts(frame: &Frame, group: &str, n: usize, order: impl Fn(&mut Vec<u32>)) -> Vec<Frame> {
    let groups = frame.column(group).unwrap().to_factor();
    let mut rows: Vec<u32> = (0..frame.n_rows() as u32).collect();
    order(&mut rows);
    let part = |k: usize| {
        let own: Vec<u32> =
            rows.iter().copied().filter(|&row| hash(groups.level(row as usize).unwrap()) % n == k).collect();
        let own = frame.select(&own);
        let texts = own.column(group).unwrap().to_factor();
        let texts: Vec<&str> = (0..own.n_rows()).map(|row| texts.level(row).unwrap()).collect();
        own.clone().with_column(Column::factor(group, texts)).unwrap()
    };
    (0..n).map(part).collect()
}

fn as_they_stand(_: &mut Vec<u32>) {}

/// Models of data with the group by which rows are divided; among them dependent columns, rows with missing values, numbers
/// as visits, times far from zero, weights, offsets, strata, nested groups and parameters by group.
fn models() -> Vec<(Lmm, Frame, &'static str)> {
    let (sleep, fev, orthodont, pastes) = (read("sleepstudy"), fev(), read("orthodont"), read("pastes"));
    let n = sleep.n_rows();
    let numbers = |name: &str, of: &dyn Fn(usize) -> f64| Column::float(name, (0..n).map(of).collect());
    let days = sleep.column("Days").unwrap().to_numeric().unwrap();
    let sleep = sleep
        .clone()
        .with_column(numbers("year", &|row| 2020.0 + days[row]))
        .and_then(|frame| frame.with_column(numbers("w", &|row| 1.0 + (row % 3) as f64)))
        .and_then(|frame| frame.with_column(numbers("double", &|row| 3.0 - 2.0 * days[row])))
        .and_then(|frame| frame.with_column(numbers("off", &|row| (row % 7) as f64)))
        .unwrap();
    let of = |formula: &str, frame: &Frame, group| (Lmm::new(formula.parse().unwrap()), frame.clone(), group);
    let ml = |formula: &str, frame: &Frame, group| {
        (Lmm::new(formula.parse().unwrap()).criterion(Criterion::Ml), frame.clone(), group)
    };
    let weighted = Lmm::new("Reaction ~ Days + offset(off) + (1 | Subject)".parse().unwrap()).weights("w");
    vec![
        of("Reaction ~ Days + (Days | Subject)", &sleep, "Subject"),
        ml("Reaction ~ year + (year | Subject)", &sleep, "Subject"),
        of("Reaction ~ Days + double + I(Days^2) + (1 | Subject)", &sleep, "Subject"),
        of("Reaction ~ factor(Days) + cs(Days | Subject)", &sleep, "Subject"),
        of("Reaction ~ Days + sp_exp(Days | Subject)", &sleep, "Subject"),
        (weighted, sleep, "Subject"),
        of("FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)", &fev, "USUBJID"),
        ml("FEV1 ~ RACE * SEX * AVISIT + ar1h(AVISIT | ARMCD/USUBJID)", &fev, "USUBJID"),
        of("distance ~ age * Sex + (age | Subject) + var_ident(Sex)", &orthodont, "Subject"),
        of("strength ~ 1 + (1 | batch/cask)", &pastes, "batch"),
    ]
}

fn compare(whole: &SavedFit, parted: &SavedFit) {
    let name = whole.formula();
    assert_eq!((whole.rows(), whole.n_clusters()), (parted.rows(), parted.n_clusters()), "{name}");
    assert_eq!((whole.names(), whole.aliased()), (parted.names(), parted.aliased()), "{name}");
    let (a, b) = (whole.minus_two_log_likelihood(), parted.minus_two_log_likelihood());
    assert!((a - b).abs() <= 1e-12 * a.abs(), "{name}: {a} {b}");
    let groups = |fit: &SavedFit| fit.covariance().random.iter().map(|term| term.n_groups).collect::<Vec<_>>();
    assert_eq!(groups(whole), groups(parted));
    // The optimum of a flat deviance is known to about the root of its rounding: 1e-6 of a standard error.
    for ((label, one), (_, other)) in whole.natural_parameters().iter().zip(parted.natural_parameters()) {
        assert!((one - other).abs() <= 1e-6 * one.abs().max(1e-3), "{name} {label}: {one} {other}");
    }
    let methods: [Box<dyn DfMethod>; 2] = [Box::new(Satterthwaite::default()), Box::new(KenwardRoger::default())];
    for method in methods {
        let Ok(inference) = whole.inference(method.as_ref()) else { continue };
        let rows = parted.inference(method.as_ref()).unwrap().coefficients().unwrap();
        for (one, other) in inference.coefficients().unwrap().iter().zip(&rows) {
            assert_eq!(one.term, other.term);
            assert_close(one.estimate, other.estimate, 1e-9);
            assert_close(one.std_error, other.std_error, 1e-8);
            let (a, b) = (one.df.unwrap(), other.df.unwrap());
            assert!((a - b).abs() <= 1e-6 * a, "{name} {}: {a} {b}", one.term);
        }
    }
}

#[test]
fn a_fit_to_rows_in_parts_is_the_fit_to_all_rows() {
    for (model, frame, group) in models() {
        let whole = model.fit(&frame).unwrap().save(Groups::LeftOut);
        for n in [1, 3, 16] {
            let parted = model.fit_partitioned(&parts(&frame, group, n, as_they_stand)).unwrap();
            compare(&whole, &parted);
        }
    }
}

#[test]
fn neither_threads_nor_the_order_of_rows_change_a_bit() {
    for (model, frame, group) in models() {
        let json = |threads, rows: Vec<Frame>| {
            let fit = model.clone().threads(Threads::new(threads)).fit_partitioned(&rows).unwrap();
            format!("{fit:?}")
        };
        let one = json(1, parts(&frame, group, 7, as_they_stand));
        for threads in [2, 7] {
            assert_eq!(one, json(threads, parts(&frame, group, 7, as_they_stand)));
        }
        assert_eq!(one, json(2, parts(&frame, group, 7, |rows| rows.reverse())));
        let mixed = |rows: &mut Vec<u32>| rows.sort_by_key(|row| row.wrapping_mul(2_654_435_761));
        assert_eq!(one, json(3, parts(&frame, group, 7, mixed)));
    }
}

#[test]
fn means_by_every_weighting_are_those_of_the_whole() {
    let formula = "FEV1 ~ RACE * SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)";
    let model = Lmm::new(formula.parse().unwrap());
    let whole = model.fit(&fev()).unwrap().save(Groups::LeftOut);
    let parted = model.fit_partitioned(&parts(&fev(), "USUBJID", 9, as_they_stand)).unwrap();
    for weights in [Weights::Equal, Weights::Proportional, Weights::Joint, Weights::Cells] {
        let of = |fit: &SavedFit| -> Vec<f64> {
            let means = ReferenceGrid::new(fit).weights(weights).means("ARMCD | AVISIT").unwrap();
            means.into_iter().flat_map(|mean| mean.row).collect()
        };
        of(&whole).iter().zip(of(&parted)).for_each(|(a, b)| assert_close(*a, b, 1e-14));
    }
}

#[test]
fn what_needs_rows_says_so_and_every_other_method_answers() {
    let (model, frame, group) = models().swap_remove(6);
    let fit = model.fit_partitioned(&parts(&frame, group, 4, as_they_stand)).unwrap();
    let mut answered = 0;
    for method in df_methods() {
        match fit.inference(method.as_ref()).and_then(|inference| inference.coefficients()) {
            Ok(_) => answered += 1,
            Err(error) => assert!(["needs_rows", "method_does_not_apply"].contains(&error.code()), "{}", error.code()),
        }
    }
    assert!(answered >= 4, "{answered}");
    assert_eq!(fit.group_effects().unwrap_err().code(), "needs_rows");
}

#[test]
fn models_of_the_same_parts_can_be_compared_and_of_others_not() {
    let (_, frame, group) = models().swap_remove(6);
    let rows = parts(&frame, group, 4, as_they_stand);
    let fit = |formula: &str, rows: &Vec<Frame>| {
        Lmm::new(formula.parse().unwrap()).criterion(Criterion::Ml).fit_partitioned(rows).unwrap()
    };
    let large = fit("FEV1 ~ ARMCD * AVISIT + us(AVISIT | USUBJID)", &rows);
    let small = fit("FEV1 ~ ARMCD + AVISIT + us(AVISIT | USUBJID)", &rows);
    assert_eq!(large.likelihood_ratio(&small).unwrap().df, 3);
    let fewer = fit("FEV1 ~ ARMCD + AVISIT + us(AVISIT | USUBJID)", &rows[1..].to_vec());
    assert!(large.likelihood_ratio(&fewer).is_err());
}

#[test]
fn what_is_learnt_from_all_rows_is_refused() {
    let (_, frame, group) = models().swap_remove(0);
    let rows = parts(&frame, group, 4, as_they_stand);
    for formula in [
        "Reaction ~ poly(Days, 2) + (1 | Subject)",
        "Reaction ~ scale(Days) + (1 | Subject)",
        "Reaction ~ Days + (1 | Subject) + var_power(w)",
        "Reaction ~ Days + (1 | Subject) + var_power()",
    ] {
        let error = Lmm::new(formula.parse().unwrap()).fit_partitioned(&rows).unwrap_err();
        assert_eq!(error.code(), "needs_all_rows", "{formula}: {error}");
    }
}

/// Frames with a ceiling.
struct Below(Vec<Frame>, usize);

impl Partitions for Below {
    fn n_parts(&self) -> usize {
        self.0.len()
    }
    fn part(&self, k: usize) -> Result<Frame> {
        Ok(self.0[k].clone())
    }
    fn ceiling(&self) -> Option<usize> {
        Some(self.1)
    }
}

#[test]
fn patterns_that_would_take_more_than_the_ceiling_are_refused_before_they_do() {
    let (model, frame, group) = models().swap_remove(0);
    let rows = parts(&frame, group, 4, as_they_stand);
    let error = model.fit_partitioned(&Below(rows.clone(), 1_000)).unwrap_err();
    assert_eq!(error.code(), "memory_ceiling");
    assert!(model.fit_partitioned(&Below(rows, 100_000)).is_ok());
}

#[test]
fn parts_without_rows_and_rows_without_values_are_of_no_account() {
    let (model, frame, group) = models().swap_remove(0);
    let n = frame.n_rows();
    let presence = (0..n).map(|row| if row % 10 == 3 { Presence::Missing } else { Presence::Observed }).collect();
    let holed = frame.column("Reaction").unwrap().clone().with_presence(presence);
    let frame = frame.with_column(holed).unwrap();
    let whole = model.fit(&frame).unwrap().save(Groups::LeftOut);
    let mut rows = parts(&frame, group, 3, as_they_stand);
    rows.insert(1, rows[0].select(&[]));
    compare(&whole, &model.fit_partitioned(&rows).unwrap());
    let none = vec![rows[0].select(&[])];
    assert_eq!(model.fit_partitioned(&none).unwrap_err().code(), "no_rows");
}

#[test]
fn messages_name_rows_by_their_numbers_in_the_file() {
    let (_, frame, group) = models().swap_remove(0);
    let numbered = |frame: &Frame| {
        let n = frame.n_rows() as u64;
        frame.clone().with_row_numbers((0..n).map(|row| 1_000 + row).collect()).unwrap()
    };
    let twice = frame.select(&[(0..180).collect::<Vec<u32>>(), vec![7]].concat());
    let fit = |formula: &str, frame: &Frame| {
        let rows = parts(&numbered(frame), group, 4, as_they_stand);
        Lmm::new(formula.parse().unwrap()).fit_partitioned(&rows).unwrap_err().to_string()
    };
    let message = fit("Reaction ~ Days + ar1(Days | Subject)", &twice);
    assert!(message.starts_with("rows 1007 and 1180 are the same `Subject`"), "{message}");
    let message = fit("log(Days) ~ 1 + (1 | Subject)", &frame);
    // A subject has ten rows, the first of them on day 0.
    let number: u64 = message.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(message.contains("is not a finite number in row"), "{message}");
    assert!(number >= 1_000 && number.is_multiple_of(10), "{message}");
}
