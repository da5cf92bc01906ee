//! The models that every law is tried on, and small random data that they all fit.
//!
//! The data hold numbers with few binary digits, so that shifting or scaling them by a power of two is exact and a law
//! can be held to the engine's precision instead of the data's.

use steadfast_core::frame::{Column, Frame};

/// A model of the registry.
#[derive(Debug, Clone, Copy)]
pub struct LawModel {
    /// A name for messages.
    pub name: &'static str,
    /// Its formula over the columns of [`sample`].
    pub formula: &'static str,
    /// Whether the random effects stay the same model when the origin of `time` moves: not so under `||`.
    pub free_origin: bool,
}

/// Every model that the laws are tried on.
pub const MODELS: &[LawModel] = &[
    LawModel { name: "random intercept", formula: "y ~ arm * time + z + (1 | child)", free_origin: true },
    LawModel { name: "random slope", formula: "y ~ arm * time + z + (time | child)", free_origin: true },
    LawModel { name: "independent slope", formula: "y ~ arm * time + z + (time || child)", free_origin: false },
    LawModel { name: "nested", formula: "y ~ arm * time + z + (1 | family/child)", free_origin: true },
    LawModel { name: "unstructured", formula: "y ~ arm * visit + z + us(visit | child)", free_origin: true },
    LawModel { name: "compound symmetry", formula: "y ~ arm * visit + z + cs(visit | child)", free_origin: true },
    LawModel {
        name: "autoregressive by arm",
        formula: "y ~ arm * visit + z + ar1(visit | arm/child)",
        free_origin: true,
    },
    LawModel {
        name: "residual variance by arm",
        formula: "y ~ arm * visit + z + (1 | family) + iid(visit | arm/child)",
        free_origin: true,
    },
    LawModel {
        name: "both sides",
        formula: "y ~ arm * visit + z + (1 | family) + us(visit | child)",
        free_origin: true,
    },
    LawModel {
        name: "heterogeneous Toeplitz",
        formula: "y ~ arm * visit + z + toeph(visit | child)",
        free_origin: true,
    },
    LawModel { name: "exponential decay", formula: "y ~ arm * time + z + sp_exp(time | child)", free_origin: true },
    LawModel {
        name: "decay beside families, variance by arm",
        formula: "y ~ arm * time + z + (1 | family) + sp_exp(time | child) + var_ident(arm)",
        free_origin: true,
    },
    LawModel { name: "variance by time", formula: "y ~ arm * time + z + var_exp(time)", free_origin: true },
];

/// Splitmix64: a short generator whose numbers are the same everywhere.
#[derive(Debug, Clone)]
pub struct Generator(u64);

impl Generator {
    /// The generator that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number that is nearly standard normal: twelve uniform ones less six.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    /// `items` in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, (self.bits() % (i as u64 + 1)) as usize);
        }
    }
}

/// The nearest multiple of 2⁻¹⁰.
fn dyadic(value: f64) -> f64 {
    (value * 1024.0).round() / 1024.0
}

/// The visits' times.
const TIMES: [f64; 4] = [0.0, 1.0, 2.0, 4.0];

/// Sixteen families of one to three children, arms by family, four visits of which about one in ten is missed.
///
/// Columns: `y`, `z`, `time` numeric; `visit`, `arm`, `child`, `family` factors; `w` a weight of 1.
pub fn sample(seed: u64) -> Frame {
    let mut random = Generator::new(seed);
    let (mut y, mut z, mut time) = (Vec::new(), Vec::new(), Vec::new());
    let (mut visit, mut arm, mut child, mut family) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for f in 0..16 {
        let of_family = random.normal();
        for c in 0..=(f % 3) {
            let (of_child, slope, covariate) = (1.5 * random.normal(), 0.6 * random.normal(), random.normal());
            for (v, t) in TIMES.iter().enumerate() {
                let value = 10.0 + of_family + of_child + (1.0 + slope) * t + 0.5 * covariate + random.normal();
                // Everybody's first visit is kept, so that no child and no visit of an arm is lost altogether.
                if random.uniform() < 0.1 && v > 0 {
                    continue;
                }
                y.push(dyadic(value + if f % 2 == 1 { 0.5 * t } else { 0.0 }));
                z.push(dyadic(covariate));
                time.push(*t);
                visit.push(format!("v{}", v + 1));
                arm.push(if f % 2 == 1 { "NIM" } else { "SAU" });
                child.push(format!("c{f:02}{c}"));
                family.push(format!("f{f:02}"));
            }
        }
    }
    let w = vec![1.0; y.len()];
    Frame::new(vec![
        Column::float("y", y),
        Column::float("z", z),
        Column::float("time", time),
        Column::factor("visit", visit),
        Column::factor("arm", arm),
        Column::factor("child", child),
        Column::factor("family", family),
        Column::float("w", w),
    ])
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_every_column_and_depends_on_the_seed_alone() {
        let frame = sample(1);
        assert_eq!(frame.columns().len(), 8);
        assert!(frame.n_rows() > 80);
        assert_eq!(sample(1), frame);
        assert_ne!(sample(2), frame);
    }
}
