//! Between the engine's units and those of the data.
//!
//! The engine works with outcomes multiplied by s and with Z̃ = Z M; then G = M G̃ M' / s² and R = R̃ / s².

use nalgebra::DMatrix;

use crate::covariance::{Side, Sites};
use crate::design::centred::Freedom;
use crate::likelihood::{Block, Engine};

/// The map M of a block's levels, where they were combined or scaled.
fn map<'a>(engine: &'a Engine, index: usize, block: &Block) -> Option<&'a DMatrix<f64>> {
    let part = (block.side == Side::Random).then(|| &engine.random[index])?;
    (part.freedom != Freedom::Fixed).then_some(&part.columns.to_user)
}

/// The natural parameters of a matrix of a structure whose parameters are entries of the matrix: all or the diagonal.
fn entries(engine: &Engine, index: usize, matrix: &DMatrix<f64>) -> Vec<f64> {
    let order = matrix.nrows();
    match engine.random[index].freedom {
        Freedom::Combine => (0..order).flat_map(|i| (0..=i).map(move |j| matrix[(i, j)])).collect(),
        Freedom::Scale | Freedom::Fixed => (0..order).map(|i| matrix[(i, i)]).collect(),
    }
}

/// φ in the units of the data from φ in the engine's.
pub(super) fn to_data(engine: &Engine, natural: &[f64]) -> Vec<f64> {
    let factor = 1.0 / (engine.outcome_scale * engine.outcome_scale);
    convert(engine, natural, |m, g| m * g * m.transpose(), factor)
}

/// φ as it is reported, in the units of the data, from φ in the engine's.
pub(super) fn reported(engine: &Engine, natural: &[f64]) -> Vec<f64> {
    let inside = to_data(engine, natural);
    engine.blocks.iter().flat_map(|block| block.structure.reported(block.of(&inside))).collect()
}

/// φ in the engine's units from φ as it is reported; `None` where a map cannot be inverted.
pub(super) fn to_engine(engine: &Engine, reported: &[f64]) -> Option<Vec<f64>> {
    let natural: Vec<f64> =
        engine.blocks.iter().flat_map(|block| block.structure.internal(block.of(reported))).collect();
    let natural = &natural[..];
    let invertible = engine.random.iter().all(|part| part.columns.to_user.clone().try_inverse().is_some());
    let factor = engine.outcome_scale * engine.outcome_scale;
    invertible.then(|| {
        convert(
            engine,
            natural,
            |m, g| {
                let inverse = m.clone().try_inverse().unwrap_or_else(|| DMatrix::identity(m.nrows(), m.nrows()));
                &inverse * g * inverse.transpose()
            },
            factor,
        )
    })
}

fn convert(
    engine: &Engine,
    natural: &[f64],
    through: impl Fn(&DMatrix<f64>, DMatrix<f64>) -> DMatrix<f64>,
    factor: f64,
) -> Vec<f64> {
    let blocks = engine.blocks.iter().enumerate();
    blocks
        .flat_map(|(index, block)| {
            let own = block.structure.rescaled(block.of(natural), factor);
            match map(engine, index, block) {
                Some(m) => entries(engine, index, &through(m, matrix_of(block, &own))),
                None => own,
            }
        })
        .collect()
}

/// The matrix of a block over levels from its own parameters.
fn matrix_of(block: &Block, own: &[f64]) -> DMatrix<f64> {
    let order = block.order();
    let mut full = vec![0.0; order * order];
    block.structure.covariance(Sites::levels(order), own, &mut full);
    DMatrix::from_row_slice(order, order, &full)
}
