//! Four children, worked by hand.

use super::*;

/// SAU: 10 → 9, 14 → 11; NIM: 11 → 7, 13 → 11.
fn frame() -> Frame {
    Frame::new(vec![
        Column::factor("child", ["a", "a", "b", "b", "c", "c", "d", "d"]),
        Column::factor("arm", ["SAU", "SAU", "SAU", "SAU", "NIM", "NIM", "NIM", "NIM"]),
        Column::factor("visit", ["0", "15", "0", "15", "0", "15", "0", "15"]),
        Column::float("sdq", vec![10.0, 9.0, 14.0, 11.0, 11.0, 7.0, 13.0, 11.0]),
    ])
    .unwrap()
}

/// Within arms Sxx = 8 + 2 = 10 and Sxy = 4 + 4 = 8, so the slope is 0.8; mean baselines are both 12.
/// The effect is (9 − 10) − 0.8 (12 − 12) = −1; RSS = (2 + 8) − 64/10 = 3.6.
#[test]
fn ancova_and_clda_of_four_children() {
    let ancova = effects(&sdq(ANCOVA).fit(&frame()).unwrap())[0];
    assert_near(ancova.0, -1.0, 1e-12);
    assert_near(ancova.1, (3.6 / 1.0 * (0.5 + 0.5_f64)).sqrt(), 1e-12);
    let clda = sdq(Baseline::Constrained).fit(&frame()).unwrap();
    let found = effects(&clda)[0];
    assert_near(found.0, -1.0, 1e-9);
    assert_near(found.1, (3.6 / 2.0 * (0.5 + 0.5_f64)).sqrt(), 1e-9);
    // All four children make the mean at baseline, in either arm.
    let means = values(&clda, &clda.means().unwrap());
    assert_near(means[0].0, 12.0, 1e-9);
    assert_near(means[1].0, 12.0, 1e-9);
}

/// Changes are −1, −3 and −4, −2: the means differ by −1 with variance (2 + 2)/2 · (1/2 + 1/2).
#[test]
fn change_of_four_children() {
    for analysis in [Baseline::Change, Baseline::Unconstrained] {
        let found = effects(&sdq(analysis).fit(&frame()).unwrap())[0];
        assert_near(found.0, -1.0, 1e-12);
        assert_near(found.1, 2.0_f64.sqrt(), 1e-9);
    }
}
