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
