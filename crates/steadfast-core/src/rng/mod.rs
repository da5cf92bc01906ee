//! Random numbers that belong to a place in the analysis and not to the order in which it is computed.
//!
//! A stream is the ChaCha12 key stream whose key and nonce are (seed, purpose, replicate, subject): each subject of each
//! replicate has its own, whoever asks first and on whichever thread. The samplers are built on `libm` and square roots
//! alone, so that a draw has the same bits on every platform, and golden values keep the streams from moving.
//!
//! ```
//! use steadfast_core::rng::{Purpose, Streams};
//!
//! const DROPOUT: Purpose = Purpose::new("dropout");
//! let streams = Streams::new(20_240_117, DROPOUT);
//! let (replicate, subject) = (3, 17);
//! let stays = streams.stream(replicate, subject).bernoulli(0.8);
//! assert_eq!(stays, streams.stream(replicate, subject).bernoulli(0.8));
//! ```

mod samplers;
#[cfg(test)]
mod tests;

use std::fmt;

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// What random numbers are drawn for; streams of different purposes are independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Purpose(u128);

impl Purpose {
    /// The purpose called `name`. Renaming a purpose moves its streams.
    pub const fn new(name: &str) -> Self {
        // FNV-1a with 128 bits: constants of its specification (Fowler, Noll, Vo and Eastlake, RFC 9923).
        let (bytes, mut hash, mut i) = (name.as_bytes(), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, 0);
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u128).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
            i += 1;
        }
        Self(hash)
    }
}

/// All the streams of a seed and a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Streams {
    seed: u64,
    purpose: Purpose,
}

impl Streams {
    /// The streams of `seed` for `purpose`.
    pub const fn new(seed: u64, purpose: Purpose) -> Self {
        Self { seed, purpose }
    }

    /// The stream of `subject` in `replicate`; 2⁷⁰ bytes long and disjoint from every other.
    pub fn stream(&self, replicate: u64, subject: u64) -> Stream {
        // Little-endian: seed, purpose, replicate are the key; subject is the nonce.
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..24].copy_from_slice(&self.purpose.0.to_le_bytes());
        key[24..].copy_from_slice(&replicate.to_le_bytes());
        let mut source = ChaCha12Rng::from_seed(key);
        source.set_stream(subject);
        Stream { source }
    }
}

/// A stream of random numbers; each sampler takes what it needs from it.
pub struct Stream {
    source: ChaCha12Rng,
}

impl Stream {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.source.next_u64()
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream at word {}", self.source.get_word_pos())
    }
}
