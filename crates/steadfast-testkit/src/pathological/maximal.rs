//! Maximal models: every effect random by subject and by item, of which the data support few.

use steadfast_core::frame::Frame;

use super::{Ending, Pathology, ROUNDING, draws, normals, table};

/// Three crossed treatments of two levels, all their products random by subjects and by items: two covariance matrices of
/// order 8 and 73 parameters, the shape of Kronmüller and Barr's (2007) experiment, whose maximal model is a standing
/// example of a fit that ends on the boundary.
pub(super) const MAXIMAL: Pathology = Pathology {
    name: "maximal",
    about: "73 covariance parameters, of which the data were made with four",
    formula: "y ~ a * b * c + (1 + a * b * c | subj) + (1 + a * b * c | item)",
    frame,
    ending: Ending::Boundary,
    rounding: ROUNDING,
};

/// The same with the interactions left out on the items' side.
pub(super) const MAXIMAL_BY_SUBJECT: Pathology = Pathology {
    name: "maximal by subject",
    about: "47 covariance parameters, of which the data were made with four",
    formula: "y ~ a * b * c + (1 + a * b * c | subj) + (1 + a + b + c | item)",
    frame,
    ending: Ending::Boundary,
    rounding: ROUNDING,
};

/// Two treatments alone.
pub(super) const MAXIMAL_OF_TWO: Pathology = Pathology {
    name: "maximal of two",
    about: "21 covariance parameters, of which the data were made with four",
    formula: "y ~ a * b + (1 + a * b | subj) + (1 + a * b | item)",
    frame,
    ending: Ending::Boundary,
    rounding: ROUNDING,
};

/// 28 subjects by 16 items, one row each, the eight treatments in a Latin arrangement; contrasts are ±1.
///
/// ```text
/// y = 20 + 2a − b + 0.5ab + s₀ + s₁·a + i₀ + i₁·b + e,   sd(s) = 3, 1   sd(i) = 2, 1.5   sd(e) = 4
/// ```
fn frame() -> Frame {
    let (subjects, items) = (28, 16);
    let mut draw = draws("maximal");
    let of_subject = (normals(&mut draw, subjects, 3.0), normals(&mut draw, subjects, 1.0));
    let of_item = (normals(&mut draw, items, 2.0), normals(&mut draw, items, 1.5));
    let mut x = [Vec::new(), Vec::new(), Vec::new()];
    let (mut y, mut subj, mut item) = (Vec::new(), Vec::new(), Vec::new());
    for s in 0..subjects {
        for i in 0..items {
            let treatment = (s + i) % 8;
            let sign = |bit: usize| if treatment >> bit & 1 == 1 { 1.0 } else { -1.0 };
            let (a, b) = (sign(0), sign(1));
            let mean = 20.0 + 2.0 * a - b + 0.5 * a * b;
            let random = of_subject.0[s] + of_subject.1[s] * a + of_item.0[i] + of_item.1[i] * b;
            y.push(mean + random + 4.0 * draw.normal());
            (0..3).for_each(|bit| x[bit].push(sign(bit)));
            subj.push(s);
            item.push(i);
        }
    }
    let [a, b, c] = x;
    table(y, vec![("a", a), ("b", b), ("c", c)], vec![("subj", subj), ("item", item)])
}
