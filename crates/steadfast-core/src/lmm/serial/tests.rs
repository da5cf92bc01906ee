use super::Serial;
use crate::frame::{Column, Frame};
use crate::lmm::fixtures::{assert_close, fit, read};

fn frame(subject: &[&str], time: &[f64]) -> Frame {
    Frame::new(vec![Column::factor("who", subject), Column::float("when", time.to_vec())]).unwrap()
}

#[test]
fn a_missed_visit_counts_in_the_lag() {
    // a: 1, −1 at times 0, 2; b: 2, 1 at 0, 1. Lag 1: 2·1; lag 2: 1·(−1); Σr²/4 = 7/4.
    let frame = frame(&["a", "a", "b", "b"], &[0.0, 2.0, 0.0, 1.0]);
    let serial = Serial::new(&[0, 1, 2, 3], &[1.0, -1.0, 2.0, 1.0], &frame, "who", "when").unwrap();
    let lags = serial.autocorrelation(1.96);
    assert_eq!(lags.iter().map(|lag| (lag.lag, lag.n_pairs)).collect::<Vec<_>>(), [(1, 1), (2, 1)]);
    assert_close(lags[0].correlation, 8.0 / 7.0, 1e-15);
    assert_close(lags[1].correlation, -4.0 / 7.0, 1e-15);
}

#[test]
fn semivariances_are_half_mean_squares_of_differences() {
    let frame = frame(&["a", "a", "a", "b", "b"], &[0.0, 1.0, 3.0, 5.0, 6.0]);
    let serial = Serial::new(&[0, 1, 2, 3, 4], &[1.0, 2.0, 5.0, 0.0, 3.0], &frame, "who", "when").unwrap();
    // Distance 1: ½(1² + 3²)/2 = 2.5; 2: ½·9 = 4.5; 3: ½·16 = 8.
    let all = serial.semivariogram(10).unwrap();
    let found: Vec<(f64, f64, usize)> = all.iter().map(|d| (d.distance, d.semivariance, d.n_pairs)).collect();
    assert_eq!(found, [(1.0, 2.5, 2), (2.0, 4.5, 1), (3.0, 8.0, 1)]);
    // One group: ½(1 + 9 + 9 + 16)/4 at mean distance 7/4.
    let one = serial.semivariogram(1).unwrap();
    assert_eq!((one.len(), one[0].distance, one[0].semivariance), (1, 1.75, 4.375));
}

#[test]
fn the_right_model_leaves_normalised_residuals_without_correlation() {
    let frame = read("orthodont");
    let independent = fit("distance ~ age * Sex", &frame).residuals().unwrap();
    let modelled = fit("distance ~ age * Sex + us(visit | Subject)", &frame).residuals().unwrap();
    let largest = |residuals| {
        let lags = Serial::normalized(residuals, &frame, "Subject", "visit").unwrap().autocorrelation(1.96);
        lags.iter().map(|lag| lag.correlation.abs()).fold(0.0, f64::max)
    };
    assert!(largest(&independent) > 0.4 && largest(&modelled) < 0.1);
}

#[test]
fn what_cannot_be_ordered_is_refused() {
    let frame = frame(&["a", "a"], &[0.0, f64::NAN]);
    let code = |rows: &[u32]| Serial::new(rows, &vec![0.0; rows.len()], &frame, "who", "when").unwrap_err().code();
    assert_eq!(code(&[0, 1]), "missing_value");
    assert_eq!(code(&[2]), "different_frame");
    let levels = Frame::new(vec![Column::factor("who", ["a", "a"]), Column::factor("when", ["x", "y"])]).unwrap();
    let serial = Serial::new(&[0, 1], &[0.0, 1.0], &levels, "who", "when").unwrap();
    assert_eq!(serial.semivariogram(3).unwrap_err().code(), "not_numeric");
    assert_eq!(serial.semivariogram(0).unwrap_err().code(), "bins");
}
