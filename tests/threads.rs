//! The same input gives the same bits.

use steadfast_core::frame::Frame;
use steadfast_core::inference::df_method;
use steadfast_core::lmm::{Criterion, Lmm, LmmFit};
use steadfast_core::parallel::Threads;
use steadfast_testkit::models::{Generator, MODELS, sample};

use crate::support::{fixture, model, sleepstudy};

/// Every number of a fit, to the bit.
fn bits(fit: &LmmFit) -> Vec<u64> {
    let mut numbers = vec![fit.minus_two_log_likelihood()];
    numbers.extend(fit.beta());
    numbers.extend(fit.vcov().iter());
    for term in &fit.covariance().random {
        numbers.extend(term.covariance.iter().flatten());
    }
    for method in ["satterthwaite", "kenward-roger"] {
        let inference = fit.inference(df_method(method).unwrap().as_ref()).unwrap();
        for row in inference.coefficients().unwrap() {
            numbers.extend([row.std_error, row.df.unwrap(), row.p_value, row.conf_low, row.conf_high]);
        }
    }
    numbers.into_iter().map(f64::to_bits).collect()
}

fn on(threads: usize, model: &Lmm, frame: &Frame) -> Vec<u64> {
    bits(&model.clone().threads(Threads::new(threads)).fit(frame).unwrap())
}

fn cases() -> Vec<(String, Lmm, Frame)> {
    let laws = MODELS.iter().map(|law| (law.name.to_owned(), model(law.formula, Criterion::Reml), sample(17)));
    let slope = model("Reaction ~ Days + (Days | Subject)", Criterion::Reml);
    let crossed = model("diameter ~ 1 + (1 | plate) + (1 | sample)", Criterion::Reml);
    let others = [
        ("sleepstudy".to_owned(), slope, sleepstudy()),
        ("penicillin".to_owned(), crossed, fixture("penicillin", &["plate", "sample"])),
    ];
    laws.chain(others).collect()
}

#[test]
fn the_number_of_threads_does_not_change_a_bit() {
    for (name, model, frame) in cases() {
        let one = on(1, &model, &frame);
        assert_eq!(one, on(2, &model, &frame), "{name} on 2 threads");
        assert_eq!(one, on(7, &model, &frame), "{name} on 7 threads");
    }
}

#[test]
fn the_same_call_twice_gives_the_same_bits() {
    for (name, model, frame) in cases() {
        assert_eq!(on(2, &model, &frame), on(2, &model, &frame), "{name}");
    }
}

#[test]
fn the_order_of_the_rows_does_not_change_a_bit() {
    for (name, model, frame) in cases() {
        let mut rows: Vec<u32> = (0..frame.n_rows() as u32).collect();
        Generator::new(5).shuffle(&mut rows);
        assert_eq!(on(1, &model, &frame), on(1, &model, &frame.select(&rows)), "{name}");
    }
}
