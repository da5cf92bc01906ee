//! Expected values are those of R 4.2.2: the names and `colSums(m * (1:12))` of `m <- model.matrix(formula, d)`.

use super::*;

#[test]
fn columns_and_their_names_are_those_of_r() {
    let cases: &[(&str, &[&str], &[f64])] = &[
        (
            "y ~ arm * visit",
            &["(Intercept)", "armNIM", "visit15", "visit30", "armNIM:visit15", "armNIM:visit30"],
            &[78.0, 57.0, 26.0, 30.0, 19.0, 21.0],
        ),
        ("y ~ 0 + arm + visit", &["armSAU", "armNIM", "visit15", "visit30"], &[21.0, 57.0, 26.0, 30.0]),
        (
            "y ~ arm:visit",
            &[
                "(Intercept)",
                "armSAU:visit0",
                "armNIM:visit0",
                "armSAU:visit15",
                "armNIM:visit15",
                "armSAU:visit30",
                "armNIM:visit30",
            ],
            &[78.0, 5.0, 17.0, 7.0, 19.0, 9.0, 21.0],
        ),
        (
            "y ~ arm + arm:visit",
            &["(Intercept)", "armNIM", "armSAU:visit15", "armNIM:visit15", "armSAU:visit30", "armNIM:visit30"],
            &[78.0, 57.0, 7.0, 19.0, 9.0, 21.0],
        ),
        ("y ~ x:arm", &["(Intercept)", "x:armSAU", "x:armNIM"], &[78.0, 99.0, 288.5]),
        ("y ~ 0 + x:arm", &["x:armSAU", "x:armNIM"], &[99.0, 288.5]),
        ("y ~ arm + x:arm", &["(Intercept)", "armNIM", "armSAU:x", "armNIM:x"], &[78.0, 57.0, 99.0, 288.5]),
        ("y ~ 0 + x + x:arm", &["x", "x:armSAU", "x:armNIM"], &[387.5, 99.0, 288.5]),
        (
            "y ~ arm * visit * x",
            &[
                "(Intercept)",
                "armNIM",
                "visit15",
                "visit30",
                "x",
                "armNIM:visit15",
                "armNIM:visit30",
                "armNIM:x",
                "visit15:x",
                "visit30:x",
                "armNIM:visit15:x",
                "armNIM:visit30:x",
            ],
            &[78.0, 57.0, 26.0, 30.0, 387.5, 19.0, 21.0, 288.5, 178.5, 168.0, 147.0, 114.0],
        ),
        (
            "y ~ visit/x",
            &["(Intercept)", "visit15", "visit30", "visit0:x", "visit15:x", "visit30:x"],
            &[78.0, 26.0, 30.0, 41.0, 178.5, 168.0],
        ),
        (
            "y ~ arm:sex + visit",
            &["(Intercept)", "visit15", "visit30", "armSAU:sexf", "armNIM:sexf", "armSAU:sexm", "armNIM:sexm"],
            &[78.0, 26.0, 30.0, 10.0, 29.0, 11.0, 28.0],
        ),
        (
            "y ~ 0 + I(x^2) + log(x) + sqrt(x):arm",
            &["I(x^2)", "log(x)", "sqrt(x):armSAU", "sqrt(x):armNIM"],
            &[2495.25, 109.210003787489043, 44.581922492359411, 121.569678196214113],
        ),
        (
            "y ~ poly(x, 2) * arm",
            &["(Intercept)", "poly(x, 2)1", "poly(x, 2)2", "armNIM", "poly(x, 2)1:armNIM", "poly(x, 2)2:armNIM"],
            &[78.0, 4.9029586221250971, 2.7609389387630716, 57.0, 4.1903192875138924, 6.2787483327399105],
        ),
        (
            "y ~ scale(x) + exp(-x/2) + sin(2 * pi * x)",
            &["(Intercept)", "scale(x)", "exp(-x/2)", "sin(2 * pi * x)"],
            &[78.0, 16.261274112226850, 13.848939287370095, 0.0],
        ),
        (
            "y ~ poly(x, 2, raw = TRUE)",
            &["(Intercept)", "poly(x, 2, raw = TRUE)1", "poly(x, 2, raw = TRUE)2"],
            &[78.0, 387.5, 2495.25],
        ),
        ("y ~ arm * sex - sex", &["(Intercept)", "armNIM", "armSAU:sexm", "armNIM:sexm"], &[78.0, 57.0, 11.0, 28.0]),
        (
            "y ~ 0 + x + arm:sex",
            &["x", "armSAU:sexf", "armNIM:sexf", "armSAU:sexm", "armNIM:sexm"],
            &[387.5, 10.0, 29.0, 11.0, 28.0],
        ),
    ];
    let frame = small();
    for (formula, names, weighted) in cases {
        let design = build(formula, &frame).unwrap();
        assert_eq!(design.recipe().columns, *names, "{formula}");
        let x = all_columns(&design, &frame);
        for (column, expected) in weighted.iter().enumerate() {
            let sum: f64 = (0..12).map(|row| x[(row, column)] * (row + 1) as f64).sum();
            // The sums have 17 printed digits and are over 12 terms.
            approx::assert_relative_eq!(sum, expected, epsilon = 1e-12, max_relative = 1e-13);
        }
    }
}
