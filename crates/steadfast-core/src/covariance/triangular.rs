//! Symmetric and triangular matrices packed by rows: (1,1), (2,1), (2,2), (3,1), …

use super::Number;

/// The place of (i, j), j ≤ i.
pub(super) fn at(i: usize, j: usize) -> usize {
    i * (i + 1) / 2 + j
}

/// (i, j) of each place.
pub(super) fn places(m: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..m).flat_map(|i| (0..=i).map(move |j| (i, j)))
}

/// L L' of a packed lower triangle.
pub(super) fn gram<T: Number>(l: &[T], m: usize) -> Vec<T> {
    places(m).map(|(i, j)| (0..=j).fold(T::constant(0.0), |sum, k| sum + l[at(i, k)] * l[at(j, k)])).collect()
}

/// The whole of a packed symmetric matrix into `out`, m × m.
pub(super) fn full<T: Number>(packed: &[T], m: usize, out: &mut [T]) {
    for ((i, j), value) in places(m).zip(packed) {
        out[i * m + j] = *value;
        out[j * m + i] = *value;
    }
}

/// L of a packed positive definite matrix L L'; `None` where it is not.
pub(super) fn factor(packed: &[f64], m: usize) -> Option<Vec<f64>> {
    let mut l = packed.to_vec();
    for (i, j) in places(m) {
        let rest = (0..j).fold(l[at(i, j)], |rest, k| rest - l[at(i, k)] * l[at(j, k)]);
        l[at(i, j)] = match i == j {
            false => rest / l[at(j, j)],
            true if rest > 0.0 => rest.sqrt(),
            true => return None,
        };
    }
    Some(l)
}
