//! The order of rows, which depends on what they say alone.

use std::cmp::Ordering;

use super::RiskRow;

/// The places of the rows by stratum and the time at which they stop; among those that stop together by a digest of all else that
/// they say, so that no sum depends on the order in which rows were given.
pub(super) fn order(rows: &[RiskRow], x: &[f64], p: usize) -> Vec<u32> {
    let mut keys: Vec<(u32, u64, u32)> =
        rows.iter().enumerate().map(|(at, row)| (row.stratum, ascending(row.stop), at as u32)).collect();
    keys.sort_unstable();
    if !keys.windows(2).any(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1)) {
        return keys.into_iter().map(|(_, _, at)| at).collect();
    }
    // Rows are seen once for their digests; comparisons of whole rows would see each of them log n times.
    let digests: Vec<u64> = rows.iter().enumerate().map(|(at, row)| digest(row, &x[at * p..(at + 1) * p])).collect();
    for same in keys.chunk_by_mut(|a, b| (a.0, a.1) == (b.0, b.1)) {
        if same.len() > 1 {
            let digest = |key: &(u32, u64, u32)| digests[key.2 as usize];
            same.sort_unstable_by(|a, b| {
                let by_all = || compare(rows, x, p, a.2 as usize, b.2 as usize).then(a.2.cmp(&b.2));
                digest(a).cmp(&digest(b)).then_with(by_all)
            });
        }
    }
    keys.into_iter().map(|(_, _, at)| at).collect()
}

/// A number made from all that a row says but its stratum and its stop; rows that differ have the same one by accident only.
fn digest(row: &RiskRow, x: &[f64]) -> u64 {
    let first = [row.start, row.weight, row.offset, f64::from(u8::from(row.event))];
    // The multiplier of Steele and Vigna's 64-bit congruential generators (2021, Software: Practice and Experience 52:443).
    let mix = |digest: u64, value: &f64| (digest ^ value.to_bits()).wrapping_mul(0xd134_2543_de82_ef95).rotate_left(29);
    first.iter().chain(x).fold(0, mix)
}

/// A whole number that is ordered as `total_cmp` orders the values.
fn ascending(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn compare(rows: &[RiskRow], x: &[f64], p: usize, a: usize, b: usize) -> Ordering {
    let (left, right) = (&rows[a], &rows[b]);
    let by_columns = || {
        let mut pairs = x[a * p..(a + 1) * p].iter().zip(&x[b * p..(b + 1) * p]);
        pairs.find_map(|(u, v)| Some(u.total_cmp(v)).filter(|order| order.is_ne())).unwrap_or(Ordering::Equal)
    };
    let by_rest = || left.weight.total_cmp(&right.weight).then(left.offset.total_cmp(&right.offset));
    left.start.total_cmp(&right.start).then(left.event.cmp(&right.event)).then_with(by_rest).then_with(by_columns)
}
