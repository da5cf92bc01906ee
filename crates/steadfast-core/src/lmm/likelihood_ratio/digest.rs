//! Whether numbers are the same, without the numbers.

use serde::{Deserialize, Serialize};

/// 128 bits that depend on every bit of a sequence and on its order; in 32 hexadecimal digits.
///
/// It tells apart what differs by accident, failing about once in 2¹²⁸; it is no defence against who wants two sequences to
/// look alike. More than two numbers cannot be read back from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Digest(String);

/// Numbers without a pattern, the factors odd: the first digits of the fractions of √2, √3, √5 and √7.
const START: [u64; 2] = [0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b];
const FACTOR: [u64; 2] = [0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1];

/// The digest of `words`.
pub(super) fn digest(words: impl Iterator<Item = u64>) -> Digest {
    let (mut state, mut count) = (START, 0_u64);
    for word in words {
        count += 1;
        for (lane, factor) in state.iter_mut().zip(FACTOR) {
            *lane = stirred((*lane ^ word).wrapping_mul(factor));
        }
    }
    let [a, b] = [0, 1].map(|lane: usize| stirred((state[lane] ^ count).wrapping_mul(FACTOR[lane])));
    Digest(format!("{a:016x}{b:016x}"))
}

/// A digest of rows that does not depend on their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Unordered {
    sums: [u64; 2],
    count: u64,
}

impl Unordered {
    /// Takes in a row.
    pub(super) fn take(&mut self, row: &[u64]) {
        self.count += 1;
        for ((sum, start), factor) in self.sums.iter_mut().zip(START).zip(FACTOR) {
            let own = row.iter().fold(start, |lane, word| stirred((lane ^ word).wrapping_mul(factor)));
            *sum = sum.wrapping_add(stirred(own.wrapping_mul(factor)));
        }
    }

    /// Takes in what another has taken.
    pub(super) fn merge(&mut self, other: &Unordered) {
        self.sums.iter_mut().zip(other.sums).for_each(|(own, others)| *own = own.wrapping_add(others));
        self.count += other.count;
    }

    /// The digest.
    pub(super) fn digest(&self) -> Digest {
        digest([self.sums[0], self.sums[1], self.count].into_iter())
    }
}

/// Every bit of the result depends on the high half of `x`, where a product collects what it mixed.
fn stirred(x: u64) -> u64 {
    x ^ (x >> 32) ^ (x >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_a_place_and_a_length_change_the_digest() {
        let own = |words: &[u64]| digest(words.iter().copied());
        assert_eq!(own(&[1, 2, 3]), own(&[1, 2, 3]));
        for other in [&[1, 3, 2][..], &[1, 2], &[1, 2, 3, 0], &[1, 2, 3 ^ (1 << 63)], &[0, 2, 3], &[]] {
            assert_ne!(own(&[1, 2, 3]), own(other));
        }
    }

    #[test]
    fn rows_in_another_order_have_the_same_digest_and_other_rows_have_not() {
        let of = |rows: &[[u64; 2]]| {
            let mut all = Unordered::default();
            rows.iter().for_each(|row| all.take(row));
            all.digest()
        };
        assert_eq!(of(&[[1, 2], [3, 4], [5, 6]]), of(&[[5, 6], [1, 2], [3, 4]]));
        for other in [&[[1, 2], [3, 4]][..], &[[2, 1], [3, 4], [5, 6]], &[[1, 4], [3, 2], [5, 6]]] {
            assert_ne!(of(&[[1, 2], [3, 4], [5, 6]]), of(other));
        }
    }

    #[test]
    fn every_single_bit_of_many_numbers_counts() {
        let base: Vec<u64> = (0..50).map(|i| (f64::from(i) * 0.1).to_bits()).collect();
        let mut seen = std::collections::BTreeSet::new();
        for at in 0..base.len() {
            for bit in 0..64 {
                let mut changed = base.clone();
                changed[at] ^= 1 << bit;
                seen.insert(digest(changed.into_iter()).0);
            }
        }
        assert_eq!(seen.len(), 50 * 64);
    }
}
