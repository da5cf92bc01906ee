//! How much an event counts, by when it happens.

use libm::{pow, sqrt};

/// The weight of the events at one time, from all groups of a stratum.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RankWeight {
    /// S^rho (1 − S)^gamma, S being Kaplan and Meier's estimate just before: the log-rank test at (0, 0), and at (1, 0) the
    /// generalisation of Wilcoxon's test that R's `survdiff(rho = 1)` gives.
    ///
    /// # Source
    /// Harrington and Fleming 1982, Biometrika 69:553.
    HarringtonFleming {
        /// The power of S: what is early counts more.
        rho: f64,
        /// The power of 1 − S: what is late counts more.
        gamma: f64,
    },
    /// The number at risk; it depends on censoring, which may differ between trials.
    ///
    /// # Source
    /// Gehan 1965, Biometrika 52:203; Breslow 1970, Biometrika 57:579.
    GehanBreslow,
    /// The square root of the number at risk.
    ///
    /// # Source
    /// Tarone and Ware 1977, Biometrika 64:156.
    TaroneWare,
    /// Π (1 − d/(Y + 1)) up to and including the time, as SAS LIFETEST's `PETO`.
    ///
    /// # Source
    /// Peto and Peto 1972, JRSS A 135:185; Andersen, Borgan, Gill and Keiding 1993, Statistical Models Based on Counting Processes, section V.2.
    PetoPeto,
}

impl Default for RankWeight {
    fn default() -> Self {
        Self::HarringtonFleming { rho: 0.0, gamma: 0.0 }
    }
}

/// A weight as time goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    weight: RankWeight,
    survival: f64,
}

impl Running {
    pub(super) fn new(weight: RankWeight) -> Self {
        Self { weight, survival: 1.0 }
    }

    /// The weight of the next time, at which `died` of `at_risk` have an event.
    pub(super) fn at(&mut self, at_risk: f64, died: f64) -> f64 {
        let before = self.survival;
        let peto = self.weight == RankWeight::PetoPeto;
        self.survival *= 1.0 - died / if peto { at_risk + 1.0 } else { at_risk };
        match self.weight {
            RankWeight::HarringtonFleming { rho, gamma } => pow(before, rho) * pow(1.0 - before, gamma),
            RankWeight::GehanBreslow => at_risk,
            RankWeight::TaroneWare => sqrt(at_risk),
            RankWeight::PetoPeto => self.survival,
        }
    }
}
