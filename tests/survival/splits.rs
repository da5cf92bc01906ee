//! Rows cut in pieces, and effects that differ by stratum.

use steadfast_core::event_history::{Changes, Columns, split_at, with_changes};
use steadfast_core::frame::{Column, Factor, Frame};
use steadfast_core::survival::{Cox, CoxFit, Variance};

use super::cox::veteran;
use super::{ITERATED, ROUNDING, close, external};

fn cox(formula: &str) -> Cox {
    Cox::new(formula.parse().unwrap())
}

fn errors(fit: &CoxFit, variance: Variance) -> Vec<f64> {
    fit.inference(variance).unwrap().coefficients().unwrap().iter().map(|row| row.std_error).collect()
}

fn numbers(frame: &Frame, name: &str) -> Vec<f64> {
    frame.column(name).unwrap().to_numeric().unwrap().to_vec()
}

/// Who had a plasma cell malignancy, from when on.
fn progressed(frame: &Frame) -> Frame {
    let (id, time, state) = (numbers(frame, "id"), numbers(frame, "ptime"), numbers(frame, "pstat"));
    let rows: Vec<usize> = (0..frame.n_rows()).filter(|&row| state[row] > 0.5).collect();
    Frame::new(vec![
        Column::integer("person", rows.iter().map(|&row| id[row] as i64).collect()),
        Column::float("month", rows.iter().map(|&row| time[row]).collect()),
        Column::integer("pcm", vec![1; rows.len()]),
    ])
    .unwrap()
}

/// survival 3.5-3 on mgus2: base <- tmerge(d, d, id = id, died = event(futime, death)); m <- tmerge(base, d[d$pstat == 1, ], id = id, pcm =
/// tdc(ptime, 1, 0)); coxph(Surv(tstart, tstop, died) ~ age + sex + pcm, m, cluster = id); then s <- survSplit(m, cut = c(24, 120),
/// episode = "tg") and ~ (age + sex) * strata(tg) + pcm. Nine had their malignancy at the end of observation: they stay one row.
#[test]
fn covariates_that_change_and_effects_by_band_are_those_of_r() {
    let Some((frame, _)) = external("mgus2", "finegray_mgus2") else { return };
    let columns = Columns::new("futime", "death").subject("id");
    let spec = Changes::new("person", "month", "pcm").starting_at(0.0);
    let split = with_changes(&frame, &columns, &progressed(&frame), &spec).unwrap();
    assert_eq!((split.frame().n_rows(), split.findings().iter().count()), (1490, 9));
    let fit = cox("Surv(start, futime, death) ~ age + sex + pcm + cluster(id)").fit(split.frame()).unwrap();
    close("coefficients", fit.beta(), &[0.0632618394251031, 0.3591244172607013, 1.6115891090566827], ITERATED);
    let robust = [0.00352692165668009, 0.06451083224307047, 0.14392309780737544];
    close("robust", &errors(&fit, Variance::Cr0), &robust, ITERATED);
    let (null, fitted) = fit.log_likelihood();
    close("likelihood", &[null, fitted], &[-6269.19474480309, -6002.10257365816], ROUNDING);

    let bands = split_at(split.frame(), split.columns(), &[24.0, 120.0], "tg").unwrap();
    assert_eq!(bands.frame().n_rows(), 3064);
    let fit = cox("Surv(start, futime, death) ~ (age + sex) * strata(tg) + pcm + cluster(id)");
    let fit = fit.fit(bands.frame()).unwrap();
    let beta = [
        0.0363159752170032,
        0.3661767814973547,
        1.651_931_665_272_908,
        0.0344769010142801,
        0.0483473461450571,
        0.0734303409849673,
        -0.1737550960456943,
    ];
    close("coefficients by band", fit.beta(), &beta, ITERATED);
    let robust = [
        0.00643019124137203,
        0.13158771074130882,
        0.147_747_884_249_478_1,
        0.00820309484453192,
        0.011_070_778_005_767_1,
        0.158_264_290_070_814_6,
        0.20553676163546528,
    ];
    close("robust by band", &errors(&fit, Variance::Cr0), &robust, ITERATED);
    close("likelihood by band", &[fit.log_likelihood().1], &[-5987.12180861494], ROUNDING);
}

