//! Longitudinal outcomes analysis: from a trial's file to a result that a stranger can check.

pub mod analysis_sets;
pub mod bootstrap;
pub mod bundle;
pub mod counts;
mod csv;
pub mod cuts;
pub mod data;
pub mod data_report;
pub mod diagnostics;
pub mod error;
pub mod events;
pub mod figures;
pub mod filter;
pub mod interrupt;
pub mod mock;
pub mod model;
pub mod one_model;
pub mod placements;
pub mod plan;
pub mod reference;
pub mod report;
pub mod results;
pub mod run;
pub mod saved;
pub mod scoring;
pub mod streamed;
pub mod study;
pub mod tables;
pub mod trial;
pub mod verify;

pub use steadfast_core as core;
pub use steadfast_io as io;

/// What a program that fits models names most often.
pub mod prelude {
    pub use steadfast_core::formula::Formula;
    pub use steadfast_core::frame::{Column, Factor, Frame, Presence, Role};
    pub use steadfast_core::inference::vcov::{Clusters, Cr0, Cr1, Cr2, Cr3};
    pub use steadfast_core::inference::{
        Asymptotic, BetweenWithin, Containment, DfMethod, Information, InnerOuter, KenwardRoger, Residual, Robust,
        Satterthwaite, SecondOrder,
    };
    pub use steadfast_core::lmm::{
        Bootstrap, BootstrapInterval, Criterion, Groups, Lmm, LmmFit, Prediction, Profile, SavedFit,
    };
    pub use steadfast_core::mmrm::{Arm, Baseline, Mmrm, Recorded, Slope, Within};
    pub use steadfast_core::multiplicity::{Dunnett, Family, Holm, Multiplicity, Tukey};
    pub use steadfast_core::parallel::Threads;
    pub use steadfast_core::reference_grid::{LinearCombination, ReferenceGrid, Weights};
    pub use steadfast_core::report::{FTest, Interval, Row};
    pub use steadfast_core::schedule::{Classification, Schedule, Status};
    pub use steadfast_io::{Dictionary, RawTable, ReadOptions, read};

    pub use crate::filter::Filter;
    pub use crate::model::ModelSpec;
}

/// The examples of the README, which run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