/// survival 3.5-3, veteran: coxph(Surv(time, status) ~ karno * strata(trt, prior)); ~ karno:strata(trt) + age; ~ celltype:strata(trt) + age,
/// of which R gives two columns that others determine.
#[test]
fn effects_that_differ_by_stratum_are_those_of_r() {
    let Some((frame, _)) = external("veteran", "cox_veteran_efron") else { return };
    let frame = veteran(&frame);
    let fit = cox("Surv(time, status) ~ karno:strata(trt) + age").fit(&frame).unwrap();
    assert_eq!(fit.names(), ["age", "karno:factor(trt)1", "karno:factor(trt)2"]);
    close("by treatment", fit.beta(), &[-0.00320562077526001, -0.02392546057035528, -0.04246120134630213], ITERATED);
    close("by treatment", &[fit.log_likelihood().1], &[-397.658847083026], ROUNDING);
    let fit = cox("Surv(time, status) ~ celltype:strata(trt) + age").fit(&frame).unwrap();
    assert_eq!((fit.beta().len(), fit.aliased().len()), (7, 0));
    close("cell types", &[fit.log_likelihood().1], &[-404.820354995863], ROUNDING);

    // Of two factors, effects are differences of differences; those by cell are sums.
    let fit = cox("Surv(time, status) ~ karno * strata(trt, prior)").fit(&frame).unwrap();
    let [first, by_trt, by_prior, both] = *fit.beta() else { panic!("{:?}", fit.names()) };
    let cells = [first, by_prior, by_trt, by_trt + by_prior + both];
    let r = [-0.0159647608919003, -0.0382164552347949, -0.0212548574228664, -0.0388446021503474];
    close("by cell", &cells, &r, ITERATED);
    close("by cell", &[fit.log_likelihood().1], &[-324.171482168477], ROUNDING);
}

/// A model whose covariates all interact with the strata is one model a stratum.
#[test]
fn a_model_with_all_interactions_is_a_model_for_each_stratum() {
    let frame = Frame::new(vec![
        Column::float("t", vec![5.0, 3.0, 8.0, 3.0, 9.0, 2.0, 7.0, 5.0, 11.0, 4.0, 6.0, 10.0]),
        Column::integer("e", vec![1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1]),
        Column::float("x", vec![1.0, 0.0, 1.5, 2.0, -1.0, 0.5, 0.2, 1.1, -0.4, 0.9, 0.3, -0.7]),
        Column::from_factor("site", Factor::from_values(["b", "a"].repeat(6).iter().map(Some))),
    ])
    .unwrap();
    let whole = cox("Surv(t, e) ~ x * strata(site)").fit(&frame).unwrap();
    assert_eq!(whole.names(), ["x", "x:factor(site)b"]);
    let site = frame.column("site").unwrap().to_factor();
    let of = |level: &str| {
        let rows = (0..12).map(|row| f64::from(u8::from(site.level(row) == Some(level)))).collect();
        let frame = frame.clone().with_column(Column::float("w", rows)).unwrap();
        cox("Surv(t, e) ~ x").weights("w").fit(&frame).unwrap()
    };
    let (a, b) = (of("a"), of("b"));
    close("sites", whole.beta(), &[a.beta()[0], b.beta()[0] - a.beta()[0]], 1e-9);
    let likelihoods = [whole.log_likelihood().1];
    close("likelihoods", &likelihoods, &[a.log_likelihood().1 + b.log_likelihood().1], 1e-12);
    let rows = frame.column("t").unwrap().len();
    assert_eq!(whole.rows().len(), rows);
}
